"""Who may end a generation, what people decided about ideas, and boards that are made anew by themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import dagster as dg
import pytest
from sqlalchemy import select

from brandbrain_dagster.domain.opportunities.board import BoardState, ReadyReason
from brandbrain_dagster.domain.opportunities.candidate import Candidate
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType
from brandbrain_dagster.domain.opportunities.synthesizer import Worded
from brandbrain_dagster.errors import LeaseLostError
from brandbrain_dagster.resources.board_rules import generation_ports
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.sensors.boards import board_worker_sensor, stale_boards_sensor
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import boards
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.board_tables import (
    RequestedBy,
    board_generation,
    opportunities_board,
    opportunity,
    opportunity_citation,
    opportunity_decision,
)
from brandbrain_dagster.use_cases.attempt_generation import begin_generation
from brandbrain_dagster.use_cases.erase_brand import erase_brand
from brandbrain_dagster.use_cases.generate_board import GenerationPorts, generate_board
from tests.dagster.boarding import compiled, enqueue, newest_board
from tests.dagster.brand_runs import Brands, definitions
from tests.use_cases.collecting import INSTAGRAM, utc_now
from tests.use_cases.compiling import start
from tests.use_cases.replayed_brand import write_rows
from tests.use_cases.themed_rows import themed_rows


def ports_of(brands: Brands) -> GenerationPorts:
    settings = load_settings()
    return generation_ports(
        settings,
        ledger=brands.ledger,
        lake=Lake(settings.lake_location),
        clock=ClockResource(),
        is_stopping=lambda: False,
    )


def decide(brands: Brands, brand_id: UUID, opportunity_id: UUID, kind: DecisionType) -> None:
    until = utc_now() + timedelta(days=3) if kind is DecisionType.SNOOZED else None
    with brands.ledger.begin() as conn:
        boards.insert_decision(
            conn,
            decision_id=uuid4(),
            brand_id=brand_id,
            opportunity_id=opportunity_id,
            decision=Decision(decision_type=kind, snoozed_until=until, recorded_at=utc_now()),
            reason=None,
            recorded_by="test",
        )


def recompiled(brands: Brands, brand_id: UUID, **changed: Any) -> None:
    """Gives the brand another profile, of posts that are liked more."""
    rows = themed_rows(utc_now() - timedelta(hours=3))
    write_rows(
        brands.place.home.parent / "data", INSTAGRAM, [{**row, "likesCount": row["likesCount"] + 1} for row in rows]
    )
    started = start(brands.ledger, brand_id, force_refresh=True, now=utc_now())
    assert brands.run_batch([started.compile_run_id]).success


def live_generations(brands: Brands) -> list[tuple[UUID, str]]:
    with brands.ledger.read() as conn:
        rows = conn.exec_driver_sql("SELECT brand_id, requested_by FROM board_generation WHERE status = 'PENDING'")
        return [(row.brand_id, row.requested_by) for row in rows]


def tick(sensor: dg.SensorDefinition, brands: Brands) -> Any:
    return sensor(dg.build_sensor_context(instance=brands.instance))


def test_worker_that_lost_its_lease_can_not_end_the_work(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    generation_id, ports = enqueue(themed, brand_id), ports_of(themed)
    old, new = uuid4(), uuid4()
    lost = begin_generation(generation_id, lease_token=old, dagster_run_id="old", ports=ports)
    taken = begin_generation(generation_id, lease_token=new, dagster_run_id="new", ports=ports)
    assert (taken.attempts, taken.dagster_run_id) == (2, "new")
    with pytest.raises(LeaseLostError):
        generate_board(lost, lease_token=old, ports=ports)
    with themed.ledger.read() as conn:
        assert boards.find_newest_board(conn, brand_id=brand_id) is None
    stored = generate_board(taken, lease_token=new, ports=ports)
    with pytest.raises(LeaseLostError):
        generate_board(taken, lease_token=new, ports=ports)
    assert newest_board(themed, brand_id).id == stored.id


def test_pinned_idea_stays_and_ignored_idea_is_not_proposed_again(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    assert themed.run_board(brand_id).success
    pinned, ignored, snoozed, *_ = newest_board(themed, brand_id).board.opportunities
    decide(themed, brand_id, pinned.id, DecisionType.PINNED)
    decide(themed, brand_id, ignored.id, DecisionType.IGNORED)
    decide(themed, brand_id, snoozed.id, DecisionType.SNOOZED)
    recompiled(themed, brand_id)
    assert themed.run_board(brand_id).success
    ids = {idea.id for idea in newest_board(themed, brand_id).board.opportunities}
    assert pinned.id in ids
    assert ignored.id not in ids
    assert snoozed.id in ids, "a snoozed idea comes back at its time"


class SilentSynthesizer:
    """Finds words for nothing."""

    def word(self, candidates: Sequence[Candidate], context: BoardContext) -> Worded:
        return Worded(wordings={}, source="silent")


def test_pinned_idea_outlasts_boards_that_do_not_find_it_again(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    assert themed.run_board(brand_id).success
    pinned = newest_board(themed, brand_id).board.opportunities[-1]
    silent = replace(ports_of(themed), synthesizer=SilentSynthesizer())
    off = replace(silent, synthesizer=None)
    decide(themed, brand_id, pinned.id, DecisionType.PINNED)
    shown = []
    for ports in (silent, off, silent):
        token = uuid4()
        generation = begin_generation(enqueue(themed, brand_id), lease_token=token, dagster_run_id="run", ports=ports)
        shown.append(generate_board(generation, lease_token=token, ports=ports).board)
    assert [board.opportunities for board in shown] == [(pinned,), (), (pinned,)]
    assert [board.ready_reason for board in shown] == [
        ReadyReason.GENERATED,
        ReadyReason.GATES_ONLY_NO_SYNTHESIS,
        ReadyReason.GENERATED,
    ]


def test_nothing_worth_showing_is_said_and_never_filled_up(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    token, ports = uuid4(), replace(ports_of(themed), synthesizer=SilentSynthesizer())
    generation = begin_generation(enqueue(themed, brand_id), lease_token=token, dagster_run_id="run", ports=ports)
    board = generate_board(generation, lease_token=token, ports=ports).board
    assert (board.state, board.ready_reason) == (BoardState.READY, ReadyReason.NO_VALID_CANDIDATES)
    assert board.opportunities == ()
    assert board.total_candidates
    assert board.notes


def test_board_is_made_anew_once_for_a_new_snapshot(themed: Brands) -> None:
    with_board, without_board = compiled(themed, 2)
    assert themed.run_board(with_board).success
    assert "0 boards" in tick(stale_boards_sensor, themed).skip_message
    recompiled(themed, with_board)
    recompiled(themed, without_board)
    assert "1 boards" in tick(stale_boards_sensor, themed).skip_message
    assert live_generations(themed) == [(with_board, RequestedBy.REFRESH)]
    assert "0 boards" in tick(stale_boards_sensor, themed).skip_message
    assert themed.run_board_queue().success
    assert "0 boards" in tick(stale_boards_sensor, themed).skip_message
    assert live_generations(themed) == []


def test_boards_are_left_alone_where_a_setting_says_so(themed: Brands, monkeypatch: pytest.MonkeyPatch) -> None:
    (brand_id,) = compiled(themed)
    assert themed.run_board(brand_id).success
    recompiled(themed, brand_id)
    monkeypatch.setenv("BRANDBRAIN_REFRESH_BOARDS", "false")
    assert "BRANDBRAIN_REFRESH_BOARDS" in tick(stale_boards_sensor, themed).skip_message
    assert live_generations(themed) == []


def test_run_is_asked_for_when_a_board_waits_and_no_worker_is_there(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    assert isinstance(tick(board_worker_sensor, themed), dg.SkipReason)
    generation_id = enqueue(themed, brand_id)
    assert isinstance(tick(board_worker_sensor, themed), dg.RunRequest)
    job = definitions().resolve_job_def("generate_boards")
    themed.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    assert isinstance(tick(board_worker_sensor, themed), dg.SkipReason)
    with themed.ledger.read() as conn:
        assert GENERATIONS.get(conn, work_id=generation_id).attempts == 0


def test_erased_brand_leaves_no_board_behind(themed: Brands) -> None:
    kept, erased = compiled(themed, 2)
    for brand_id in (kept, erased):
        assert themed.run_board(brand_id).success
        decide(themed, brand_id, newest_board(themed, brand_id).board.opportunities[0].id, DecisionType.PINNED)
    erase_brand(erased, ledger=themed.ledger, lake=Lake(load_settings().lake_location))
    with themed.ledger.read() as conn:
        for table in (board_generation, opportunities_board, opportunity, opportunity_citation, opportunity_decision):
            assert set(conn.scalars(select(table.c.brand_id))) == {kept}, table.name
