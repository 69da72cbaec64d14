"""An attempt at a compile: taking it, and ending it when it fails. A success ends with the snapshot's publication."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity, configuration_hash, input_hash
from brandbrain_dagster.errors import BrandBrainError, ConflictError, LeaseLostError, WorkInterruptedError
from brandbrain_dagster.stores.ledger import brands, compile_progress, compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.brand_inputs import read_brand_inputs


@dataclass(frozen=True, kw_only=True)
class AttemptRules:
    """How long a lease lasts, how many attempts there are, how long to wait between them, and who compiles what."""

    lease_seconds: float
    max_attempts: int
    backoff_seconds: float
    compiler: CompilerIdentity
    disabled_capabilities: frozenset[str]


def begin_attempt(
    compile_run_id: UUID, *, lease_token: UUID, dagster_run_id: str, ledger: Ledger, rules: AttemptRules, now: datetime
) -> CompileRun:
    """Takes a compile for the process that holds its brand's lock, and records what the compile works from.

    Since the brand's lock is ours, a compile that is RUNNING was left by a process that is dead.

    Raises:
        LeaseLostError: it is over already.
        ConflictError: it was left behind and has no attempts left; it is FAILED now.
    """
    with ledger.begin() as conn:
        run = compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)
        is_left_behind = run.status is WorkStatus.RUNNING
        take = COMPILES.take_over if is_left_behind else COMPILES.claim
        taken = take(
            conn,
            work_id=compile_run_id,
            lease_token=lease_token,
            now=now,
            lease_seconds=rules.lease_seconds,
            dagster_run_id=dagster_run_id,
        )
        if taken is not None:
            return _record_inputs(conn, taken, lease_token, rules)
        if not is_left_behind:
            raise LeaseLostError(f"The compile run {compile_run_id} is {run.status} already; there is nothing to do.")
        error = f"The last of {run.max_attempts} attempts ended without a word: its process was killed."
        COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=now, error=error)
    raise ConflictError(f"{error} Start the compile again.")


def _record_inputs(conn: Connection, run: CompileRun, lease_token: UUID, rules: AttemptRules) -> CompileRun:
    """Copies the inputs, so that a later edit cannot blur what this attempt saw."""
    revision = brands.get_brand(conn, brand_id=run.brand_id).inputs_revision
    inputs = read_brand_inputs(conn, brand_id=run.brand_id, disabled_capabilities=rules.disabled_capabilities)
    inputs_json = inputs.to_json(rules.compiler)
    return compile_progress.record_inputs(
        conn,
        compile_run_id=run.id,
        lease_token=lease_token,
        inputs_json=inputs_json,
        input_hash=input_hash(inputs_json),
        prompt_version=rules.compiler.prompt_version,
        model=rules.compiler.model,
        inputs_revision=revision,
        configuration_hash=configuration_hash(rules.compiler, rules.disabled_capabilities),
    )


def begin_own_attempt(
    brand_id: UUID,
    *,
    lease_token: UUID,
    dagster_run_id: str,
    ledger: Ledger,
    rules: AttemptRules,
    now: datetime,
    new_id: Callable[[], UUID],
) -> CompileRun:
    """Takes the compile that this Dagster run is, for a run that was started by hand; enqueues it if there is none.

    Raises:
        ConflictError, LeaseLostError: as `begin_attempt`.
    """
    with ledger.begin() as conn:
        run, _ = compile_runs.insert_compile_run(
            conn,
            compile_run_id=new_id(),
            brand_id=brand_id,
            force_refresh=False,
            available_at=now,
            max_attempts=rules.max_attempts,
            now=now,
        )
    return begin_attempt(
        run.id, lease_token=lease_token, dagster_run_id=dagster_run_id, ledger=ledger, rules=rules, now=now
    )


def fail_attempt(
    run: CompileRun,
    error: Exception,
    *,
    lease_token: UUID,
    ledger: Ledger,
    rules: AttemptRules,
    now: datetime,
    jitter: Callable[[], float],
) -> CompileRun:
    """Ends a failed attempt: back to the queue when trying again can help and attempts are left, else FAILED.

    ``jitter`` returns 0..1. The wait is the backoff doubled for each attempt, up to half as long again.

    An attempt that was interrupted is handed back: it is due at once and does not count.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    is_transient = isinstance(error, BrandBrainError) and error.is_transient
    sentence = str(error) if isinstance(error, BrandBrainError) else f"Internal error: {type(error).__name__}."
    with ledger.begin() as conn:
        if isinstance(error, WorkInterruptedError):
            return COMPILES.hand_back(conn, work_id=run.id, lease_token=lease_token, now=now)
        if is_transient and run.attempts < run.max_attempts:
            wait = rules.backoff_seconds * 2 ** (run.attempts - 1) * (1 + jitter() / 2)
            return COMPILES.requeue(
                conn,
                work_id=run.id,
                lease_token=lease_token,
                available_at=now + timedelta(seconds=wait),
                last_error=sentence,
            )
        return COMPILES.finish_failed(conn, work_id=run.id, lease_token=lease_token, now=now, error=sentence)
