"""What each failure of a call to Apify means: which error the caller sees, and whether the call may be repeated.

    status   type                                             error                    repeat
    400      actor-memory-limit-exceeded,                     ApifyUnavailableError    not now
             concurrent-runs-limit-exceeded
    401 403                                                   ApifyCredentialsError    never
    402                                                       ApifyPaymentError        never
    404                                                       ApifyNotFoundError       absent
    408                                                       ApifyUnavailableError    ambiguous
    429                                                       ApifyUnavailableError    untouched
    5xx                                                       ApifyUnavailableError    ambiguous
    other                                                     ApifyRequestError        never
    connection refused, no answer to connecting               ApifyUnavailableError    untouched
    connection broken, timeout, unreadable body               ApifyUnavailableError    ambiguous

The status decides; the type only where one status has several meanings. Source: Apify's API reference, "Errors".
"""

from dataclasses import dataclass
from enum import StrEnum

import httpx
import msgspec

from brandbrain_dagster.clients.apify.responses import ErrorAnswer, ErrorDetail
from brandbrain_dagster.errors import (
    ApifyCredentialsError,
    ApifyError,
    ApifyNotFoundError,
    ApifyPaymentError,
    ApifyRequestError,
    ApifyUnavailableError,
)

_SHOWN_CHARACTERS = 200


class Repeat(StrEnum):
    """Whether a failed call may be made again."""

    NEVER = "never"
    """The same call will fail again."""
    UNTOUCHED = "untouched"
    """Apify did nothing: any call may be repeated soon, a start too."""
    AMBIGUOUS = "ambiguous"
    """Apify may have done it: reads and aborts may be repeated, a start may not."""
    NOT_NOW = "not now"
    """Apify did nothing and will not for a while: repeat after ten seconds and more."""
    ABSENT = "absent"
    """Not there; a run that was just created may be there in a moment."""


@dataclass(frozen=True)
class FailureRule:
    """One row of the table."""

    error: type[ApifyError]
    repeat: Repeat
    advice: str


class ApifyCallError(Exception):
    """One failed call, inside this package: the error that the caller will see, and whether to repeat the call."""

    def __init__(self, error: ApifyError, repeat: Repeat) -> None:
        super().__init__(str(error))
        self.error = error
        self.repeat = repeat


_NOT_NOW = FailureRule(
    ApifyUnavailableError, Repeat.NOT_NOW, "wait for other runs to end, or lower the number of simultaneous runs"
)
_AMBIGUOUS = FailureRule(ApifyUnavailableError, Repeat.AMBIGUOUS, "try again later")
_UNTOUCHED = FailureRule(ApifyUnavailableError, Repeat.UNTOUCHED, "try again later")
_CREDENTIALS = FailureRule(ApifyCredentialsError, Repeat.NEVER, "check APIFY_TOKEN and what it is allowed to do")
_OTHER = FailureRule(ApifyRequestError, Repeat.NEVER, "check the source's settings and the actor's input")

RULES_BY_TYPE: dict[tuple[int, str], FailureRule] = {
    (400, "actor-memory-limit-exceeded"): _NOT_NOW,
    (400, "concurrent-runs-limit-exceeded"): _NOT_NOW,
}
RULES_BY_STATUS: dict[int, FailureRule] = {
    401: _CREDENTIALS,
    402: FailureRule(ApifyPaymentError, Repeat.NEVER, "add credit or raise the usage limit of the Apify account"),
    403: _CREDENTIALS,
    404: FailureRule(ApifyNotFoundError, Repeat.ABSENT, "check that it exists and that the token may see it"),
    408: _AMBIGUOUS,
    429: _UNTOUCHED,
}


def rule_for(status: int, error_type: str | None) -> FailureRule:
    """Returns the row of the table for an error answer."""
    if status >= 500:
        return _AMBIGUOUS
    return RULES_BY_TYPE.get((status, error_type or ""), RULES_BY_STATUS.get(status, _OTHER))


def _error_detail(body: bytes) -> ErrorDetail:
    """Reads an error body; a gateway's may be HTML, then its first characters are the message."""
    try:
        return msgspec.json.decode(body, type=ErrorAnswer).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorDetail(message=body[:_SHOWN_CHARACTERS].decode("utf-8", errors="replace"))


def failure_from_answer(action: str, status: int, body: bytes) -> ApifyCallError:
    """Turns an error answer into the error; ``action`` says what was asked for, e.g. "start owner~actor"."""
    detail = _error_detail(body)
    rule = rule_for(status, detail.type)
    said = " ".join((detail.message or "").split())[:_SHOWN_CHARACTERS].rstrip(".")
    kind = f" {detail.type}" if detail.type else ""
    text = f"Could not {action}: Apify answered {status}{kind}{f' ({said})' if said else ''}; {rule.advice}."
    return ApifyCallError(rule.error(text), rule.repeat)


def failure_from_transport(action: str, cause: httpx.RequestError) -> ApifyCallError:
    """Turns a broken connection into the error; only one that was never made is safe to repeat for a start."""
    is_untouched = isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    rule = _UNTOUCHED if is_untouched else _AMBIGUOUS
    text = f"Could not {action}: the connection to Apify failed ({type(cause).__name__}); {rule.advice}."
    return ApifyCallError(rule.error(text), rule.repeat)


def failure_from_body(action: str, why: str) -> ApifyCallError:
    """Turns an answer that cannot be read into the error."""
    text = f"Could not {action}: Apify's answer is broken ({why[:_SHOWN_CHARACTERS]}); {_AMBIGUOUS.advice}."
    return ApifyCallError(_AMBIGUOUS.error(text), _AMBIGUOUS.repeat)
