"""Compiles whose process is gone: back to the queue, or over with the reason; what others did meanwhile stays."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.errors import LeaseLostError
from brandbrain_dagster.stores.ledger import compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.lost_work import requeue_compiles_of_run, requeue_expired
from tests.use_cases.compiling import NOW, attempt_rules, begin, publish, ready_brand, start
from tests.use_cases.replayed_brand import POSTS

RUN = UUID(int=7)
"""The Dagster run that died; `begin` takes it for the lease token, too."""
OTHER_RUN = UUID(int=8)
LEASE = timedelta(seconds=attempt_rules().lease_seconds)


@pytest.fixture
def waiting(ledger: Ledger) -> UUID:
    """The id of a compile that waits."""
    return waiting_compile(ledger)


def waiting_compile(ledger: Ledger) -> UUID:
    return start(ledger, ready_brand(ledger, POSTS)[0]).compile_run_id


def stored(ledger: Ledger, compile_run_id: UUID) -> CompileRun:
    with ledger.read() as conn:
        return compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)


def requeue(ledger: Ledger, *, after: timedelta = LEASE) -> list[UUID]:
    ended = requeue_expired(ledger=ledger, rules=attempt_rules(), now=NOW + after, jitter=lambda: 0.0)
    return [run.id for run in ended]


def end_run(
    ledger: Ledger, *, launched: list[tuple[UUID, int]] | None = None, was_cancelled: bool = False
) -> list[UUID]:
    ended = requeue_compiles_of_run(
        str(RUN),
        launched=launched or [],
        was_cancelled=was_cancelled,
        ledger=ledger,
        rules=attempt_rules(),
        now=NOW,
        jitter=lambda: 0.0,
    )
    return [run.id for run in ended]


def give_back(ledger: Ledger, compile_run_id: UUID, token: UUID) -> None:
    with ledger.begin() as conn:
        COMPILES.requeue(conn, work_id=compile_run_id, lease_token=token, available_at=NOW, last_error="no answer")


def lose_attempts(ledger: Ledger, compile_run_id: UUID, count: int) -> None:
    """Makes attempts that fail."""
    for _ in range(count):
        give_back(ledger, begin(ledger, compile_run_id, OTHER_RUN).id, OTHER_RUN)


def test_compile_whose_lease_expired_goes_back_to_the_queue(ledger: Ledger, waiting: UUID) -> None:
    begin(ledger, waiting, RUN)
    assert requeue(ledger, after=LEASE - timedelta(seconds=1)) == []
    assert stored(ledger, waiting).status is WorkStatus.RUNNING
    assert requeue(ledger) == [waiting]
    run = stored(ledger, waiting)
    assert (run.status, run.attempts, run.lease_token) == (WorkStatus.PENDING, 1, None)
    assert run.available_at == NOW + LEASE + timedelta(seconds=30)
    assert "no sign of life" in str(run.last_error)


def test_compile_whose_last_lease_expired_has_failed(ledger: Ledger, waiting: UUID) -> None:
    lose_attempts(ledger, waiting, 2)
    begin(ledger, waiting, RUN)
    assert requeue(ledger) == [waiting]
    run = stored(ledger, waiting)
    assert (run.status, run.attempts, run.finished_at) == (WorkStatus.FAILED, 3, NOW + LEASE)
    assert "no sign of life" in str(run.error)


def test_only_expired_leases_end(ledger: Ledger, waiting: UUID) -> None:
    renewed = waiting_compile(ledger)
    begin(ledger, waiting, RUN)
    begin(ledger, renewed, OTHER_RUN)
    with ledger.begin() as conn:
        COMPILES.renew_leases(
            conn, leases={renewed: OTHER_RUN}, now=NOW + timedelta(seconds=1), lease_seconds=LEASE.total_seconds()
        )
    assert requeue(ledger) == [waiting]
    assert stored(ledger, renewed).lease_token == OTHER_RUN


def test_compile_that_was_finished_meanwhile_stays(ledger: Ledger, waiting: UUID) -> None:
    publish(ledger, begin(ledger, waiting, RUN), RUN)
    assert requeue(ledger) == []
    assert end_run(ledger, launched=[(waiting, 0)], was_cancelled=True) == []
    assert stored(ledger, waiting).status is WorkStatus.SUCCEEDED


def test_process_that_comes_back_after_its_lease_expired_publishes_nothing(ledger: Ledger, waiting: UUID) -> None:
    run = begin(ledger, waiting, RUN)
    requeue(ledger)
    with pytest.raises(LeaseLostError):
        publish(ledger, run, RUN)


def test_compiles_of_a_dead_run_go_back_and_those_of_others_stay(ledger: Ledger, waiting: UUID) -> None:
    second, others = waiting_compile(ledger), waiting_compile(ledger)
    for compile_run_id in (waiting, second):
        begin(ledger, compile_run_id, RUN)
    begin(ledger, others, OTHER_RUN)
    assert set(end_run(ledger)) == {waiting, second}
    assert [stored(ledger, entry).status for entry in (waiting, second, others)] == [
        WorkStatus.PENDING,
        WorkStatus.PENDING,
        WorkStatus.RUNNING,
    ]
    run = stored(ledger, waiting)
    assert run.available_at == NOW + timedelta(seconds=30)
    assert "was killed, or could not start" in str(run.last_error)


def test_last_attempt_of_a_dead_run_has_failed(ledger: Ledger, waiting: UUID) -> None:
    lose_attempts(ledger, waiting, 2)
    begin(ledger, waiting, RUN)
    end_run(ledger, launched=[(waiting, 2)])
    assert stored(ledger, waiting).status is WorkStatus.FAILED


def test_launch_that_never_took_its_compile_costs_an_attempt(ledger: Ledger, waiting: UUID) -> None:
    for attempts, seconds in ((0, 30), (1, 60)):
        assert end_run(ledger, launched=[(waiting, attempts)]) == []
        run = stored(ledger, waiting)
        assert (run.status, run.attempts) == (WorkStatus.PENDING, attempts + 1)
        assert run.available_at == NOW + timedelta(seconds=seconds)
        assert "could not start" in str(run.last_error)


def test_last_launch_that_never_took_its_compile_fails_it(ledger: Ledger, waiting: UUID) -> None:
    for attempts in range(3):
        end_run(ledger, launched=[(waiting, attempts)])
    run = stored(ledger, waiting)
    assert (run.status, run.finished_at) == (WorkStatus.FAILED, NOW)
    assert "could not start" in str(run.error)


def test_lost_launch_is_counted_once(ledger: Ledger, waiting: UUID) -> None:
    for _ in range(4):
        end_run(ledger, launched=[(waiting, 0)])
    assert stored(ledger, waiting).attempts == 1


def test_attempt_that_the_run_did_make_is_not_counted_twice(ledger: Ledger, waiting: UUID) -> None:
    give_back(ledger, begin(ledger, waiting, RUN).id, RUN)
    end_run(ledger, launched=[(waiting, 0)])
    run = stored(ledger, waiting)
    assert (run.attempts, run.last_error) == (1, "no answer")


@pytest.mark.parametrize("was_cancelled", [False, True], ids=["died", "cancelled"])
def test_compile_that_another_run_has_taken_stays_with_it(
    ledger: Ledger, waiting: UUID, *, was_cancelled: bool
) -> None:
    begin(ledger, waiting, OTHER_RUN)
    assert end_run(ledger, launched=[(waiting, 0)], was_cancelled=was_cancelled) == []
    run = stored(ledger, waiting)
    assert (run.status, run.lease_token, run.attempts) == (WorkStatus.RUNNING, OTHER_RUN, 1)


def test_compile_of_a_cancelled_run_is_not_tried_again(ledger: Ledger, waiting: UUID) -> None:
    begin(ledger, waiting, RUN)
    assert end_run(ledger, launched=[(waiting, 0)], was_cancelled=True) == [waiting]
    run = stored(ledger, waiting)
    assert (run.status, run.error, run.attempts) == (WorkStatus.FAILED, "cancelled", 1)


def test_compile_of_a_run_that_was_cancelled_before_it_started_is_not_tried_again(
    ledger: Ledger, waiting: UUID
) -> None:
    end_run(ledger, launched=[(waiting, 0)], was_cancelled=True)
    run = stored(ledger, waiting)
    assert (run.status, run.error, run.attempts) == (WorkStatus.FAILED, "cancelled", 0)


def test_dead_run_without_compiles_ends_nothing(ledger: Ledger, waiting: UUID) -> None:
    assert end_run(ledger) == []
    assert stored(ledger, waiting).attempts == 0


def test_launched_compile_of_a_deleted_brand_is_passed_over(ledger: Ledger, waiting: UUID) -> None:
    assert end_run(ledger, launched=[(uuid4(), 0), (waiting, 0)]) == []
    assert stored(ledger, waiting).attempts == 1
