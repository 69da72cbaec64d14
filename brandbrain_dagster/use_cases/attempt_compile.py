"""An attempt at a compile: taking it, and ending it when it fails. A success ends with the snapshot's publication."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity, configuration_hash, input_hash
from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.stores.ledger import brands, compile_progress, compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.brand_inputs import read_brand_inputs
from brandbrain_dagster.use_cases.work_attempts import KILLED, RetryRules, end_attempt, take_work, told


@dataclass(frozen=True, kw_only=True)
class AttemptRules(RetryRules):
    """The rules of all attempts, and who compiles what."""

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
        taken = take_work(
            conn,
            COMPILES,
            compile_run_id,
            lease_token=lease_token,
            dagster_run_id=dagster_run_id,
            rules=rules,
            now=now,
        )
        if taken is not None:
            return _record_inputs(conn, taken, lease_token, rules)
        error = KILLED.format(attempts=compile_runs.get_compile_run(conn, compile_run_id=compile_run_id).max_attempts)
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
    """Ends a failed attempt by the rules of all work; what can not be tried again is FAILED.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    with ledger.begin() as conn:
        handed_back = end_attempt(
            conn, COMPILES, run, error, lease_token=lease_token, rules=rules, now=now, jitter=jitter
        )
        return handed_back or COMPILES.finish_failed(
            conn, work_id=run.id, lease_token=lease_token, now=now, error=told(error)
        )
