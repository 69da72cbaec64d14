"""The asset `opportunities_board`: made by hand, from the queue, and told to Dagster per brand."""

import dagster as dg
import pytest

from brandbrain_dagster.domain.opportunities.board import BoardState, ReadyReason
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.boarding import compiled, enqueue, newest_board
from tests.dagster.brand_runs import Brands


def test_board_made_by_hand_is_written_and_told_to_dagster(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    result = themed.run_board(brand_id)
    assert result.success
    stored = newest_board(themed, brand_id)
    assert (stored.board.state, stored.board.ready_reason) == (BoardState.READY, ReadyReason.GENERATED)
    assert len(stored.board.opportunities) >= 3
    assert themed.checks(result, brand_id) == {"generation_succeeds": True, "ids_resolve": True}
    asked = dg.AssetRecordsFilter(asset_key=dg.AssetKey("opportunities_board"), asset_partitions=[str(brand_id)])
    (record,) = themed.instance.fetch_materializations(asked, limit=5).records
    made = record.asset_materialization
    assert made is not None
    assert made.metadata["opportunity_count"].value == len(stored.board.opportunities)


def test_thin_evidence_leaves_a_board_that_says_what_is_missing(brands: Brands) -> None:
    (brand_id,) = compiled(brands)
    assert brands.run_board(brand_id).success
    board = newest_board(brands, brand_id).board
    assert board.state is BoardState.INSUFFICIENT_EVIDENCE
    assert board.opportunities == ()
    assert board.evidence_shortfall is not None
    assert "insufficient_items" in board.evidence_shortfall.failures
    assert board.evidence_shortfall.found_items == 3
    assert board.remediation


def test_brand_without_a_profile_gets_no_board_and_is_told_why(brands: Brands) -> None:
    (brand_id,) = brands.add(1)
    result = brands.run_board(brand_id)
    assert not result.success
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    text = str(failure.user_failure_data.description if failure.user_failure_data else "")
    assert str(brand_id) in text
    assert "compile it first" in text


def test_queue_of_boards_is_drained_each_brand_once(themed: Brands) -> None:
    brand_ids = compiled(themed, 3)
    generations = [enqueue(themed, brand_id) for brand_id in brand_ids]
    assert themed.run_board_queue().success
    with themed.ledger.read() as conn:
        ended = [GENERATIONS.get(conn, work_id=generation_id) for generation_id in generations]
    assert [generation.status for generation in ended] == [WorkStatus.SUCCEEDED] * 3
    assert {newest_board(themed, brand_id).generation_id for brand_id in brand_ids} == set(generations)


def test_run_by_hand_takes_the_generation_that_waits(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    waiting = enqueue(themed, brand_id)
    assert themed.run_board(brand_id).success
    assert newest_board(themed, brand_id).generation_id == waiting


def test_same_evidence_gives_the_same_board(themed: Brands) -> None:
    (brand_id,) = compiled(themed)
    assert themed.run_board(brand_id).success
    first = newest_board(themed, brand_id)
    assert themed.run_board(brand_id).success
    second = newest_board(themed, brand_id)
    assert first.id != second.id
    assert first.board.opportunities == second.board.opportunities


def test_switched_off_synthesis_runs_the_gates_alone(themed: Brands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRANDBRAIN_BOARD_SYNTHESIS", "off")
    (brand_id,) = compiled(themed)
    assert themed.run_board(brand_id).success
    board = newest_board(themed, brand_id).board
    assert (board.state, board.ready_reason) == (BoardState.READY, ReadyReason.GATES_ONLY_NO_SYNTHESIS)
    assert board.total_candidates is None
