"""Generations in the queue: one per brand, whoever asks, and due once no compile of the brand is in the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event

from brandbrain_dagster.domain.opportunities.board import GenerationStage
from brandbrain_dagster.errors import LeaseLostError, NotFoundError
from brandbrain_dagster.stores.ledger.board_generations import (
    GENERATIONS,
    enqueue_generation_query,
    insert_generation,
    record_llm_usage,
    record_stage,
    record_start,
)
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.stores.board_rows import add_board, add_generation, make_board, start_generation
from tests.stores.ledger_rows import NOW, add_brand, add_compile, add_snapshot, claim, later

AT_ONCE = 8


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        add_snapshot(conn, brand, snapshot_json={})
    return brand


def ask(conn: Connection, brand_id: UUID) -> tuple[UUID, bool]:
    generation, is_new = insert_generation(
        conn,
        generation_id=uuid4(),
        brand_id=brand_id,
        requested_by=RequestedBy.REGENERATE,
        max_attempts=3,
        now=later(60),
    )
    return generation.id, is_new


def due(conn: Connection, *, seconds: float = 60) -> list[UUID]:
    return [work.id for work in GENERATIONS.list_due(conn, now=later(seconds), limit=10)]


@contextmanager
def ending_after_the_insert(conn: Connection, ledger: Ledger, generation_id: UUID) -> Iterator[None]:
    """Has the live generation end, by somebody else, right after this connection first tried to add one."""
    ended: list[UUID] = []

    def end(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO board_generation") and not ended:
            ended.append(generation_id)
            with ledger.begin() as other:
                GENERATIONS.finish_failed(other, work_id=generation_id, lease_token=None, now=NOW, error="cancelled")

    event.listen(conn, "after_cursor_execute", end)
    yield
    event.remove(conn, "after_cursor_execute", end)
    assert ended


def test_generation_that_ends_while_another_is_asked_for_makes_room_for_it(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        live = add_generation(conn, brand)
    with ledger.begin() as conn, ending_after_the_insert(conn, ledger, live.id):
        asked, is_new = ask(conn, brand.id)
    assert is_new
    assert asked != live.id
    with ledger.read() as conn:
        assert GENERATIONS.get(conn, work_id=live.id).status is WorkStatus.FAILED
        assert GENERATIONS.get(conn, work_id=asked).status is WorkStatus.PENDING


def test_who_asks_while_one_is_live_gets_that_one(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        live = add_generation(conn, brand)
        assert ask(conn, brand.id) == (live.id, False)
        start_generation(conn, live)
        assert ask(conn, brand.id) == (live.id, False)


def test_all_who_ask_at_once_get_the_same_generation(ledger: Ledger, brand: Brand) -> None:
    together = Barrier(AT_ONCE)

    def ask_together(_: int) -> tuple[UUID, bool]:
        together.wait()
        with ledger.begin() as conn:
            return ask(conn, brand.id)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(ask_together, range(AT_ONCE)))
    assert len({generation_id for generation_id, _ in answers}) == 1
    assert [is_new for _, is_new in answers].count(True) == 1


def test_brand_without_a_snapshot_is_told_what_to_do(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        with pytest.raises(NotFoundError, match="compile it first"):
            ask(conn, brand.id)
        with pytest.raises(NotFoundError):
            ask(conn, uuid4())


def test_first_run_is_enqueued_once_for_a_snapshot_however_it_ended(ledger: Ledger, brand: Brand) -> None:
    def enqueue(conn: Connection) -> bool:
        query = enqueue_generation_query(
            generation_id=uuid4(), brand_id=brand.id, requested_by=RequestedBy.FIRST_RUN, max_attempts=3, now=NOW
        )
        return conn.execute(query.statement).first() is not None

    with ledger.begin() as conn:
        assert enqueue(conn)
        first = GENERATIONS.find_live(conn, brand_id=brand.id)
        assert first is not None
        GENERATIONS.finish_failed(conn, work_id=first.id, lease_token=None, now=NOW, error="cancelled")
        assert not enqueue(conn)
        add_snapshot(conn, brand, snapshot_json={})
        assert enqueue(conn)


def test_generation_is_of_the_newest_snapshot_when_it_is_asked_for_and_when_it_starts(
    ledger: Ledger, brand: Brand
) -> None:
    with ledger.begin() as conn:
        second = add_snapshot(conn, brand, snapshot_json={})
        generation = add_generation(conn, brand)
        third = add_snapshot(conn, brand, snapshot_json={})
        add_snapshot(conn, add_brand(conn, "other"), snapshot_json={})
        token = start_generation(conn, generation)
        started = record_start(conn, generation_id=generation.id, lease_token=token)
    assert (generation.snapshot_id, started.snapshot_id) == (second.id, third.id)


def test_generation_is_not_due_while_a_compile_of_its_brand_runs(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        generation = add_generation(conn, brand)
        other = add_brand(conn, "other")
        add_snapshot(conn, other, snapshot_json={})
        of_other = add_generation(conn, other)
        run = add_compile(conn, brand)
        assert set(due(conn)) == {generation.id, of_other.id}
        claim(conn, run, token := uuid4())
        assert due(conn) == [of_other.id]
        COMPILES.finish_succeeded(conn, work_id=run.id, lease_token=token, now=NOW)
        assert set(due(conn)) == {generation.id, of_other.id}


def test_generation_is_due_at_its_time(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        generation = add_generation(conn, brand, now=later(30))
        assert due(conn, seconds=29) == []
        assert due(conn, seconds=30) == [generation.id]


def test_writes_without_the_lease_are_refused(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        generation = add_generation(conn, brand)
        start_generation(conn, generation)
        held: dict[str, Any] = {"generation_id": generation.id, "lease_token": uuid4()}
        with pytest.raises(LeaseLostError):
            record_start(conn, **held)
        with pytest.raises(LeaseLostError):
            record_stage(conn, **held, stage=GenerationStage.SCORING)
        with pytest.raises(LeaseLostError):
            record_llm_usage(conn, **held, usage={"requests": 1})
        kept = GENERATIONS.get(conn, work_id=generation.id)
    assert (kept.stage, kept.llm_usage_json) == (None, {})


def test_brand_may_have_many_generations_that_are_over(ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        for seconds in range(3):
            add_board(conn, brand, make_board(), now=later(seconds))
        assert ask(conn, brand.id)[1]


def test_wish_that_can_not_be_met_is_refused_and_not_repeated_for_ever(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        add_snapshot(conn, brand, snapshot_json={})
        conn.exec_driver_sql("UPDATE brand SET deleted_at = now()")
        with pytest.raises(NotFoundError):
            insert_generation(
                conn,
                generation_id=uuid4(),
                brand_id=brand.id,
                requested_by=RequestedBy.REGENERATE,
                max_attempts=3,
                now=NOW,
            )
