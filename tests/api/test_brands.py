"""Brands over HTTP: list and pages, create, show, erase."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import polars as pl
import pytest

from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.api.profile_api import ProfileApi, row_counts
from tests.stores.ledger_rows import add_brand, add_compile, add_intent, add_snapshot, add_source, later

TIME = "2026-03-01T12:00:00+00:00"


def names_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["name"] for entry in answer.json()]


def test_created_brand_is_shown_as_it_was_answered(client: httpx.Client) -> None:
    created = client.post("/api/brands", json={"name": " Café Ünïque ", "website_url": "HTTPS://Example.com/#top"})
    body = created.json()
    assert created.status_code == 201
    assert body == {
        "id": str(UUID(body["id"])),
        "name": "Café Ünïque",
        "slug": "café-ünïque",
        "website_url": "https://example.com",
        "created_at": TIME,
    }
    assert created.headers["location"] == f"/api/brands/{body['id']}"
    assert client.get(created.headers["location"]).json() == body
    assert client.get("/api/brands").json() == [body]


def test_brand_needs_no_website(client: httpx.Client) -> None:
    assert client.post("/api/brands", json={"name": "A"}).json()["website_url"] is None
    assert client.post("/api/brands", json={"name": "B", "website_url": None}).json()["website_url"] is None


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": " \t"}, {"name": None}, {"name": 5}, {"name": "x" * 201}])
def test_name_that_is_none_is_refused_with_its_place(client: httpx.Client, body: dict[str, Any]) -> None:
    answer = client.post("/api/brands", json=body)
    assert answer.status_code == 400
    assert [problem["path"] for problem in answer.json()["errors"]] == ["name"]


def test_everything_wrong_with_a_brand_is_named_at_once(client: httpx.Client) -> None:
    answer = client.post("/api/brands", json={"name": [], "website_url": 1, "slug": {}})
    assert [problem["path"] for problem in answer.json()["errors"]] == ["name", "website_url", "slug"]


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "http://localhost", "ftp://example.com", "example"])
def test_website_that_is_not_public_is_refused(client: httpx.Client, address: str) -> None:
    assert client.post("/api/brands", json={"name": "Acme", "website_url": address}).status_code == 422
    assert client.get("/api/brands").json() == []


def test_second_brand_of_the_same_name_is_a_conflict_until_it_gets_a_slug(client: httpx.Client) -> None:
    assert client.post("/api/brands", json={"name": "Acme"}).status_code == 201
    assert client.post("/api/brands", json={"name": "ACME"}).status_code == 409
    assert client.post("/api/brands", json={"name": "Acme", "slug": "acme-uk"}).json()["slug"] == "acme-uk"


def test_brands_are_listed_newest_first_page_by_page(client: httpx.Client, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        for number in range(5):
            add_brand(conn, f"brand-{number}", now=later(number // 2))  # pairs share a time
    pages, address = [], "/api/brands?limit=2"
    while True:
        answer = client.get(address)
        pages.append(names_of(answer))
        if "next" not in answer.links:
            break
        address = answer.links["next"]["url"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [name for page in pages for name in page] == names_of(client.get("/api/brands"))
    assert pages[0][0] == "Brand-4"


def test_last_page_that_is_full_leads_nowhere(client: httpx.Client, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        for number in range(4):
            add_brand(conn, f"brand-{number}", now=later(number))
    first = client.get("/api/brands?limit=2")
    assert "next" not in client.get(first.links["next"]["url"]).links


def test_brands_added_between_two_pages_move_nothing(client: httpx.Client, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        for number in range(6):
            add_brand(conn, f"brand-{number}", now=later(number))
    first = client.get("/api/brands?limit=3")
    with ledger.begin() as conn:
        for number in range(6, 9):
            add_brand(conn, f"brand-{number}", now=later(number))
    second = client.get(first.links["next"]["url"])
    assert names_of(first) + names_of(second) == [f"Brand-{number}" for number in reversed(range(6))]


@pytest.mark.parametrize(("limit", "count"), [("0", 1), ("-7", 1), ("2", 2), ("999999999999999999999", 3)])
def test_limit_is_brought_within_bounds(client: httpx.Client, ledger: Ledger, limit: str, count: int) -> None:
    with ledger.begin() as conn:
        for number in range(3):
            add_brand(conn, f"brand-{number}")
    assert len(client.get("/api/brands", params={"limit": limit}).json()) == count


@pytest.mark.parametrize("limit", ["", "x", "1.5", "1e3"])
def test_limit_that_is_no_number_is_refused(client: httpx.Client, limit: str) -> None:
    answer = client.get("/api/brands", params={"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "limit"


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "\x00", "1", "-1-0", f"{10**17}-{0:032}", f"1-{0:032}x", f"١-{0:032}"]
)
def test_cursor_that_is_not_ours_is_refused(client: httpx.Client, cursor: str) -> None:
    answer = client.get("/api/brands", params={"cursor": cursor})
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid cursor"})


def test_erased_brand_takes_everything_of_it_along_and_nothing_else(
    api: ProfileApi, ledger: Ledger, brand: Brand, tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with ledger.begin() as conn:
        kept = add_brand(conn, "kept")
        for owner in (brand, kept):
            add_intent(conn, add_source(conn, owner))
            add_compile(conn, owner)
    for owner in (brand, kept):
        lake.write_evidence(brand_id=owner.id, frame=pl.DataFrame({"id": ["x"]}))
    before = row_counts(ledger)
    assert api.client.delete(f"/api/brands/{brand.id}").status_code == 204
    assert api.client.get(f"/api/brands/{brand.id}").status_code == 404
    assert {table: count - row_counts(ledger)[table] for table, count in before.items() if count} == {
        "brand": 1,
        "source_connection": 1,
        "compile_run": 1,
        "apify_run": 1,
    }
    assert lake.read_evidence(brand_id=brand.id) is None
    assert lake.read_evidence(brand_id=kept.id) is not None


def test_reading_brands_writes_nothing(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_source(conn, brand)
    before = row_counts(ledger)
    for rest in ("", "/bootstrap", "/onboarding", "/sources", "/sources?include_evidence=true"):
        assert client.get(f"/api/brands/{brand.id}{rest}").status_code == 200
    assert client.get("/api/brands").status_code == 200
    assert row_counts(ledger) == before


def test_bootstrap_of_a_fresh_brand_has_all_its_parts(client: httpx.Client, brand: Brand) -> None:
    body = client.get(f"/api/brands/{brand.id}/bootstrap").json()
    named = {"brand_id": str(brand.id), "updated_at": None}
    assert body == {
        "brand": client.get(f"/api/brands/{brand.id}").json(),
        "onboarding": {**named, "tier": 0, "answers_json": {}},
        "sources": [],
        "overrides": {**named, "overrides_json": {}, "pinned_paths": []},
        "latest": None,
    }


def test_bootstrap_agrees_with_the_calls_it_saves(client: httpx.Client, brand: Brand, ledger: Ledger) -> None:
    address = f"/api/brands/{brand.id}"
    with ledger.begin() as conn:
        add_source(conn, brand)
    client.put(f"{address}/onboarding", json={"tier": 1, "answers_json": {"tier0.who_for": "All"}})
    client.patch(f"{address}/brandbrain/overrides", json={"overrides_json": {"voice.tone_tags": ["calm"]}})
    body = client.get(f"{address}/bootstrap").json()
    assert body["onboarding"] == client.get(f"{address}/onboarding").json()
    assert body["sources"] == client.get(f"{address}/sources").json()
    assert body["overrides"] == client.get(f"{address}/brandbrain/overrides").json()


def test_bootstrap_names_the_newest_version(client: httpx.Client, brand: Brand, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={"voice": {}})
        newest = add_snapshot(conn, brand, snapshot_json={"voice": {}}, now=later(1))
    latest = client.get(f"/api/brands/{brand.id}/bootstrap").json()["latest"]
    assert latest == {
        "snapshot_id": str(newest.id),
        "created_at": newest.created_at.isoformat(),
        "has_data": True,
    }


def test_absent_brand_is_not_found(client: httpx.Client) -> None:
    answer = client.get(f"/api/brands/{uuid4()}")
    assert (answer.status_code, answer.json()) == (404, {"error": "Brand not found"})
