"""Who may call: tokens of the settings and of the ledger, tenants that do not see each other, reading and writing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from brandbrain_dagster.stores.ledger.api_tokens import revoke_api_token
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.operations import ABOUT_SOMETHING, PROTECTED, WRITING
from tests.api.profile_api import ProfileApi, row_counts, running_api
from tests.api.tenants import OTHER_TENANT, add_token
from tests.stores.ledger_rows import NOW, TENANT, add_brand, add_source

SETTINGS_TOKENS = "first-token, second-token"
OF_SETTINGS = {"Authorization": "Bearer second-token"}


@pytest.fixture
def guarded(ledger_url: str, tmp_path: Path) -> Iterator[ProfileApi]:
    """An API with tokens in its settings."""
    with running_api(ledger_url, home=tmp_path, api_tokens=SETTINGS_TOKENS) as running:
        yield running


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", "Basic second-token", "second-token", "Bearer first-token, second-token"],
)
def test_call_without_a_token_in_force_is_refused(guarded: ProfileApi, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for operation in PROTECTED:
        answer = operation.request(guarded.client, headers=headers)
        assert answer.status_code == 401, str(operation)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs", "/api/nothing", "/api/health/"])
def test_everything_but_health_needs_a_token(guarded: ProfileApi, path: str) -> None:
    assert guarded.client.get(path).status_code == 401
    assert guarded.client.get(path, headers=OF_SETTINGS).status_code in {200, 404}


def test_health_needs_no_token(guarded: ProfileApi) -> None:
    assert guarded.client.get("/api/health").status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_tokens_of_the_settings_see_all_tenants(guarded: ProfileApi, ledger: Ledger, scheme: str) -> None:
    with ledger.begin() as conn:
        add_brand(conn, "one")
        add_brand(conn, "two", tenant_id=OTHER_TENANT)
    for token in ("first-token", "second-token"):
        listed = guarded.client.get("/api/brands", headers={"Authorization": f"{scheme} {token}"})
        assert {entry["slug"] for entry in listed.json()} == {"one", "two"}


def test_api_is_open_until_the_first_token_is_made_and_closed_for_good_then(api: ProfileApi, ledger: Ledger) -> None:
    assert api.client.get("/api/brands").status_code == 200
    headers, token = add_token(ledger)
    assert api.client.get("/api/brands", headers=headers).status_code == 200
    api.clock.now = NOW + timedelta(seconds=5)
    assert api.client.get("/api/brands").status_code == 401
    with ledger.begin() as conn:
        revoke_api_token(conn, token_id=token.id, now=NOW)
    api.clock.now = NOW + timedelta(seconds=10)
    assert api.client.get("/api/brands", headers=headers).status_code == 401
    assert api.client.get("/api/brands").status_code == 401


def test_revoked_token_is_refused_within_five_seconds(api: ProfileApi, ledger: Ledger) -> None:
    headers, token = add_token(ledger)
    assert api.client.get("/api/brands", headers=headers).status_code == 200
    with ledger.begin() as conn:
        revoke_api_token(conn, token_id=token.id, now=NOW)
    api.clock.now = NOW + timedelta(seconds=5)
    assert api.client.get("/api/brands", headers=headers).status_code == 401


def test_token_costs_a_query_now_and_then_only(api: ProfileApi, ledger: Ledger) -> None:
    headers, _ = add_token(ledger)
    api.client.get("/api/docs", headers=headers)
    before = api.query_count()
    for _ in range(5):
        assert api.client.get("/api/docs", headers=headers).status_code == 200
    assert api.query_count() == before
    api.clock.now = NOW + timedelta(seconds=5)
    api.client.get("/api/docs", headers=headers)
    assert api.query_count() == before + 1


def test_token_sees_the_brands_of_its_tenant_only(client: httpx.Client, ledger: Ledger) -> None:
    headers, _ = add_token(ledger)
    with ledger.begin() as conn:
        own, own_too = add_brand(conn, "own"), add_brand(conn, "own-too")
        foreign = add_brand(conn, "foreign", tenant_id=OTHER_TENANT)
    listed = client.get("/api/brands", headers=headers).json()
    assert {entry["id"] for entry in listed} == {str(own.id), str(own_too.id)}
    assert client.get(f"/api/brands/{own.id}", headers=headers).status_code == 200
    assert client.get(f"/api/brands/{foreign.id}", headers=headers).status_code == 404


def test_token_of_one_brand_sees_that_brand_only(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    headers, _ = add_token(ledger, brand_id=brand.id)
    with ledger.begin() as conn:
        sibling = add_brand(conn, "sibling")
        source = add_source(conn, sibling)
    assert [entry["id"] for entry in client.get("/api/brands", headers=headers).json()] == [str(brand.id)]
    assert client.get(f"/api/brands/{sibling.id}", headers=headers).status_code == 404
    assert client.delete(f"/api/sources/{source.id}", headers=headers).status_code == 404
    assert client.post("/api/brands", json={"name": "New"}, headers=headers).status_code == 403
    assert client.put(
        f"/api/brands/{brand.id}/onboarding", json={"tier": 0, "answers_json": {}}, headers=headers
    ).is_success


def test_brand_is_created_in_the_tenant_of_the_token(client: httpx.Client, ledger: Ledger) -> None:
    own, _ = add_token(ledger)
    other, _ = add_token(ledger, tenant_id=OTHER_TENANT)
    for headers in (own, other):
        assert client.post("/api/brands", json={"name": "Acme"}, headers=headers).status_code == 201
        assert len(client.get("/api/brands", headers=headers).json()) == 1


def test_what_another_tenant_has_answers_exactly_like_what_does_not_exist(client: httpx.Client, ledger: Ledger) -> None:
    headers, _ = add_token(ledger, tenant_id=OTHER_TENANT)
    with ledger.begin() as conn:
        foreign = add_brand(conn)
        source = add_source(conn, foreign)
    before = row_counts(ledger)
    passing = {"date", "x-request-id"}
    for operation in ABOUT_SOMETHING:
        there = operation.request(client, {"brand_id": str(foreign.id), "source_id": str(source.id)}, headers=headers)
        absent = operation.request(client, headers=headers)
        assert there.status_code == absent.status_code == 404, str(operation)
        assert there.content == absent.content
        assert {name: value for name, value in there.headers.items() if name not in passing} == {
            name: value for name, value in absent.headers.items() if name not in passing
        }
    assert row_counts(ledger) == before


def test_token_for_reading_cannot_write(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    headers, _ = add_token(ledger, is_read_only=True)
    before = row_counts(ledger)
    for operation in WRITING:
        answer = operation.request(client, {"brand_id": str(brand.id)}, headers=headers)
        assert (answer.status_code, answer.json()) == (403, {"error": "This token may only read"}), str(operation)
    assert row_counts(ledger) == before


def test_token_for_reading_can_read(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    headers, _ = add_token(ledger, is_read_only=True)
    assert client.get(f"/api/brands/{brand.id}/bootstrap", headers=headers).status_code == 200


def test_page_of_a_foreign_origin_cannot_write_even_where_no_token_is_asked_for(
    client: httpx.Client, ledger: Ledger, brand: Brand
) -> None:
    address = f"/api/brands/{brand.id}/brandbrain/compile"
    for origin in ("http://evil.example", "null", "http://[", "https://localhost:3000"):
        assert client.post(address, headers={"Origin": origin}).status_code == 403
    for origin in ("http://localhost:3000", str(client.base_url).rstrip("/")):
        assert client.post(address, headers={"Origin": origin}).status_code == 422


def test_metrics_are_for_this_machine_or_for_a_token(guarded: ProfileApi) -> None:
    assert guarded.client.get("/metrics").status_code == 200
    assert guarded.client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert guarded.client.get("/metrics", headers=OF_SETTINGS).status_code == 200


def test_tenants_are_told_apart_by_more_than_their_brands_names(client: httpx.Client, ledger: Ledger) -> None:
    headers, _ = add_token(ledger, tenant_id=uuid4())
    with ledger.begin() as conn:
        add_brand(conn, "acme", tenant_id=TENANT)
    assert client.get("/api/brands", headers=headers).json() == []
