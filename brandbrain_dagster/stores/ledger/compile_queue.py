"""What waits or was left lying among all brands' compile runs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStatus
from brandbrain_dagster.stores.ledger.tables import brand, compile_run


@dataclass(frozen=True, kw_only=True)
class DueCompile:
    """A PENDING compile that may start; ``attempts`` counts those that were made."""

    id: UUID
    brand_id: UUID
    attempts: int
    available_at: datetime


def list_due_compile_runs(conn: Connection, *, now: datetime, limit: int) -> list[DueCompile]:
    """Returns PENDING compiles that may start, oldest first within a tenant and the tenants in turn."""
    is_due = (compile_run.c.status == CompileStatus.PENDING) & (compile_run.c.available_at <= now)
    turn = func.row_number().over(
        partition_by=brand.c.tenant_id, order_by=[compile_run.c.available_at, compile_run.c.id]
    )
    columns = (compile_run.c.id, compile_run.c.brand_id, compile_run.c.attempts, compile_run.c.available_at)
    statement = (
        select(*columns)
        .join(brand, brand.c.id == compile_run.c.brand_id)
        .where(is_due)
        .order_by(turn, compile_run.c.available_at, compile_run.c.id)
        .limit(limit)
    )
    return [DueCompile(**row) for row in conn.execute(statement).mappings()]


def find_newest_start(conn: Connection) -> datetime | None:
    """Returns when the compile that was taken last, of those under way, was taken first."""
    statement = select(func.max(compile_run.c.started_at)).where(compile_run.c.status == CompileStatus.RUNNING)
    newest: datetime | None = conn.scalars(statement).one()
    return newest


def list_expired_compile_runs(conn: Connection, *, now: datetime, limit: int) -> list[CompileRun]:
    """Returns RUNNING compiles whose lease ended without being renewed, longest ago first."""
    has_expired = (compile_run.c.status == CompileStatus.RUNNING) & (compile_run.c.lease_expires_at <= now)
    statement = select(compile_run).where(has_expired).order_by(compile_run.c.lease_expires_at).limit(limit)
    return [CompileRun(**row) for row in conn.execute(statement).mappings()]


def list_compile_runs_of_dagster_run(conn: Connection, *, dagster_run_id: str) -> list[CompileRun]:
    """Returns the RUNNING compiles that a Dagster run has taken."""
    is_its_own = (compile_run.c.status == CompileStatus.RUNNING) & (compile_run.c.dagster_run_id == dagster_run_id)
    return [CompileRun(**row) for row in conn.execute(select(compile_run).where(is_its_own)).mappings()]


def count_lost_launch(
    conn: Connection, *, compile_run_id: UUID, attempts: int, available_at: datetime, last_error: str, is_last: bool
) -> bool:
    """Counts an attempt whose process died before it took the compile.

    False when it is the last, or none is left to count: finish the compile as FAILED then, in the same transaction. One
    that somebody has taken since, or that has had more attempts than ``attempts``, stays as it is.
    """
    is_as_launched = (
        (compile_run.c.id == compile_run_id)
        & (compile_run.c.status == CompileStatus.PENDING)
        & (compile_run.c.attempts == attempts)
    )
    has_more = compile_run.c.attempts + 1 < compile_run.c.max_attempts
    values = {"attempts": attempts + 1, "available_at": available_at, "last_error": last_error}
    if not is_last:
        conn.execute(update(compile_run).where(is_as_launched, has_more).values(**values))
    # The lock keeps others from taking it before it is finished.
    return conn.execute(select(compile_run.c.id).where(is_as_launched).with_for_update()).one_or_none() is None
