"""The table of failures, row by row, and the sentences that a person reads."""

import httpx
import msgspec
import pytest

from brandbrain_dagster.clients.apify.failures import (
    Repeat,
    failure_from_answer,
    failure_from_body,
    failure_from_transport,
)
from brandbrain_dagster.errors import (
    ApifyCredentialsError,
    ApifyError,
    ApifyNotFoundError,
    ApifyPaymentError,
    ApifyRequestError,
    ApifyUnavailableError,
)


@pytest.mark.parametrize(
    ("status", "error_type", "error", "repeat"),
    [
        (400, "invalid-input", ApifyRequestError, Repeat.NEVER),
        (400, "actor-memory-limit-exceeded", ApifyUnavailableError, Repeat.NOT_NOW),
        (400, "concurrent-runs-limit-exceeded", ApifyUnavailableError, Repeat.NOT_NOW),
        (401, "invalid-token", ApifyCredentialsError, Repeat.NEVER),
        (402, "not-enough-usage-to-run-paid-actor", ApifyPaymentError, Repeat.NEVER),
        (402, "x402-payment-required", ApifyPaymentError, Repeat.NEVER),
        (403, "actor-is-not-rented", ApifyCredentialsError, Repeat.NEVER),
        (404, "actor-not-found", ApifyNotFoundError, Repeat.ABSENT),
        (405, "method-not-allowed", ApifyRequestError, Repeat.NEVER),
        (408, "run-timeout-exceeded", ApifyUnavailableError, Repeat.AMBIGUOUS),
        (409, "concurrent-update-detected", ApifyRequestError, Repeat.NEVER),
        (413, "request-too-large", ApifyRequestError, Repeat.NEVER),
        (429, "rate-limit-exceeded", ApifyUnavailableError, Repeat.UNTOUCHED),
        (500, "internal-server-error", ApifyUnavailableError, Repeat.AMBIGUOUS),
        (503, "concurrent-runs-limit-exceeded", ApifyUnavailableError, Repeat.AMBIGUOUS),
        (302, "moved", ApifyRequestError, Repeat.NEVER),
    ],
)
def test_error_answer_becomes_the_error_of_the_table(
    status: int, error_type: str, error: type[ApifyError], repeat: Repeat
) -> None:
    body = msgspec.json.encode({"error": {"type": error_type, "message": "Because."}})
    failure = failure_from_answer("start a~b", status, body)
    assert type(failure.error) is error
    assert failure.repeat is repeat
    assert str(failure).startswith(f"Could not start a~b: Apify answered {status} {error_type} (Because);")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{}", b'{"error": "text"}', b"[" * 100_000])
def test_error_answer_with_any_body_is_still_told_by_its_status(body: bytes) -> None:
    assert isinstance(failure_from_answer("read run x", 402, body).error, ApifyPaymentError)


def test_error_answer_of_a_gateway_shows_its_first_words_only() -> None:
    text = str(failure_from_answer("read run x", 502, b"<html>\n  Bad gateway" + b"!" * 5000))
    assert "<html> Bad gateway" in text
    assert len(text) < 400


@pytest.mark.parametrize(
    ("cause", "repeat"),
    [
        (httpx.ConnectError("refused"), Repeat.UNTOUCHED),
        (httpx.ConnectTimeout("slow"), Repeat.UNTOUCHED),
        (httpx.PoolTimeout("busy"), Repeat.UNTOUCHED),
        (httpx.ReadTimeout("hangs"), Repeat.AMBIGUOUS),
        (httpx.WriteError("broken"), Repeat.AMBIGUOUS),
        (httpx.RemoteProtocolError("cut off"), Repeat.AMBIGUOUS),
        (httpx.DecodingError("not gzip"), Repeat.AMBIGUOUS),
    ],
)
def test_broken_connection_is_safe_to_repeat_only_where_nothing_was_sent(
    cause: httpx.RequestError, repeat: Repeat
) -> None:
    failure = failure_from_transport("start a~b", cause)
    assert isinstance(failure.error, ApifyUnavailableError)
    assert failure.repeat is repeat
    assert type(cause).__name__ in str(failure)


def test_broken_body_is_ambiguous() -> None:
    failure = failure_from_body("read run x", "JSON is malformed")
    assert isinstance(failure.error, ApifyUnavailableError)
    assert failure.repeat is Repeat.AMBIGUOUS
