"""Compile runs: enqueued once per brand, and found again. Not here: what a running one goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from brandbrain_dagster.stores.ledger.brands import lock_brand
from brandbrain_dagster.stores.ledger.compile_enqueuing import enqueue_query
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.tables import compile_run
from brandbrain_dagster.stores.ledger.work_queue import WorkQueue
from brandbrain_dagster.stores.ledger.work_status import WorkStatus

DEFAULT_MAX_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class CompileRun:
    """One asked-for compile of a brand.

    ``*_json`` are empty and ids None until their stage has written them. ``last_error`` is why the latest attempt
    failed, ``error`` why the compile did. ``lease_token`` is set exactly while it is RUNNING.
    """

    id: UUID
    brand_id: UUID
    status: WorkStatus
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


COMPILES = WorkQueue(compile_run, CompileRun, "compile run")
"""The compiles, as work that waits."""


def insert_compile_run(
    conn: Connection,
    *,
    compile_run_id: UUID,
    brand_id: UUID,
    force_refresh: bool,
    available_at: datetime,
    now: datetime,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    configuration_hash: str | None = None,
) -> tuple[CompileRun, bool]:
    """Enqueues a compile; returns it and True, or the brand's compile that is live already and False.

    Raises:
        NotFoundError: the brand does not exist.
    """
    enqueue = enqueue_query(
        compile_run_id=compile_run_id,
        brand_id=brand_id,
        force_refresh=force_refresh,
        available_at=available_at,
        max_attempts=max_attempts,
        configuration_hash=configuration_hash,
        now=now,
    )
    while True:
        if conn.execute(enqueue.statement, dict(enqueue.parameters)).first() is not None:
            return get_compile_run(conn, compile_run_id=compile_run_id), True
        live = find_live_compile_run(conn, brand_id=brand_id)
        if live is not None:
            return live, False
        lock_brand(conn, brand_id=brand_id)  # it is there, so the live one was finished between the two statements


def get_compile_run(conn: Connection, *, compile_run_id: UUID) -> CompileRun:
    """Returns a compile run.

    Raises:
        NotFoundError: there is none with this id.
    """
    return COMPILES.get(conn, work_id=compile_run_id)


def find_live_compile_run(conn: Connection, *, brand_id: UUID) -> CompileRun | None:
    """Returns the brand's PENDING or RUNNING compile; there is at most one."""
    return COMPILES.find_live(conn, brand_id=brand_id)


def list_compile_runs(conn: Connection, *, brand_id: UUID, limit: int | None = None) -> list[CompileRun]:
    """Returns the brand's compile runs, newest first."""
    statement = (
        select(compile_run)
        .where(compile_run.c.brand_id == brand_id)
        .order_by(compile_run.c.created_at.desc(), compile_run.c.id)
        .limit(limit)
    )
    return [CompileRun(**row) for row in conn.execute(statement).mappings()]
