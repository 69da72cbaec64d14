"""Compiles that were launched and never taken."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from brandbrain_dagster.stores.ledger.tables import compile_run
from brandbrain_dagster.stores.ledger.work_status import WorkStatus


def count_lost_launch(
    conn: Connection, *, compile_run_id: UUID, attempts: int, available_at: datetime, last_error: str, is_last: bool
) -> bool:
    """Counts an attempt whose process died before it took the compile.

    False when it is the last, or none is left to count: finish the compile as FAILED then, in the same transaction. One
    that somebody has taken since, or that has had more attempts than ``attempts``, stays as it is.
    """
    is_as_launched = (
        (compile_run.c.id == compile_run_id)
        & (compile_run.c.status == WorkStatus.PENDING)
        & (compile_run.c.attempts == attempts)
    )
    has_more = compile_run.c.attempts + 1 < compile_run.c.max_attempts
    values = {"attempts": attempts + 1, "available_at": available_at, "last_error": last_error}
    if not is_last:
        conn.execute(update(compile_run).where(is_as_launched, has_more).values(**values))
    # The lock keeps others from taking it before it is finished.
    return conn.execute(select(compile_run.c.id).where(is_as_launched).with_for_update()).one_or_none() is None
