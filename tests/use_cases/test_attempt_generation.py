"""Attempts at a generation: who holds it, what it works from, how it fails, and the board that its end leaves."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.errors import (
    ConflictError,
    InvalidInputError,
    LakeError,
    LeaseLostError,
    LedgerUnavailableError,
    NotFoundError,
    WorkAbandonedError,
    WorkCancelledError,
    WorkInterruptedError,
)
from brandbrain_dagster.stores.ledger import boards
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.attempt_generation import begin_own_generation
from brandbrain_dagster.use_cases.generate_board import generate_board
from tests.use_cases.boarded_brand import MAX_ATTEMPTS, BoardedBrand, boarded_brand

OURS, THEIRS = UUID(int=1), UUID(int=2)


@pytest.fixture
def kiln(ledger: Ledger, tmp_path: Path) -> BoardedBrand:
    """A brand with a profile."""
    brand = boarded_brand(ledger, tmp_path / "lake")
    brand.publish()
    return brand


def lose_attempts(kiln: BoardedBrand, generation_id: UUID, count: int) -> None:
    """Makes attempts whose process dies."""
    for number in range(count):
        kiln.begin(generation_id, UUID(int=100 + number))


def test_attempt_takes_the_generation(kiln: BoardedBrand) -> None:
    taken = kiln.begin(kiln.ask(), OURS)
    assert (taken.status, taken.attempts, taken.lease_token) == (WorkStatus.RUNNING, 1, OURS)
    assert taken.lease_expires_at == kiln.now + timedelta(seconds=600)
    assert (taken.dagster_run_id, taken.started_at) == (str(OURS), kiln.now)


def test_attempt_works_from_the_snapshot_that_is_newest_when_it_begins(kiln: BoardedBrand) -> None:
    generation_id = kiln.ask()
    asked_of = kiln.generation(generation_id).snapshot_id
    second = kiln.publish()
    taken = kiln.begin(generation_id, THEIRS)
    assert asked_of != second
    assert taken.snapshot_id == kiln.generation(generation_id).snapshot_id == second
    third = kiln.publish()
    taken_over = kiln.begin(generation_id, OURS)
    stored = generate_board(taken_over, lease_token=OURS, ports=kiln.ports())
    assert stored.snapshot_id == kiln.newest_board().snapshot_id == third


def test_generation_left_behind_by_its_last_attempt_leaves_an_error_board(kiln: BoardedBrand) -> None:
    generation_id = kiln.ask()
    lose_attempts(kiln, generation_id, MAX_ATTEMPTS)
    with pytest.raises(ConflictError, match="Ask for a new board"):
        kiln.begin(generation_id, OURS)
    ended = kiln.generation(generation_id)
    assert (ended.status, ended.attempts, ended.lease_token) == (WorkStatus.FAILED, MAX_ATTEMPTS, None)
    board = kiln.newest_board().board
    assert (board.state, board.reason) == (BoardState.ERROR, ended.error)
    assert board.diagnostics == {
        "error": "stuck_job_timeout",
        "job_id": str(generation_id),
        "attempts": MAX_ATTEMPTS,
        "last_worker": str(UUID(int=102)),
    }


def test_generation_that_is_over_can_not_be_taken(kiln: BoardedBrand) -> None:
    generation_id = kiln.generate().generation_id
    with pytest.raises(LeaseLostError, match="SUCCEEDED already"):
        kiln.begin(generation_id, OURS)
    assert kiln.board_count() == 1


def test_run_by_hand_is_a_generation_of_its_own_where_none_waits(kiln: BoardedBrand) -> None:
    claim = {"lease_token": OURS, "dagster_run_id": "by-hand", "ports": kiln.ports()}
    own = begin_own_generation(kiln.brand.id, **claim)  # type: ignore[arg-type]
    assert (own.requested_by, own.attempts, own.max_attempts) == ("run", 1, MAX_ATTEMPTS)
    assert (own.lease_token, own.dagster_run_id) == (OURS, "by-hand")


def test_run_by_hand_of_a_brand_without_a_profile_is_told_what_to_do(ledger: Ledger, tmp_path: Path) -> None:
    kiln = boarded_brand(ledger, tmp_path / "lake")
    with pytest.raises(NotFoundError, match="compile it first"):
        begin_own_generation(kiln.brand.id, lease_token=OURS, dagster_run_id="by-hand", ports=kiln.ports())


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"), [(1, 0.0, 30), (1, 1.0, 45), (2, 0.0, 60), (2, 0.5, 75), (2, 1.0, 90)]
)
@pytest.mark.parametrize(
    "error",
    [LakeError("The disk is full."), LedgerUnavailableError("It is away."), WorkAbandonedError("Gone.")],
    ids=["lake", "ledger", "abandoned"],
)
def test_transient_failure_goes_back_to_the_queue_after_a_growing_wait(
    kiln: BoardedBrand, attempt: int, jitter: float, seconds: float, error: Exception
) -> None:
    generation_id = kiln.ask()
    lose_attempts(kiln, generation_id, attempt - 1)
    failed = kiln.fail(kiln.begin(generation_id, OURS), error, jitter=jitter)
    assert (failed.status, failed.attempts, failed.lease_token) == (WorkStatus.PENDING, attempt, None)
    assert failed.available_at == kiln.now + timedelta(seconds=seconds)
    assert (failed.last_error, failed.error, failed.finished_at) == (str(error), None, None)
    assert kiln.board_count() == 0


def test_interrupted_attempt_is_handed_back_and_does_not_count(kiln: BoardedBrand) -> None:
    generation_id = kiln.ask()
    for number in range(1, 6):
        handed_back = kiln.fail(kiln.begin(generation_id, OURS), WorkInterruptedError("Stopped."))
        assert (handed_back.status, handed_back.attempts) == (WorkStatus.PENDING, number)
        assert handed_back.max_attempts - handed_back.attempts == MAX_ATTEMPTS
        assert (handed_back.available_at, handed_back.last_error) == (kiln.now, None)
    assert kiln.board_count() == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InvalidInputError("The profile cannot be read."), "The profile cannot be read."),
        (WorkCancelledError(), "cancelled"),
        (ValueError("token=apify_api_secret"), "Internal error: ValueError."),
    ],
    ids=["permanent", "cancelled", "internal"],
)
def test_permanent_failure_ends_at_once_with_an_error_board(kiln: BoardedBrand, error: Exception, told: str) -> None:
    failed = kiln.fail(kiln.begin(kiln.ask(), OURS), error)
    assert (failed.status, failed.attempts, failed.error) == (WorkStatus.FAILED, 1, told)
    assert failed.finished_at == kiln.now
    stored = kiln.newest_board()
    assert (stored.generation_id, stored.snapshot_id) == (failed.id, failed.snapshot_id)
    assert (stored.board.state, stored.board.ready_reason) == (BoardState.ERROR, None)
    assert (stored.board.reason, stored.board.opportunities) == (told, ())
    assert stored.board.remediation
    assert stored.board.diagnostics == {
        "error": told,
        "job_id": str(failed.id),
        "attempts": 1,
        "last_worker": str(OURS),
    }


@pytest.mark.parametrize(
    ("error", "diagnosis"),
    [(LakeError("The disk is full."), "The disk is full."), (WorkAbandonedError("Gone."), "stuck_job_timeout")],
)
def test_transient_failure_of_the_last_attempt_ends_with_an_error_board(
    kiln: BoardedBrand, error: Exception, diagnosis: str
) -> None:
    generation_id = kiln.ask()
    lose_attempts(kiln, generation_id, MAX_ATTEMPTS - 1)
    failed = kiln.fail(kiln.begin(generation_id, OURS), error)
    assert (failed.status, failed.attempts, failed.error) == (WorkStatus.FAILED, MAX_ATTEMPTS, str(error))
    board = kiln.newest_board().board
    assert (board.state, board.reason) == (BoardState.ERROR, str(error))
    assert board.diagnostics
    assert (board.diagnostics["error"], board.diagnostics["attempts"]) == (diagnosis, MAX_ATTEMPTS)


def test_process_that_lost_its_lease_can_not_fail_the_generation(kiln: BoardedBrand) -> None:
    generation_id = kiln.ask()
    left = kiln.begin(generation_id, OURS)
    kiln.begin(generation_id, THEIRS)
    for error in (LakeError("The disk is full."), ValueError(), WorkInterruptedError("Stopped.")):
        with pytest.raises(LeaseLostError):
            kiln.fail(left, error)
    assert kiln.generation(generation_id).lease_token == THEIRS
    assert kiln.board_count() == 0


def test_failed_generation_leaves_the_good_board_and_makes_room_for_the_next(kiln: BoardedBrand) -> None:
    good = kiln.generate()
    failed_id = kiln.ask()
    kiln.fail(kiln.begin(failed_id, OURS), ValueError())
    with kiln.ledger.read() as conn:
        kept = boards.find_last_ready_board(conn, brand_id=kiln.brand.id)
    assert kept is not None
    assert (kept.id, kept.board.opportunities) == (good.id, good.board.opportunities)
    assert kiln.ask() not in {failed_id, good.generation_id}


def test_ended_generation_shows_no_stage(kiln: BoardedBrand) -> None:
    token = uuid4()
    generation = kiln.begin(kiln.ask(), token)
    told: list[str | None] = []

    def is_stopping() -> bool:
        told.append(kiln.generation(generation.id).stage)
        return False

    generate_board(generation, lease_token=token, ports=kiln.ports(is_stopping=is_stopping))
    stages = ["fetching_evidence", "running_quality_gates", "synthesizing", "scoring"]
    assert told == [None, *stages]
    ended = kiln.generation(generation.id)
    assert (ended.stage, ended.status, ended.finished_at) == (None, WorkStatus.SUCCEEDED, kiln.now)
