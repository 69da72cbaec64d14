"""What makes a board: the first look, and the wish for another one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy, board_generation
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.api.profile_api import ProfileApi, row_counts
from tests.api.tenants import OTHER_TENANT, add_token
from tests.stores.board_rows import add_board, add_evidence, add_generation, make_board, start_generation
from tests.stores.ledger_rows import NOW, add_brand, add_snapshot, later

ENOUGH = 8


@pytest.fixture
def ripe(ledger: Ledger, brand: Brand) -> Brand:
    """One that can have a board and never had one."""
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={})
        add_evidence(conn, brand, ENOUGH)
    return brand


def look_at(api: ProfileApi, brand: Brand) -> dict[str, Any]:
    answer = api.client.get(f"/api/brands/{brand.id}/today")
    assert answer.status_code == 200
    meta: dict[str, Any] = answer.json()["meta"]
    return meta


def generations_of(ledger: Ledger, brand: Brand) -> list[BoardGeneration]:
    with ledger.read() as conn:
        of_brand = select(board_generation).where(board_generation.c.brand_id == brand.id)
        found = conn.execute(of_brand.order_by(board_generation.c.created_at)).mappings()
        return [BoardGeneration(**row) for row in found]


def test_first_look_asks_for_a_board_in_three_statements(api: ProfileApi, ledger: Ledger, ripe: Brand) -> None:
    before = row_counts(ledger)
    with api.queries(at_most=3):
        meta = look_at(api, ripe)
    (generation,) = generations_of(ledger, ripe)
    assert (meta["state"], meta["job_id"]) == ("generating", str(generation.id))
    assert (generation.requested_by, generation.status) == (RequestedBy.FIRST_RUN, WorkStatus.PENDING)
    assert (generation.available_at, generation.max_attempts) == (NOW, 3)
    assert row_counts(ledger) == before | {"board_generation": 1}
    with api.queries(at_most=2):
        assert look_at(api, ripe)["job_id"] == str(generation.id)
    assert len(generations_of(ledger, ripe)) == 1


def test_hundred_first_looks_at_once_ask_for_one_board(api: ProfileApi, ledger: Ledger, ripe: Brand) -> None:
    together = Barrier(100)

    def look(_: int) -> tuple[str, str]:
        together.wait()
        meta = look_at(api, ripe)
        return meta["state"], meta["job_id"]

    with ThreadPoolExecutor(100) as people:
        answers = set(people.map(look, range(100)))
    (generation,) = generations_of(ledger, ripe)
    assert answers == {("generating", str(generation.id))}


@pytest.mark.parametrize("attempts_ended", [WorkStatus.SUCCEEDED, WorkStatus.FAILED])
def test_look_asks_for_nothing_once_a_generation_has_ended(
    api: ProfileApi, ledger: Ledger, ripe: Brand, attempts_ended: WorkStatus
) -> None:
    state = BoardState.ERROR if attempts_ended is WorkStatus.FAILED else BoardState.INSUFFICIENT_EVIDENCE
    with ledger.begin() as conn:
        add_board(conn, ripe, make_board(state=state))
        add_snapshot(conn, ripe, snapshot_json={}, now=later(1))
    for _ in range(3):
        assert look_at(api, ripe)["state"] == state
    assert [generation.status for generation in generations_of(ledger, ripe)] == [attempts_ended]


def test_first_run_of_a_snapshot_is_not_repeated_whatever_became_of_it(
    api: ProfileApi, ledger: Ledger, ripe: Brand
) -> None:
    look_at(api, ripe)
    (generation,) = generations_of(ledger, ripe)
    with ledger.begin() as conn:
        GENERATIONS.finish_failed(conn, work_id=generation.id, lease_token=None, now=NOW, error="cancelled")
    for _ in range(3):
        assert look_at(api, ripe)["state"] == "not_generated_yet"
    assert len(generations_of(ledger, ripe)) == 1


def test_look_at_a_brand_with_too_little_evidence_asks_for_nothing(
    api: ProfileApi, ledger: Ledger, brand: Brand
) -> None:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={})
        add_evidence(conn, brand, ENOUGH - 1)
        add_evidence(conn, add_brand(conn, "other"), 1)
    assert look_at(api, brand)["state"] == "not_generated_yet"
    assert generations_of(ledger, brand) == []


def test_look_at_a_brand_without_a_snapshot_asks_for_nothing(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_evidence(conn, brand, ENOUGH)
    assert look_at(api, brand)["state"] == "not_generated_yet"
    assert generations_of(ledger, brand) == []


def test_look_of_somebody_who_may_not_see_the_brand_asks_for_nothing(
    api: ProfileApi, ledger: Ledger, ripe: Brand
) -> None:
    headers, _ = add_token(ledger, tenant_id=OTHER_TENANT)
    assert api.client.get(f"/api/brands/{ripe.id}/today", headers=headers).status_code == 404
    assert generations_of(ledger, ripe) == []


def regenerate(api: ProfileApi, brand: Brand, slash: str = "") -> UUID:
    answer = api.client.post(f"/api/brands/{brand.id}/today/regenerate{slash}")
    assert answer.status_code == 202
    job_id = answer.json()["job_id"]
    assert answer.json() == {"status": "accepted", "job_id": job_id, "poll_url": f"/api/brands/{brand.id}/today"}
    assert answer.headers["cache-control"] == "no-store"
    assert api.client.get(answer.json()["poll_url"]).status_code == 200
    return UUID(job_id)


def test_regenerating_asks_for_one_board_at_a_time(api: ProfileApi, ledger: Ledger, ripe: Brand) -> None:
    with ledger.begin() as conn:
        add_board(conn, ripe, make_board(state=BoardState.ERROR))
    api.clock.now = later(1)
    job_id = regenerate(api, ripe)
    assert regenerate(api, ripe, "/") == job_id
    _, generation = generations_of(ledger, ripe)
    assert (generation.id, generation.requested_by) == (job_id, RequestedBy.REGENERATE)
    with ledger.begin() as conn:
        start_generation(conn, generation, now=later(1))
    assert regenerate(api, ripe) == job_id
    assert look_at(api, ripe)["job_id"] == str(job_id)


def test_hundred_wishes_at_once_are_one_generation(api: ProfileApi, ledger: Ledger, ripe: Brand) -> None:
    together = Barrier(100)

    def click(number: int) -> str:
        together.wait()
        return str(regenerate(api, ripe)) if number % 2 else look_at(api, ripe)["job_id"]

    with ThreadPoolExecutor(100) as people:
        answers = set(people.map(click, range(100)))
    (generation,) = generations_of(ledger, ripe)
    assert answers == {str(generation.id)}


def test_wish_needs_no_minimum_of_evidence(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json={})
    assert [regenerate(api, brand)] == [generation.id for generation in generations_of(ledger, brand)]


def test_wish_without_a_snapshot_says_what_to_do(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    answer = api.client.post(f"/api/brands/{brand.id}/today/regenerate")
    assert answer.status_code == 422
    assert answer.json() == {"error": "There is no snapshot to make a board from; compile the brand first"}
    assert generations_of(ledger, brand) == []


def test_wish_about_a_brand_out_of_reach_is_absent(api: ProfileApi, ledger: Ledger, ripe: Brand) -> None:
    headers, _ = add_token(ledger, tenant_id=OTHER_TENANT)
    for brand_id in (ripe.id, uuid4()):
        answer = api.client.post(f"/api/brands/{brand_id}/today/regenerate", headers=headers)
        assert (answer.status_code, answer.json()) == (404, {"error": "Brand not found"})
    assert generations_of(ledger, ripe) == []


def test_generation_of_another_brand_is_nobody_elses(api: ProfileApi, ledger: Ledger, ripe: Brand) -> None:
    with ledger.begin() as conn:
        other = add_brand(conn, "other")
        add_snapshot(conn, other, snapshot_json={})
        foreign = add_generation(conn, other)
    assert regenerate(api, ripe) != foreign.id
