"""Generations of the Today board: enqueued once per brand, worked on as a compile is, ended with a board."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from brandbrain_dagster.domain.opportunities.board import GenerationStage
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy, board_generation
from brandbrain_dagster.stores.ledger.query_steps import Query
from brandbrain_dagster.stores.ledger.snapshots import find_newest_snapshot
from brandbrain_dagster.stores.ledger.tables import brand, compile_run, snapshot
from brandbrain_dagster.stores.ledger.work_queue import WorkQueue
from brandbrain_dagster.stores.ledger.work_status import WorkStatus


@dataclass(frozen=True, kw_only=True)
class BoardGeneration:
    """One asked-for generation of a brand's board, from the snapshot that is the newest when an attempt begins.

    ``last_error`` is why the latest attempt failed, ``error`` why the generation did; ``lease_token`` is set exactly
    while it is RUNNING.
    """

    id: UUID
    brand_id: UUID
    snapshot_id: UUID
    requested_by: RequestedBy
    status: WorkStatus
    stage: GenerationStage | None
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


GENERATIONS = WorkQueue(board_generation, BoardGeneration, "board generation", behind=compile_run)
"""The generations, as work that waits: a compile of the brand goes first, since its snapshot outdates the board."""


_LOOKS = 3
"""How often enqueuing is tried when what stood in its way is gone a moment later."""


def enqueue_generation_query(
    *, generation_id: UUID, brand_id: UUID, requested_by: RequestedBy, max_attempts: int, now: datetime
) -> Query:
    """Adds a PENDING generation of the brand's newest snapshot.

    No row comes back when the brand has a live generation, has no snapshot, does not exist (any more), or, for a first
    run, when that snapshot has had one.
    """
    columns = {
        "id": literal(generation_id),
        "brand_id": brand.c.id,
        "snapshot_id": snapshot.c.id,
        "requested_by": literal(requested_by, board_generation.c.requested_by.type),
        "status": literal(WorkStatus.PENDING, board_generation.c.status.type),
        "llm_usage_json": literal({}, JSONB),
        "attempts": literal(0, Integer),
        "max_attempts": literal(max_attempts, Integer),
        "available_at": literal(now, board_generation.c.available_at.type),
        "created_at": literal(now, board_generation.c.created_at.type),
    }
    newest = (
        select(*columns.values())
        .join_from(brand, snapshot, snapshot.c.brand_id == brand.c.id)
        .where(brand.c.id == brand_id, brand.c.deleted_at.is_(None))
        .order_by(snapshot.c.version.desc())
        .limit(1)
        # The lock keeps the brand there until the generation refers to it, and stands in nobody else's way.
        .with_for_update(read=True, key_share=True, of=brand)
    )
    statement = insert(board_generation).from_select(list(columns), newest).on_conflict_do_nothing()
    return Query(statement.returning(board_generation.c.id), {})


def insert_generation(
    conn: Connection,
    *,
    generation_id: UUID,
    brand_id: UUID,
    requested_by: RequestedBy,
    max_attempts: int,
    now: datetime,
) -> tuple[BoardGeneration, bool]:
    """Enqueues a generation; returns it and True, or the brand's generation that is live already and False.

    Raises:
        NotFoundError: the brand does not exist, or has no snapshot to make a board from.
    """
    query = enqueue_generation_query(
        generation_id=generation_id, brand_id=brand_id, requested_by=requested_by, max_attempts=max_attempts, now=now
    )
    for _ in range(_LOOKS):
        if conn.execute(query.statement).first() is not None:
            return GENERATIONS.get(conn, work_id=generation_id), True
        live = GENERATIONS.find_live(conn, brand_id=brand_id)
        if live is not None:
            return live, False
        if find_newest_snapshot(conn, brand_id=brand_id) is None:
            break
        # There is one, so the live generation ended between the two statements, or there may be none at all.
    raise NotFoundError(f"Brand {brand_id} has nothing to make a board from; compile it first.")


def record_stage(conn: Connection, *, generation_id: UUID, lease_token: UUID, stage: GenerationStage) -> None:
    """Writes down how far the generation is.

    Raises:
        LeaseLostError: another process has it now.
    """
    GENERATIONS.update_leased(conn, generation_id, lease_token, {"stage": stage})


def record_start(conn: Connection, *, generation_id: UUID, lease_token: UUID) -> BoardGeneration:
    """Writes down that this attempt works from the brand's newest snapshot.

    Raises:
        LeaseLostError: another process has it now.
    """
    newest = (
        select(snapshot.c.id)
        .where(snapshot.c.brand_id == board_generation.c.brand_id)
        .order_by(snapshot.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    return GENERATIONS.update_leased(conn, generation_id, lease_token, {"snapshot_id": newest})


def record_llm_usage(conn: Connection, *, generation_id: UUID, lease_token: UUID, usage: Mapping[str, Any]) -> None:
    """Writes down what language models took, all attempts together.

    Raises:
        LeaseLostError: another process has it now.
    """
    GENERATIONS.update_leased(conn, generation_id, lease_token, {"llm_usage_json": dict(usage)})
