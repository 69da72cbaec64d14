"""Work whose process is gone: its compiles go back to the queue, or fail with the reason."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from brandbrain_dagster.errors import (
    BrandBrainError,
    ConflictError,
    WorkAbandonedError,
    WorkCancelledError,
)
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.lost_launches import count_lost_launch
from brandbrain_dagster.use_cases.attempt_compile import AttemptRules, fail_attempt
from brandbrain_dagster.use_cases.work_attempts import end_each

_AT_ONCE = 500
_SILENT = "The process of this compile showed no sign of life for as long as its lease lasts."
_DIED = "The Dagster run of this compile ended without finishing it: its process was killed, or could not start."


def requeue_expired(
    *, ledger: Ledger, rules: AttemptRules, now: datetime, jitter: Callable[[], float]
) -> Sequence[CompileRun]:
    """Ends the attempts whose lease has expired and returns their compiles as they are now."""
    with ledger.read() as conn:
        expired = COMPILES.list_expired(conn, now=now, limit=_AT_ONCE)
    return _fail_all(expired, WorkAbandonedError(_SILENT), ledger=ledger, rules=rules, now=now, jitter=jitter)


def requeue_compiles_of_run(
    dagster_run_id: str,
    *,
    launched: Sequence[tuple[UUID, int]],
    was_cancelled: bool,
    ledger: Ledger,
    rules: AttemptRules,
    now: datetime,
    jitter: Callable[[], float],
) -> Sequence[CompileRun]:
    """Ends what a Dagster run has left behind, which is over; returns the compiles that were still its own.

    ``launched`` names compiles (id, attempts made before) that the run was launched for: one that it never took has
    lost an attempt, too. What was cancelled is FAILED and not tried again.
    """
    with ledger.read() as conn:
        left = COMPILES.list_of_dagster_run(conn, dagster_run_id=dagster_run_id)
    error = WorkCancelledError() if was_cancelled else WorkAbandonedError(_DIED)
    ended = _fail_all(left, error, ledger=ledger, rules=rules, now=now, jitter=jitter)
    for compile_run_id, attempts in launched:
        _count_lost_launch(compile_run_id, attempts, error, ledger=ledger, rules=rules, now=now)
    return ended


def _count_lost_launch(
    compile_run_id: UUID, attempts: int, error: BrandBrainError, *, ledger: Ledger, rules: AttemptRules, now: datetime
) -> None:
    available_at = now + timedelta(seconds=rules.backoff_seconds * 2**attempts)
    with ledger.begin() as conn:
        is_settled = count_lost_launch(
            conn,
            compile_run_id=compile_run_id,
            attempts=attempts,
            available_at=available_at,
            last_error=str(error),
            is_last=not error.is_transient,
        )
        if not is_settled:
            with suppress(ConflictError):
                COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=now, error=str(error))


def _fail_all(
    runs: Sequence[CompileRun],
    error: Exception,
    *,
    ledger: Ledger,
    rules: AttemptRules,
    now: datetime,
    jitter: Callable[[], float],
) -> Sequence[CompileRun]:
    return end_each(
        runs,
        lambda run, token: fail_attempt(
            run, error, lease_token=token, ledger=ledger, rules=rules, now=now, jitter=jitter
        ),
    )
