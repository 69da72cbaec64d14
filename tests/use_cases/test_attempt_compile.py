"""Attempts at a compile: who holds it, what it works from, how it fails, and that the dead publish nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.errors import (
    ApifyUnavailableError,
    ConflictError,
    InvalidInputError,
    LakeError,
    LeaseLostError,
    WorkAbandonedError,
    WorkInterruptedError,
)
from brandbrain_dagster.stores.ledger import compile_runs, snapshots
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.attempt_compile import begin_own_attempt, fail_attempt
from tests.use_cases.compiling import (
    NOW,
    attempt_rules,
    begin,
    compile_brand,
    publish,
    ready_brand,
    set_answers,
    start,
)
from tests.use_cases.replayed_brand import POSTS

OURS, THEIRS = UUID(int=1), UUID(int=2)


@pytest.fixture
def brand_id(ledger: Ledger) -> UUID:
    return ready_brand(ledger, POSTS)[0]


@pytest.fixture
def pending(ledger: Ledger, brand_id: UUID) -> UUID:
    """The id of a compile that waits."""
    return start(ledger, brand_id).compile_run_id


def stored(ledger: Ledger, compile_run_id: UUID) -> CompileRun:
    with ledger.read() as conn:
        return compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)


def snapshot_versions(ledger: Ledger, brand_id: UUID) -> list[int]:
    with ledger.read() as conn:
        return [snapshot.version for snapshot in snapshots.list_snapshots(conn, brand_id=brand_id)]


def fail(ledger: Ledger, run: CompileRun, error: Exception, *, jitter: float = 0.0) -> CompileRun:
    return fail_attempt(
        run,
        error,
        lease_token=OURS,
        ledger=ledger,
        rules=attempt_rules(),
        now=NOW,
        jitter=lambda: jitter,
    )


def test_attempt_takes_the_compile_and_copies_its_inputs(ledger: Ledger, pending: UUID) -> None:
    run = begin(ledger, pending, OURS)
    assert (run.status, run.attempts, run.lease_token) == (WorkStatus.RUNNING, 1, OURS)
    assert run.lease_expires_at == NOW + timedelta(seconds=600)
    assert run.dagster_run_id == str(OURS)
    assert run.inputs_json["answers"]["tier0.what_we_do"] == "We mend bicycles."
    assert run.inputs_json["sources"][0]["identifier"] == "nova"
    assert len(str(run.input_hash)) == 64


def test_compile_left_behind_is_taken_over_with_the_inputs_of_now(
    ledger: Ledger, brand_id: UUID, pending: UUID
) -> None:
    left = begin(ledger, pending, THEIRS)
    set_answers(ledger, brand_id, **{"tier0.what_we_do": "We sell bicycles."})
    taken = begin(ledger, pending, OURS)
    assert (taken.attempts, taken.lease_token) == (2, OURS)
    assert taken.inputs_json["answers"]["tier0.what_we_do"] == "We sell bicycles."
    assert taken.input_hash != left.input_hash
    assert taken.started_at == left.started_at


def test_compile_left_behind_by_its_last_attempt_has_failed(ledger: Ledger, pending: UUID) -> None:
    for number in range(3):
        begin(ledger, pending, UUID(int=100 + number))
    with pytest.raises(ConflictError, match="Start the compile again"):
        begin(ledger, pending, OURS)
    run = stored(ledger, pending)
    assert (run.status, run.attempts, run.lease_token) == (WorkStatus.FAILED, 3, None)
    assert "killed" in str(run.error)


def test_compile_that_is_over_cannot_be_taken(ledger: Ledger, pending: UUID) -> None:
    publish(ledger, begin(ledger, pending, THEIRS), THEIRS)
    with pytest.raises(LeaseLostError, match="SUCCEEDED already"):
        begin(ledger, pending, OURS)


def test_run_started_by_hand_takes_the_compile_that_waits(ledger: Ledger, brand_id: UUID, pending: UUID) -> None:
    own = begin_own_attempt(
        brand_id,
        lease_token=OURS,
        dagster_run_id="by-hand",
        ledger=ledger,
        rules=attempt_rules(),
        now=NOW,
        new_id=uuid4,
    )
    assert (own.id, own.lease_token) == (pending, OURS)


def test_process_that_lost_its_lease_publishes_nothing(ledger: Ledger, brand_id: UUID, pending: UUID) -> None:
    theirs = begin(ledger, pending, THEIRS)
    begin(ledger, pending, OURS)
    with pytest.raises(LeaseLostError):
        publish(ledger, theirs, THEIRS)
    assert snapshot_versions(ledger, brand_id) == []
    run = stored(ledger, pending)
    assert (run.status, run.lease_token, run.draft_json) == (WorkStatus.RUNNING, OURS, {})


def test_process_that_lost_its_lease_to_one_that_published_is_told_so(
    ledger: Ledger, brand_id: UUID, pending: UUID
) -> None:
    theirs = begin(ledger, pending, THEIRS)
    publish(ledger, begin(ledger, pending, OURS), OURS)
    with pytest.raises(LeaseLostError):
        publish(ledger, theirs, THEIRS, text="Another profile")
    with ledger.read() as conn:
        (only,) = snapshots.list_snapshots(conn, brand_id=brand_id)
    assert only.snapshot_json["meta"]["text"] == "A profile"


def test_process_that_lost_its_lease_cannot_fail_the_compile(ledger: Ledger, pending: UUID) -> None:
    left = begin(ledger, pending, OURS)
    begin(ledger, pending, THEIRS)
    for error in (LakeError("The disk is full."), ValueError()):
        with pytest.raises(LeaseLostError):
            fail(ledger, left, error)
    assert stored(ledger, pending).lease_token == THEIRS


def test_publication_ends_the_compile(ledger: Ledger, brand_id: UUID, pending: UUID) -> None:
    publish(ledger, begin(ledger, pending, OURS), OURS)
    run = stored(ledger, pending)
    assert (run.status, run.finished_at, run.lease_token) == (WorkStatus.SUCCEEDED, NOW, None)
    assert snapshot_versions(ledger, brand_id) == [1]


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"), [(1, 0.0, 30), (1, 1.0, 45), (2, 0.0, 60), (2, 0.5, 75), (2, 1.0, 90)]
)
@pytest.mark.parametrize(
    "error",
    [ApifyUnavailableError("Apify is away."), WorkAbandonedError("Gone.")],
    ids=["apify", "abandoned"],
)
def test_transient_failure_goes_back_to_the_queue_after_a_growing_wait(
    ledger: Ledger, pending: UUID, attempt: int, jitter: float, seconds: float, error: Exception
) -> None:
    for number in range(1, attempt):
        begin(ledger, pending, UUID(int=100 + number))
    failed = fail(ledger, begin(ledger, pending, OURS), error, jitter=jitter)
    assert (failed.status, failed.attempts, failed.lease_token) == (WorkStatus.PENDING, attempt, None)
    assert failed.available_at == NOW + timedelta(seconds=seconds)
    assert (failed.last_error, failed.error) == (str(error), None)


def test_interrupted_attempt_is_handed_back_and_does_not_count(ledger: Ledger, pending: UUID) -> None:
    for number in range(1, 6):
        handed_back = fail(ledger, begin(ledger, pending, OURS), WorkInterruptedError("Stopped."))
        assert (handed_back.status, handed_back.attempts) == (WorkStatus.PENDING, number)
        assert (handed_back.max_attempts - handed_back.attempts, handed_back.available_at) == (3, NOW)


def test_transient_failure_of_the_last_attempt_is_final(ledger: Ledger, pending: UUID) -> None:
    for number in range(2):
        begin(ledger, pending, UUID(int=100 + number))
    failed = fail(ledger, begin(ledger, pending, OURS), LakeError("The disk is full."))
    assert (failed.status, failed.error, failed.finished_at) == (WorkStatus.FAILED, "The disk is full.", NOW)


def test_permanent_failure_is_final_at_once(ledger: Ledger, pending: UUID) -> None:
    failed = fail(ledger, begin(ledger, pending, OURS), InvalidInputError("The cap is wrong."))
    assert (failed.status, failed.attempts, failed.error) == (WorkStatus.FAILED, 1, "The cap is wrong.")


def test_unexpected_failure_is_named_without_its_text(ledger: Ledger, pending: UUID) -> None:
    failed = fail(ledger, begin(ledger, pending, OURS), ValueError("token=apify_api_secret"))
    assert (failed.status, failed.error) == (WorkStatus.FAILED, "Internal error: ValueError.")


def test_failed_compile_makes_room_for_the_next(ledger: Ledger, brand_id: UUID, pending: UUID) -> None:
    fail(ledger, begin(ledger, pending, OURS), ValueError())
    assert start(ledger, brand_id).compile_run_id != pending


def test_publications_of_a_brand_follow_each_other_without_gaps(ledger: Ledger, brand_id: UUID) -> None:
    assert [compile_brand(ledger, brand_id).version for _ in range(3)] == [1, 2, 3]


def test_two_that_publish_one_compile_at_once_publish_one_version(
    ledger: Ledger, brand_id: UUID, pending: UUID
) -> None:
    run = begin(ledger, pending, OURS)
    together = Barrier(2)

    def publish_together(_: int) -> int | None:
        together.wait()
        try:
            return publish(ledger, run, OURS).version
        except LeaseLostError:
            return None

    with ThreadPoolExecutor(2) as threads:
        versions = list(threads.map(publish_together, range(2)))
    assert sorted(versions, key=str) == [1, None]
    assert snapshot_versions(ledger, brand_id) == [1]
