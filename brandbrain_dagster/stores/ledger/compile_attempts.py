"""The attempts at a compile run, from the queue to the end, and the lease that says which process may write.

A process that runs a compile holds its lease token. Every write of such a process names the token and raises
LeaseLostError when the row no longer carries it: the compile was finished, handed back or taken over.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, tuple_, update

from brandbrain_dagster.errors import ConflictError, LeaseLostError
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun, get_compile_run
from brandbrain_dagster.stores.ledger.compile_status import CompileStatus
from brandbrain_dagster.stores.ledger.tables import IS_LIVE_COMPILE, compile_run


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


def renew_leases(
    conn: Connection, *, leases: Mapping[UUID, UUID], now: datetime, lease_seconds: float
) -> frozenset[UUID]:
    """Makes leases, given as compile run id → token, last ``lease_seconds`` from now; returns the ids that still hold.

    One that is not among them was finished, cancelled or taken over.
    """
    is_held = tuple_(compile_run.c.id, compile_run.c.lease_token).in_(sorted(leases.items()))
    statement = update(compile_run).where(is_held).values(lease_expires_at=now + timedelta(seconds=lease_seconds))
    return frozenset(conn.scalars(statement.returning(compile_run.c.id)))


def list_held_leases(conn: Connection, *, leases: Mapping[UUID, UUID]) -> frozenset[UUID]:
    """Returns which of the leases, given as compile run id → token, still hold."""
    is_held = tuple_(compile_run.c.id, compile_run.c.lease_token).in_(sorted(leases.items()))
    return frozenset(conn.scalars(select(compile_run.c.id).where(is_held)))


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


def hand_back_compile_run(conn: Connection, *, compile_run_id: UUID, lease_token: UUID, now: datetime) -> CompileRun:
    """Returns an unfinished compile to the queue, due at once; the attempt that could not be finished is given again.

    Raises:
        LeaseLostError: another process has the compile now.
    """
    values = {
        "status": CompileStatus.PENDING,
        "available_at": now,
        "max_attempts": compile_run.c.max_attempts + 1,
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
