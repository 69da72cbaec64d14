"""What every call answers to a request that it cannot serve: one body, the right status, nothing of the inside."""

import json
from collections.abc import Iterator
from itertools import chain

import httpx
import pytest

from brandbrain_dagster.api.body_limit import LARGEST_BODY
from tests.api.operations import ABOUT_SOMETHING, OPERATIONS, WITH_BODY, Operation
from tests.api.profile_api import ProfileApi, running_api


@pytest.fixture(scope="module")
def served(large_database_url: str) -> Iterator[ProfileApi]:
    """One API for all these tests: what it refuses leaves nothing behind."""
    with running_api(large_database_url) as running:
        yield running


@pytest.fixture
def client(served: ProfileApi) -> httpx.Client:
    return served.client


JSON = {"Content-Type": "application/json"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WRONG_IDS = ("not-a-uuid", "0", "%00", "11111111-1111-1111-1111-11111111111g", "' OR 1=1", "é")


def error_of(answer: httpx.Response) -> str:
    """The sentence, after a look at the whole body."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert set(body) <= {"error", "errors"}
    assert all(set(problem) in ({"code", "message"}, {"code", "message", "path"}) for problem in body.get("errors", []))
    assert "Traceback" not in answer.text
    sentence: str = body["error"]
    return sentence


WRONG = [(operation, name) for operation in ABOUT_SOMETHING for name in operation.ids]


@pytest.mark.parametrize(("operation", "name"), WRONG, ids=str)
def test_malformed_id_is_named(client: httpx.Client, operation: Operation, name: str) -> None:
    for wrong in WRONG_IDS:
        answer = operation.request(client, {name: wrong})
        assert (answer.status_code, error_of(answer)) == (400, f"Invalid {name}")


@pytest.mark.parametrize("operation", ABOUT_SOMETHING, ids=str)
def test_what_does_not_exist_is_not_found(client: httpx.Client, operation: Operation) -> None:
    answer = operation.request(client)
    expected = "Source not found" if operation.ids == ("source_id",) else "Brand not found"
    assert (answer.status_code, error_of(answer)) == (404, expected)


TAKES_A_SLASH = ("/today", "/today/regenerate", "/decision")
"""The addresses of the Today board are accepted with a slash at their end, too."""


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_wrong_method_is_told_the_right_ones(client: httpx.Client, path: str) -> None:
    allowed = sorted(operation.method for operation in OPERATIONS if operation.path == path)
    for method in {*METHODS, "HEAD", "TRACE"}.difference(allowed):
        answer = client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == ", ".join(allowed)
        assert method == "HEAD" or error_of(answer) == "Method not allowed"


@pytest.mark.parametrize(
    "path", sorted({operation.path for operation in OPERATIONS if not operation.path.endswith(TAKES_A_SLASH)})
)
def test_trailing_slash_is_another_address_and_leads_nowhere_else(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}/")
    assert (answer.status_code, error_of(answer)) == (404, "There is nothing at this address")


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/", "/api/nothing", "/favicon.ico", "/api/brands//", "/..%2f..%2fetc"]
)
def test_unknown_address_is_not_found(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, error_of(answer)) == (404, "There is nothing at this address")


HOSTILE = {
    "cut off": b'{"a":',
    "not JSON": b"a=b",
    "not UTF-8": b'{"a":"\xff\xfe"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "half a surrogate pair": b'{"a":"\\ud800"}',
    "null character": b'{"a":"x\\u0000y"}',
    "null character in a key": b'{"a\\u0000":1}',
    "raw null character": b'{"a":"\x00"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "number out of range": b'{"a":1e999}',
    "huge integer": b'{"a":' + b"9" * 10_000 + b"}",
    "integer beyond 64 bits": b'{"a":9223372036854775808}',
    "10,000 levels of lists": b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "10,000 levels of objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "65 levels": b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
    "100,000 keys": json.dumps(dict.fromkeys(map(str, range(60_000)), 1)).encode(),
    "100,000 values": b'{"a":[' + b",".join([b"0"] * 100_000) + b"]}",
    "two documents": b"{}{}",
    "comment": b"{} // x",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_body_that_cannot_be_kept_is_refused_by_every_call(client: httpx.Client, hostile: str) -> None:
    for operation in WITH_BODY:
        answer = operation.request(client, content=HOSTILE[hostile], headers=JSON)
        assert (answer.status_code, error_of(answer)) == (400, "Invalid JSON body"), str(operation)
    assert client.get("/api/health").status_code == 200


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"5", b"null", b"true"])
def test_body_that_is_no_object_is_refused_by_every_call(client: httpx.Client, body: bytes) -> None:
    for operation in WITH_BODY:
        answer = operation.request(client, content=body, headers=JSON)
        assert (answer.status_code, error_of(answer)) == (400, "Request body must be an object"), str(operation)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json", ""]
)
def test_body_that_is_not_sent_as_json_is_refused_by_every_call(client: httpx.Client, media_type: str) -> None:
    for operation in WITH_BODY:
        content = json.dumps(operation.body).encode()
        answer = operation.request(client, content=content, headers={"Content-Type": media_type})
        assert answer.status_code == 415, str(operation)
        assert error_of(answer).startswith("Request body must be JSON")


def test_parameters_of_the_media_type_do_not_matter(client: httpx.Client) -> None:
    for media_type in ("application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"):
        answer = client.post("/api/brands", content=b"{}", headers={"Content-Type": media_type})
        assert answer.status_code == 400
        assert "name" in error_of(answer)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_body_over_the_limit_is_refused(client: httpx.Client, operation: Operation) -> None:
    answer = operation.request(client, content=b" " * (LARGEST_BODY + 1), headers=JSON)
    assert answer.status_code == 413
    assert error_of(answer) == f"Request body must not be larger than {LARGEST_BODY} bytes"


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_body_of_unknown_length_is_refused_once_it_is_over_the_limit(
    client: httpx.Client, operation: Operation
) -> None:
    chunks = chain([b'{"a":"'], (b"x" * 65536 for _ in range(20)), [b'"}'])
    answer = operation.request(client, content=chunks, headers=JSON)
    assert answer.status_code == 413
    assert client.get("/api/health").status_code == 200


def test_body_as_large_as_the_limit_is_read(client: httpx.Client) -> None:
    body = b'{"name":"Acme"}'.ljust(LARGEST_BODY)
    assert client.post("/api/brands", content=body, headers=JSON).status_code == 201


def test_large_body_where_none_is_expected_is_refused_too(client: httpx.Client) -> None:
    answer = client.request("DELETE", "/api/sources/x", content=b" " * (LARGEST_BODY + 1))
    assert answer.status_code == 413


def test_failure_of_ours_is_told_without_its_details(api: ProfileApi) -> None:
    api.app.state.ledger = None
    answer = api.client.get("/api/brands", headers={"X-Request-ID": "of-the-test"})
    assert answer.status_code == 500
    assert error_of(answer) == "This request failed for a reason of ours; the log names it under of-the-test"
    assert answer.headers["x-content-type-options"] == "nosniff"
