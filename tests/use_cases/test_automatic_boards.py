"""Boards that are made anew by themselves: whose, in which order, and how many wait at most."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.domain.opportunities.gate_config import default_gate_config
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy, board_generation
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.attempt_generation import GenerationRules
from brandbrain_dagster.use_cases.automatic_boards import LIVE_AT_MOST, refresh_stale_boards
from tests.stores.board_rows import add_board, add_generation, make_board, start_generation
from tests.stores.ledger_rows import add_brand, add_snapshot, later

RULES = GenerationRules(
    lease_seconds=600,
    max_attempts=5,
    backoff_seconds=30,
    gates=default_gate_config(8, ("instagram",)),
    disabled_capabilities=frozenset(),
)
DAY = 24 * 3600


def add_stale(ledger: Ledger, slug: str, *, since: float, state: BoardState = BoardState.READY) -> UUID:
    """Adds a brand whose board is of an older snapshot since so many seconds."""
    with ledger.begin() as conn:
        brand = add_brand(conn, slug)
        add_snapshot(conn, brand, snapshot_json={})
        add_board(conn, brand, make_board(state=state))
        add_snapshot(conn, brand, snapshot_json={}, now=later(since))
    return brand.id


def add_live(ledger: Ledger, count: int) -> None:
    """Adds brands whose first board is waiting or, every other one, being made."""
    with ledger.begin() as conn:
        for number in range(count):
            brand = add_brand(conn, f"live-{number}")
            add_snapshot(conn, brand, snapshot_json={})
            generation = add_generation(conn, brand)
            if number % 2:
                start_generation(conn, generation)


def refresh(ledger: Ledger) -> int:
    return refresh_stale_boards(ledger=ledger, rules=RULES, now=later(DAY), new_id=uuid4)


def refreshed(ledger: Ledger) -> set[UUID]:
    with ledger.read() as conn:
        asked = board_generation.c
        return set(conn.scalars(select(asked.brand_id).where(asked.requested_by == RequestedBy.REFRESH)))


def test_longest_stale_boards_are_refreshed_first_and_no_more_than_there_is_room_for(ledger: Ledger) -> None:
    add_live(ledger, LIVE_AT_MOST - 2)
    youngest, oldest, middle = (add_stale(ledger, f"stale-{since}", since=since) for since in (300, 100, 200))
    assert refresh(ledger) == 2
    assert refreshed(ledger) == {oldest, middle}
    assert refresh(ledger) == 0
    assert youngest not in refreshed(ledger)


@pytest.mark.parametrize("live", [LIVE_AT_MOST, LIVE_AT_MOST + 1])
def test_nothing_is_refreshed_while_too_many_boards_wait(ledger: Ledger, live: int) -> None:
    add_live(ledger, live)
    add_stale(ledger, "stale", since=60)
    assert refresh(ledger) == 0
    assert refreshed(ledger) == set()


@pytest.mark.parametrize("state", [BoardState.READY, BoardState.INSUFFICIENT_EVIDENCE, BoardState.ERROR])
def test_new_snapshot_is_a_new_chance_however_the_board_before_ended(ledger: Ledger, state: BoardState) -> None:
    brand_id = add_stale(ledger, "stale", since=60, state=state)
    assert refresh(ledger) == 1
    assert refreshed(ledger) == {brand_id}


def test_refresh_is_enqueued_by_the_rules_of_now(ledger: Ledger) -> None:
    add_stale(ledger, "stale", since=60)
    refresh(ledger)
    with ledger.read() as conn:
        asked = board_generation.c
        row = conn.execute(select(board_generation).where(asked.requested_by == RequestedBy.REFRESH)).one()
    assert (row.status, row.attempts, row.max_attempts) == ("PENDING", 0, RULES.max_attempts)
    assert row.available_at == row.created_at == later(DAY)
    assert row.available_at - later(0) == timedelta(days=1)


def test_deleted_brand_gets_no_board(ledger: Ledger) -> None:
    add_stale(ledger, "stale", since=60)
    with ledger.begin() as conn:
        conn.exec_driver_sql("UPDATE brand SET deleted_at = now()")
    assert refresh(ledger) == 0
