"""What every answer carries, and what is written down about it."""

import json
import re
from typing import Any

import httpx
import pytest

from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import ProfileApi, running_api
from tests.api.tenants import add_token
from tests.workplace import ANSWERS

ORIGIN = "http://localhost:3000"


def lines_of(written: str) -> list[dict[str, Any]]:
    """The API's own lines; the test's server writes its warnings as plain text."""
    return [json.loads(line) for line in written.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("request_id", ["abc", "A.b_c-9", "x" * 128])
def test_request_id_of_the_caller_comes_back(client: httpx.Client, request_id: str) -> None:
    assert client.get("/api/health", headers={"X-Request-ID": request_id}).headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", 'a"b', "a{b}", "a\tb"])
def test_request_id_that_could_disturb_a_log_is_replaced(client: httpx.Client, request_id: str) -> None:
    given = client.get("/api/health", headers={"X-Request-ID": request_id}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", given)


@pytest.mark.parametrize(
    "path", ["/api/health", "/api/brands", "/api/nothing", "/api/docs", "/metrics", "/api/brands/x"]
)
def test_every_answer_carries_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers.get_list("content-security-policy", split_commas=False) == [headers["content-security-policy"]]


def test_preflight_is_answered_for_allowed_origins_without_a_token(ledger_url: str) -> None:
    with running_api(ledger_url, api_tokens="secret") as running:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = running.client.options(
                "/api/brands",
                headers={
                    "Origin": ORIGIN,
                    "Access-Control-Request-Method": method,
                    "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, if-none-match",
                },
            )
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert method in answer.headers["access-control-allow-methods"]


def test_preflight_of_another_origin_is_refused(client: httpx.Client) -> None:
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "GET"}
    answer = client.options("/api/brands", headers=headers)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


def test_answers_and_refusals_can_be_read_by_allowed_origins_only(ledger_url: str) -> None:
    allowed = "https://a.example,https://b.example"
    with running_api(ledger_url, cors_allowed_origins=allowed, api_tokens="secret") as running:
        for path, status in (("/api/health", 200), ("/api/brands", 401)):
            answer = running.client.get(path, headers={"Origin": "https://b.example"})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "https://b.example"
            assert {"ETag", "Link", "X-Request-ID"} <= set(answer.headers["access-control-expose-headers"].split(", "))
        answer = running.client.get("/api/health", headers={"Origin": ORIGIN})
        assert "access-control-allow-origin" not in answer.headers


def test_request_is_written_down_by_its_template(capfdbinary: Any, ledger_url: str, brand: Brand) -> None:
    with running_api(ledger_url) as running:
        running.client.get(f"/api/brands/{brand.id}?x=query-secret", headers={"X-Request-ID": "of-the-test"})
    (line,) = [line for line in lines_of(capfdbinary.readouterr().err.decode()) if line["event"] == "request"]
    assert line.pop("ms") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("timestamp"))
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/api/brands/{brand_id}",
        "status": 200,
        "request_id": "of-the-test",
        "caller": "anyone",
    }


def test_no_secret_reaches_the_log(capfdbinary: Any, ledger_url: str, ledger: Ledger, brand: Brand) -> None:
    headers, token = add_token(ledger, token="stored-secret")
    with running_api(ledger_url, api_tokens="settings-secret") as running:
        for authorization in (
            headers["Authorization"],
            "Bearer settings-secret",
            "Bearer wrong-secret",
            "secret-scheme x",
        ):
            given = {"Authorization": authorization}
            running.client.get("/api/brands?token=query-secret", headers=given)
            running.client.get("/path-secret", headers=given)
            answers = {**ANSWERS, "tier0.who_for": "body-secret", "tier0.edge": 5}
            running.client.put(
                f"/api/brands/{brand.id}/onboarding", json={"tier": 0, "answers_json": answers}, headers=given
            )
        running.app.state.ledger = None
        running.client.get("/api/brands?cursor=query-secret", headers=headers)
    written = capfdbinary.readouterr().err.decode()
    assert "secret" not in written
    assert {line["caller"] for line in lines_of(written) if line["event"] == "request"} == {
        None,
        "token of the settings",
        f"token {token.id}",
    }
    assert [line["level"] for line in lines_of(written) if line["event"] == "request failed"] == ["error"]


def test_requests_are_counted_by_method_route_and_status(api: ProfileApi, brand: Brand) -> None:
    for path in (f"/api/brands/{brand.id}", f"/api/brands/{brand.id}", "/api/brands/x", "/api/one", "/api/two"):
        api.client.get(path)
    api.client.request("TRACE", "/api/brands")
    figures = api.client.get("/metrics").text
    counted = dict(re.findall(r"^brandbrain_http_requests_total(\{.*\}) (\S+)$", figures, re.MULTILINE))
    assert counted == {
        '{method="GET",route="/api/brands/{brand_id}",status="200"}': "2.0",
        '{method="GET",route="/api/brands/{brand_id}",status="400"}': "1.0",
        '{method="GET",route="unmatched",status="404"}': "2.0",
        '{method="OTHER",route="/api/brands",status="405"}': "1.0",
    }
    assert 'brandbrain_http_request_seconds_count{method="GET",route="/api/brands/{brand_id}"} 3.0' in figures


def test_docs_need_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "/api/brands/{brand_id}/sources" in page.text
    assert not re.findall(r"<script|<link|<img|src=|@import|url\(", page.text)
    assert re.findall(r"href='([^']*)'", page.text) == ["openapi.json"]


def test_schema_of_a_profile_is_served(client: httpx.Client) -> None:
    schema = client.get("/api/schemas/snapshot/v1").json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "SnapshotDocument" in schema["$defs"]
