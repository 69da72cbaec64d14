"""Sources over HTTP: add, list with evidence, change, remove without losing what leads back to them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.stores.ledger.actor_runs import list_runs
from brandbrain_dagster.stores.ledger.brands import Brand, get_brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.sources import list_sources
from brandbrain_dagster.stores.ledger.tables import apify_run
from tests.api.profile_api import ProfileApi
from tests.stores.ledger_rows import add_brand, add_intent, add_source, later

TIME = "2026-03-01T12:00:00+00:00"
POSTS = {"platform": "instagram", "capability": "posts", "identifier": "@Acme"}


def address(brand: Brand) -> str:
    return f"/api/brands/{brand.id}/sources"


def add_run(ledger: Ledger, brand: Brand, status: ActorRunStatus, *, has_usable_rows: bool | None = True) -> str:
    """A run of the brand's only source that ended so; returns the source's address."""
    with ledger.begin() as conn:
        known = list_sources(conn, brand_id=brand.id)
        source = known[0] if known else add_source(conn, brand)
        run = add_intent(conn, source)
        ended = {"status": status, "has_usable_rows": has_usable_rows}
        conn.execute(update(apify_run).where(apify_run.c.id == run.id).values(**ended))
    return f"/api/sources/{source.id}"


def test_added_source_is_listed_under_its_normalized_identifier(client: httpx.Client, brand: Brand) -> None:
    added = client.post(address(brand), json=POSTS)
    body = added.json()
    assert added.status_code == 201
    assert body == {
        "id": body["id"],
        "brand_id": str(brand.id),
        "platform": "instagram",
        "capability": "posts",
        "identifier": "acme",
        "is_enabled": True,
        "settings_json": None,
        "created_at": TIME,
    }
    assert client.get(address(brand)).json() == [body]


def test_source_that_is_there_already_is_answered_as_it_is(client: httpx.Client, brand: Brand) -> None:
    first = client.post(address(brand), json={**POSTS, "settings_json": {"cap": 3}})
    again = client.post(address(brand), json={**POSTS, "identifier": "https://www.instagram.com/ACME/"})
    assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"platform": None}, 400),
        ({"capability": 5}, 400),
        ({"identifier": ["acme"]}, 400),
        ({"settings_json": []}, 400),
        ({"settings_json": {"cap": 0}}, 400),
        ({"settings_json": {"ttl_hours": "1"}}, 400),
        ({"settings_json": {"extra_start_urls": "x"}}, 400),
        ({"settings_json": {"extra_start_urls": ["http://192.168.0.1/"]}}, 422),
        ({"platform": "myspace"}, 422),
        ({"capability": "stories"}, 422),
        ({"identifier": ""}, 422),
        ({"identifier": "x" * 501}, 422),
        ({"identifier": "https://www.tiktok.com/@acme"}, 422),
        ({"identifier": "a\nb"}, 422),
    ],
)
def test_source_that_cannot_be_collected_is_refused(
    client: httpx.Client, brand: Brand, changed: dict[str, Any], status: int
) -> None:
    assert client.post(address(brand), json={**POSTS, **changed}).status_code == status
    assert client.get(address(brand)).json() == []


def test_evidence_of_a_source_that_was_never_collected(client: httpx.Client, brand: Brand) -> None:
    client.post(address(brand), json={**POSTS, "settings_json": {"ttl_hours": 6}})
    (source,) = client.get(address(brand), params={"include_evidence": "true"}).json()
    assert source["evidence_status"] == {
        "has_evidence": False,
        "latest_run_id": None,
        "latest_run_status": None,
        "latest_run_age_hours": None,
        "next_action": "refresh",
        "ttl_hours": 6.0,
    }


@pytest.mark.parametrize(
    ("hours", "status", "has_usable_rows", "expected"),
    [
        (2.5, ActorRunStatus.SUCCEEDED, True, (True, "SUCCEEDED", 2.5, "reuse")),
        (24, ActorRunStatus.SUCCEEDED, True, (True, "SUCCEEDED", 24.0, "reuse")),
        (24.01, ActorRunStatus.SUCCEEDED, True, (True, "SUCCEEDED", 24.01, "refresh")),
        (0.5, ActorRunStatus.SUCCEEDED, False, (False, "SUCCEEDED", 0.5, "reuse")),
        (2, ActorRunStatus.SUCCEEDED, False, (False, "SUCCEEDED", 2.0, "refresh")),
        (1, ActorRunStatus.FAILED, None, (False, "FAILED", 1.0, "refresh")),
        (0, ActorRunStatus.RUNNING, None, (False, "RUNNING", 0.0, "refresh")),
    ],
)
def test_evidence_tells_the_latest_run_and_what_comes_next(
    api: ProfileApi,
    ledger: Ledger,
    brand: Brand,
    hours: float,
    status: ActorRunStatus,
    has_usable_rows: bool | None,
    expected: tuple[bool, str, float, str],
) -> None:
    add_run(ledger, brand, status, has_usable_rows=has_usable_rows)
    api.clock.now = later(hours * 3600)
    (source,) = api.client.get(address(brand), params={"include_evidence": "true"}).json()
    told = source["evidence_status"]
    assert (told["has_evidence"], told["latest_run_status"], told["latest_run_age_hours"], told["next_action"]) == (
        expected
    )


def test_latest_run_that_failed_does_not_hide_evidence(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    add_run(ledger, brand, ActorRunStatus.SUCCEEDED)
    with ledger.begin() as conn:
        (source,) = list_sources(conn, brand_id=brand.id)
        run = add_intent(conn, source, now=later(60))
        conn.execute(update(apify_run).where(apify_run.c.id == run.id).values(status=ActorRunStatus.FAILED))
    told = client.get(address(brand), params={"include_evidence": "1"}).json()[0]["evidence_status"]
    assert (told["has_evidence"], told["latest_run_id"], told["next_action"]) == (True, str(run.id), "reuse")


def test_source_is_changed_where_it_is_asked_for(client: httpx.Client, brand: Brand) -> None:
    source = client.post(address(brand), json=POSTS).json()
    one = f"/api/sources/{source['id']}"
    assert client.patch(one, json={"is_enabled": False}).json() == {**source, "is_enabled": False}
    assert client.patch(one, json={"settings_json": {"cap": 2}}).json()["settings_json"] == {"cap": 2}
    assert client.patch(one, json={"identifier": "@Other"}).json() == {
        **source,
        "is_enabled": False,
        "settings_json": {"cap": 2},
        "identifier": "other",
    }
    assert client.patch(one, json={"settings_json": None}).json()["settings_json"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"id": "x"}, 400),
        ({"is_enabled": "no"}, 400),
        ({"is_enabled": None}, 400),
        ({"identifier": None}, 400),
        ({"settings_json": 5}, 400),
        ({"settings_json": {"cap": -1}}, 400),
        ({"identifier": "https://www.instagram.com/p/abc/"}, 422),
    ],
)
def test_change_that_cannot_be_made_changes_nothing(
    client: httpx.Client, brand: Brand, body: dict[str, Any], status: int
) -> None:
    source = client.post(address(brand), json=POSTS).json()
    assert client.patch(f"/api/sources/{source['id']}", json=body).status_code == status
    assert client.get(address(brand)).json() == [source]


def test_identifier_of_another_source_is_a_conflict(client: httpx.Client, brand: Brand) -> None:
    client.post(address(brand), json=POSTS)
    other = client.post(address(brand), json={**POSTS, "identifier": "other"}).json()
    assert client.patch(f"/api/sources/{other['id']}", json={"identifier": "ACME"}).status_code == 409


def test_identifier_of_a_collected_source_stays(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    one = add_run(ledger, brand, ActorRunStatus.SUCCEEDED)
    assert client.patch(one, json={"identifier": "somebody.else"}).status_code == 409
    assert client.patch(one, json={"identifier": "@ACME"}).json()["identifier"] == "acme"


def test_identifier_of_a_source_that_only_failed_can_be_corrected(
    client: httpx.Client, ledger: Ledger, brand: Brand
) -> None:
    one = add_run(ledger, brand, ActorRunStatus.FAILED, has_usable_rows=None)
    assert client.patch(one, json={"identifier": "acme.official"}).json()["identifier"] == "acme.official"


def test_removed_source_is_gone(client: httpx.Client, brand: Brand) -> None:
    one = f"/api/sources/{client.post(address(brand), json=POSTS).json()['id']}"
    removed = client.delete(one)
    assert (removed.status_code, removed.content) == (204, b"")
    assert client.get(address(brand)).json() == []
    assert [client.delete(one).status_code, client.patch(one, json={"is_enabled": True}).status_code] == [404, 404]


def test_removed_source_keeps_the_runs_that_lead_back_to_it(client: httpx.Client, ledger: Ledger, brand: Brand) -> None:
    one = add_run(ledger, brand, ActorRunStatus.SUCCEEDED)
    assert client.delete(one).status_code == 204
    assert client.get(address(brand)).json() == []
    assert client.get(f"/api/brands/{brand.id}/bootstrap").json()["sources"] == []
    with ledger.read() as conn:
        (run,) = list_runs(conn, brand_id=brand.id)
        (kept,) = list_sources(conn, brand_id=brand.id, with_removed=True)
    assert (kept.id, kept.is_enabled, kept.identifier) == (run.source_connection_id, False, "acme")


def test_removed_source_that_is_added_again_comes_back_with_its_evidence(
    client: httpx.Client, ledger: Ledger, brand: Brand
) -> None:
    one = add_run(ledger, brand, ActorRunStatus.SUCCEEDED)
    client.delete(one)
    again = client.post(address(brand), json={**POSTS, "settings_json": {"cap": 1}})
    assert (again.status_code, again.json()["settings_json"]) == (201, {"cap": 1})
    assert f"/api/sources/{again.json()['id']}" == one
    assert client.get(address(brand), params={"include_evidence": True}).json()[0]["evidence_status"]["has_evidence"]


def test_every_change_of_a_source_counts_as_a_change_of_the_inputs(
    client: httpx.Client, ledger: Ledger, brand: Brand
) -> None:
    def revision() -> int:
        with ledger.read() as conn:
            return get_brand(conn, brand_id=brand.id).inputs_revision

    seen = [revision()]
    one = f"/api/sources/{client.post(address(brand), json=POSTS).json()['id']}"
    seen.append(revision())
    client.patch(one, json={"is_enabled": False})
    seen.append(revision())
    client.delete(one)
    seen.append(revision())
    assert seen == sorted(set(seen))


def test_source_of_an_erased_brand_is_gone(client: httpx.Client, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        erased = add_brand(conn, "erased")
        source = add_source(conn, erased)
    client.delete(f"/api/brands/{erased.id}")
    assert client.patch(f"/api/sources/{source.id}", json={"is_enabled": False}).json() == {"error": "Source not found"}
    assert client.delete(f"/api/sources/{uuid4()}").json() == {"error": "Source not found"}


def test_changes_at_the_same_time_do_not_get_in_each_others_way(client: httpx.Client, brand: Brand) -> None:
    """Nothing fails and nothing waits for ever: answers and sources of a brand are changed one after the other."""
    site = {"platform": "web", "capability": "crawl_pages", "identifier": "https://example.com"}
    one = f"/api/sources/{client.post(address(brand), json=site).json()['id']}"

    def change(turn: int) -> int:
        pages = {"tier1.key_pages": [f"https://example.com/{turn}"]}
        requests: list[tuple[str, str, dict[str, Any] | None]] = [
            ("PUT", f"/api/brands/{brand.id}/onboarding", {"tier": 1, "answers_json": pages}),
            ("PATCH", one, {"is_enabled": turn % 2 == 0}),
            ("POST", address(brand), site),
            ("DELETE", one, None),
        ]
        method, path, body = requests[turn % len(requests)]
        return client.request(method, path, json=body).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = set(threads.map(change, range(80)))
    assert statuses <= {200, 201, 204, 404, 409}
