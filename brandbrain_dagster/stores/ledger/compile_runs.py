"""Compile runs from the queue to their end, and the lease that says which process may write.

A process that runs a compile holds its lease token. Every write of such a process names the token and raises
LeaseLostError when the row no longer carries it: the compile was finished, handed back or taken over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.errors import ConflictError, LeaseLostError, NotFoundError
from brandbrain_dagster.stores.ledger.compile_status import CompileStage, CompileStatus
from brandbrain_dagster.stores.ledger.tables import IS_LIVE_COMPILE, compile_run

DEFAULT_MAX_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class CompileRun:
    """One asked-for compile of a brand.

    ``*_json`` are empty and ids None until their stage has written them. ``last_error`` is why the latest attempt
    failed, ``error`` why the compile did. ``lease_token`` is set exactly while it is RUNNING.
    """

    id: UUID
    brand_id: UUID
    status: CompileStatus
    stage: CompileStage | None
    sources_completed: int
    sources_total: int
    force_refresh: bool
    prompt_version: str | None
    model: str | None
    input_hash: str | None
    inputs_json: Mapping[str, Any]
    evidence_status_json: Mapping[str, Any]
    bundle_id: UUID | None
    feature_report_id: UUID | None
    draft_json: Mapping[str, Any]
    qa_report_json: Mapping[str, Any]
    llm_usage_json: Mapping[str, Any]
    attempts: int
    max_attempts: int
    available_at: datetime
    lease_token: UUID | None
    lease_expires_at: datetime | None
    dagster_run_id: str | None
    last_error: str | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    inputs_revision: int | None
    configuration_hash: str | None


def insert_compile_run(
    conn: Connection,
    *,
    compile_run_id: UUID,
    brand_id: UUID,
    force_refresh: bool,
    available_at: datetime,
    now: datetime,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
) -> tuple[CompileRun, bool]:
    """Enqueues a compile; returns it and True, or the brand's compile that is live already and False."""
    statement = (
        insert(compile_run)
        .values(
            id=compile_run_id,
            brand_id=brand_id,
            status=CompileStatus.PENDING,
            sources_completed=0,
            sources_total=0,
            force_refresh=force_refresh,
            inputs_json={},
            evidence_status_json={},
            draft_json={},
            qa_report_json={},
            llm_usage_json={},
            attempts=0,
            max_attempts=max_attempts,
            available_at=available_at,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[compile_run.c.brand_id], index_where=IS_LIVE_COMPILE)
        .returning(compile_run)
    )
    while True:
        row = conn.execute(statement).mappings().one_or_none()
        if row is not None:
            return CompileRun(**row), True
        live = find_live_compile_run(conn, brand_id=brand_id)
        if live is not None:  # else it was finished between the two statements
            return live, False


def claim_compile_run(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    now: datetime,
    lease_seconds: float,
    dagster_run_id: str | None,
) -> CompileRun | None:
    """Starts the next attempt of a PENDING compile under a lease; None when it is not PENDING (any more)."""
    is_pending = compile_run.c.status == CompileStatus.PENDING
    return _start_attempt(
        conn,
        (compile_run.c.id == compile_run_id) & is_pending,
        lease_token=lease_token,
        now=now,
        lease_seconds=lease_seconds,
        dagster_run_id=dagster_run_id,
    )


def take_over_compile_run(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    now: datetime,
    lease_seconds: float,
    dagster_run_id: str | None,
) -> CompileRun | None:
    """Starts the next attempt of a RUNNING compile whose process is known to be dead (its brand lock is free).

    From here on the dead process, should it live after all, can write nothing. None when the compile is not RUNNING or
    has no attempts left: finish it as FAILED then.
    """
    is_running = compile_run.c.status == CompileStatus.RUNNING
    return _start_attempt(
        conn,
        (compile_run.c.id == compile_run_id) & is_running,
        lease_token=lease_token,
        now=now,
        lease_seconds=lease_seconds,
        dagster_run_id=dagster_run_id,
    )


def renew_lease(
    conn: Connection, *, compile_run_id: UUID, lease_token: UUID, now: datetime, lease_seconds: float
) -> None:
    """Makes the lease last ``lease_seconds`` from now.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    update_leased(conn, compile_run_id, lease_token, {"lease_expires_at": now + timedelta(seconds=lease_seconds)})


def requeue_compile_run(
    conn: Connection,
    *,
    compile_run_id: UUID,
    lease_token: UUID,
    available_at: datetime,
    last_error: str | None,
) -> CompileRun:
    """Ends an attempt and hands the compile back to the queue, due at ``available_at``.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values = {
        "status": CompileStatus.PENDING,
        "available_at": available_at,
        "last_error": last_error,
        **_NO_LEASE,
    }
    return update_leased(conn, compile_run_id, lease_token, values)


def finish_succeeded(conn: Connection, *, compile_run_id: UUID, lease_token: UUID, now: datetime) -> CompileRun:
    """Ends the compile as SUCCEEDED; call it in the transaction that publishes the snapshot, if there is a new one.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values = {"status": CompileStatus.SUCCEEDED, "finished_at": now, **_NO_LEASE}
    return update_leased(conn, compile_run_id, lease_token, values)


def finish_failed(
    conn: Connection, *, compile_run_id: UUID, lease_token: UUID | None, now: datetime, error: str
) -> CompileRun:
    """Ends the compile as FAILED; without a token whoever runs it loses its lease (cancelled, given up).

    Raises:
        LeaseLostError: another process has the compile now.
        ConflictError: no token was given and the compile is over already.
        NotFoundError: no token was given and there is no such compile.
    """
    values = {
        "status": CompileStatus.FAILED,
        "finished_at": now,
        "error": error,
        "last_error": error,
        **_NO_LEASE,
    }
    if lease_token is not None:
        return update_leased(conn, compile_run_id, lease_token, values)
    statement = update(compile_run).where(compile_run.c.id == compile_run_id, IS_LIVE_COMPILE).values(**values)
    row = conn.execute(statement.returning(compile_run)).mappings().one_or_none()
    if row is not None:
        return CompileRun(**row)
    over = get_compile_run(conn, compile_run_id=compile_run_id)
    raise ConflictError(f"The compile run {compile_run_id} is over already: {over.status}; start a new one if need be.")


def get_compile_run(conn: Connection, *, compile_run_id: UUID) -> CompileRun:
    """Returns a compile run.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = conn.execute(select(compile_run).where(compile_run.c.id == compile_run_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no compile run with the id {compile_run_id}; start one for its brand.")
    return CompileRun(**row)


def find_live_compile_run(conn: Connection, *, brand_id: UUID) -> CompileRun | None:
    """Returns the brand's PENDING or RUNNING compile; there is at most one."""
    statement = select(compile_run).where(compile_run.c.brand_id == brand_id, IS_LIVE_COMPILE)
    row = conn.execute(statement).mappings().one_or_none()
    return None if row is None else CompileRun(**row)


def list_compile_runs(conn: Connection, *, brand_id: UUID, limit: int | None = None) -> list[CompileRun]:
    """Returns the brand's compile runs, newest first."""
    statement = (
        select(compile_run)
        .where(compile_run.c.brand_id == brand_id)
        .order_by(compile_run.c.created_at.desc(), compile_run.c.id)
        .limit(limit)
    )
    return [CompileRun(**row) for row in conn.execute(statement).mappings()]


def update_leased(conn: Connection, compile_run_id: UUID, lease_token: UUID, values: Mapping[str, Any]) -> CompileRun:
    """Changes the row if it carries the token.

    Raises:
        LeaseLostError: it does not, or there is no such compile run (any more).
    """
    statement = (
        update(compile_run)
        .where(compile_run.c.id == compile_run_id, compile_run.c.lease_token == lease_token)
        .values(**values)
        .returning(compile_run)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise LeaseLostError(
            f"The compile run {compile_run_id} was finished or taken over by another process; this one stops."
        )
    return CompileRun(**row)


_NO_LEASE: Mapping[str, None] = {"lease_token": None, "lease_expires_at": None, "stage": None}


def _start_attempt(
    conn: Connection,
    is_startable: ColumnElement[bool],
    *,
    lease_token: UUID,
    now: datetime,
    lease_seconds: float,
    dagster_run_id: str | None,
) -> CompileRun | None:
    has_attempts_left = compile_run.c.attempts < compile_run.c.max_attempts
    statement = (
        update(compile_run)
        .where(is_startable, has_attempts_left)
        .values(
            status=CompileStatus.RUNNING,
            attempts=compile_run.c.attempts + 1,
            lease_token=lease_token,
            lease_expires_at=now + timedelta(seconds=lease_seconds),
            dagster_run_id=dagster_run_id,
            started_at=func.coalesce(compile_run.c.started_at, now),
        )
        .returning(compile_run)
    )
    row = conn.execute(statement).mappings().one_or_none()
    return None if row is None else CompileRun(**row)
