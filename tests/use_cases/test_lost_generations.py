"""Generations whose process is gone: back to the queue, or over with a board; what others did meanwhile stays."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.errors import LeaseLostError
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.generate_board import generate_board
from brandbrain_dagster.use_cases.lost_generations import requeue_expired_generations, requeue_generations_of_run
from tests.use_cases.boarded_brand import LEASE_SECONDS, MAX_ATTEMPTS, BoardedBrand, boarded_brand

RUN, OTHER_RUN = UUID(int=7), UUID(int=8)
"""The Dagster run that died, and another; `begin` takes them for the lease token, too."""
LEASE = timedelta(seconds=LEASE_SECONDS)


@pytest.fixture
def kiln(ledger: Ledger, tmp_path: Path) -> BoardedBrand:
    return brand_with_a_profile(ledger, tmp_path)


def brand_with_a_profile(ledger: Ledger, folder: Path, slug: str = "kiln") -> BoardedBrand:
    brand = boarded_brand(ledger, folder / "lake", slug)
    brand.publish()
    return brand


def requeue(kiln: BoardedBrand, *, after: timedelta = LEASE) -> list[UUID]:
    moment = kiln.now + after
    return [generation.id for generation in requeue_expired_generations(ports=kiln.ports(now=lambda: moment))]


def end_run(kiln: BoardedBrand, *, was_cancelled: bool = False) -> list[UUID]:
    ended = requeue_generations_of_run(str(RUN), was_cancelled=was_cancelled, ports=kiln.ports())
    return [generation.id for generation in ended]


def test_generation_whose_lease_expired_goes_back_to_the_queue(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    kiln.begin(waiting, RUN)
    assert requeue(kiln, after=LEASE - timedelta(seconds=1)) == []
    assert kiln.generation(waiting).status is WorkStatus.RUNNING
    assert requeue(kiln) == [waiting]
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts, generation.lease_token) == (WorkStatus.PENDING, 1, None)
    assert generation.available_at == kiln.now + LEASE + timedelta(seconds=30)
    assert "no sign of life" in str(generation.last_error)
    assert kiln.board_count() == 0


def test_generation_whose_last_lease_expired_leaves_an_error_board(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    for number in range(1, MAX_ATTEMPTS):
        kiln.begin(waiting, UUID(int=100 + number))
    kiln.begin(waiting, RUN)
    assert requeue(kiln) == [waiting]
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts) == (WorkStatus.FAILED, MAX_ATTEMPTS)
    board = kiln.newest_board().board
    assert board.state is BoardState.ERROR
    assert "no sign of life" in str(board.reason)
    assert board.diagnostics
    assert (board.diagnostics["error"], board.diagnostics["last_worker"]) == ("stuck_job_timeout", str(RUN))


def test_lease_that_was_renewed_does_not_end(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    kiln.begin(waiting, RUN)
    with kiln.ledger.begin() as conn:
        renewed_at = kiln.now + timedelta(seconds=1)
        GENERATIONS.renew_leases(conn, leases={waiting: RUN}, now=renewed_at, lease_seconds=LEASE_SECONDS)
    assert requeue(kiln) == []
    assert kiln.generation(waiting).lease_token == RUN


def test_generation_that_was_finished_meanwhile_stays(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    generate_board(kiln.begin(waiting, RUN), lease_token=RUN, ports=kiln.ports())
    assert requeue(kiln) == []
    assert end_run(kiln, was_cancelled=True) == []
    assert kiln.generation(waiting).status is WorkStatus.SUCCEEDED
    assert kiln.board_count() == 1


def test_process_that_comes_back_after_its_lease_expired_writes_no_board(kiln: BoardedBrand) -> None:
    taken = kiln.begin(kiln.ask(), RUN)
    requeue(kiln)
    with pytest.raises(LeaseLostError):
        generate_board(taken, lease_token=RUN, ports=kiln.ports())
    assert kiln.board_count() == 0


def test_generations_of_a_dead_run_go_back_and_those_of_others_stay(ledger: Ledger, tmp_path: Path) -> None:
    first, second, other = (brand_with_a_profile(ledger, tmp_path, slug) for slug in ("one", "two", "other"))
    lost = [first.ask(), second.ask()]
    for brand, waiting in zip((first, second), lost, strict=True):
        brand.begin(waiting, RUN)
    others = other.ask()
    other.begin(others, OTHER_RUN)
    assert set(end_run(first)) == set(lost)
    assert [first.generation(one).status for one in (*lost, others)] == [
        WorkStatus.PENDING,
        WorkStatus.PENDING,
        WorkStatus.RUNNING,
    ]
    generation = first.generation(lost[0])
    assert generation.available_at == first.now + timedelta(seconds=30)
    assert "was killed" in str(generation.last_error)


def test_generation_of_a_cancelled_run_ends_with_an_error_board_and_is_not_tried_again(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    kiln.begin(waiting, RUN)
    assert end_run(kiln, was_cancelled=True) == [waiting]
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts, generation.error) == (WorkStatus.FAILED, 1, "cancelled")
    board = kiln.newest_board().board
    assert (board.state, board.reason) == (BoardState.ERROR, "cancelled")
    assert board.diagnostics
    assert board.diagnostics["error"] == "cancelled"
