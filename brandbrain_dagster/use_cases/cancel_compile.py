"""Cancelling a compile that waits or runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.errors import NotFoundError, WorkCancelledError
from brandbrain_dagster.stores.ledger import compile_runs
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun


def cancel_compile(conn: Connection, *, brand_id: UUID, compile_run_id: UUID, now: datetime) -> CompileRun:
    """Ends a compile of the brand as FAILED; a process that runs it stops at its next write.

    Raises:
        NotFoundError: the brand has no such compile.
        ConflictError: it is over already.
    """
    run = compile_runs.get_compile_run(conn, compile_run_id=compile_run_id)
    if run.brand_id != brand_id:
        raise NotFoundError(f"The brand has no compile run with the id {compile_run_id}; start one.")
    return COMPILES.finish_failed(
        conn, work_id=compile_run_id, lease_token=None, now=now, error=str(WorkCancelledError())
    )
