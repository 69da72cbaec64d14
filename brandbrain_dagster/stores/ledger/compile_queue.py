"""What waits or was left lying among all brands' compile runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStatus
from brandbrain_dagster.stores.ledger.tables import brand, compile_run


def list_due_compile_runs(conn: Connection, *, now: datetime, limit: int) -> list[CompileRun]:
    """Returns PENDING compiles that may start, oldest first within a tenant and the tenants in turn."""
    is_due = (compile_run.c.status == CompileStatus.PENDING) & (compile_run.c.available_at <= now)
    turn = func.row_number().over(
        partition_by=brand.c.tenant_id, order_by=[compile_run.c.available_at, compile_run.c.id]
    )
    statement = (
        select(compile_run)
        .join(brand, brand.c.id == compile_run.c.brand_id)
        .where(is_due)
        .order_by(turn, compile_run.c.available_at, compile_run.c.id)
        .limit(limit)
    )
    return [CompileRun(**row) for row in conn.execute(statement).mappings()]


def ask_for_refresh(conn: Connection, *, compile_run_id: UUID) -> None:
    """Makes a compile that still waits collect every source again; one that runs stays as it is."""
    is_waiting = (compile_run.c.id == compile_run_id) & (compile_run.c.status == CompileStatus.PENDING)
    conn.execute(update(compile_run).where(is_waiting).values(force_refresh=True))


def list_expired_compile_runs(conn: Connection, *, now: datetime, limit: int) -> list[CompileRun]:
    """Returns RUNNING compiles whose lease ended without being renewed, longest ago first."""
    has_expired = (compile_run.c.status == CompileStatus.RUNNING) & (compile_run.c.lease_expires_at <= now)
    statement = select(compile_run).where(has_expired).order_by(compile_run.c.lease_expires_at).limit(limit)
    return [CompileRun(**row) for row in conn.execute(statement).mappings()]
