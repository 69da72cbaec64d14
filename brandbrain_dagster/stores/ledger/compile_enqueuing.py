"""The outbox of compiles: the writes of a kickoff, whoever carries them out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid, bindparam, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from brandbrain_dagster.stores.ledger.query_steps import Query
from brandbrain_dagster.stores.ledger.tables import IS_LIVE_COMPILE, brand, compile_run
from brandbrain_dagster.stores.ledger.work_status import WorkStatus


def enqueue_query(
    *,
    compile_run_id: UUID,
    brand_id: UUID,
    force_refresh: bool,
    available_at: datetime,
    max_attempts: int,
    configuration_hash: str | None,
    now: datetime,
) -> Query:
    """Adds a PENDING compile; no row comes back when the brand has a live one already, or does not exist (any more)."""
    return Query(
        _ENQUEUE,
        {
            "new_id": compile_run_id,
            "of_brand_id": brand_id,
            "force_refresh": force_refresh,
            "available_at": available_at,
            "max_attempts": max_attempts,
            "configuration_hash": configuration_hash,
            "created_at": now,
        },
    )


def ask_for_refresh_query(compile_run_id: UUID) -> Query:
    """Makes a compile that still waits collect every source again; one that runs stays as it is."""
    return Query(_ASK_FOR_REFRESH, {"waiting_id": compile_run_id})


_NOTHING_YET = literal({}, JSONB)
_COLUMNS = {
    "id": bindparam("new_id", type_=Uuid()),
    "brand_id": brand.c.id,
    "status": literal(WorkStatus.PENDING, compile_run.c.status.type),
    "sources_completed": literal(0),
    "sources_total": literal(0),
    "force_refresh": bindparam("force_refresh", type_=Boolean()),
    "inputs_json": _NOTHING_YET,
    "evidence_status_json": _NOTHING_YET,
    "draft_json": _NOTHING_YET,
    "qa_report_json": _NOTHING_YET,
    "llm_usage_json": _NOTHING_YET,
    "attempts": literal(0),
    "max_attempts": bindparam("max_attempts", type_=Integer()),
    "available_at": bindparam("available_at", type_=DateTime(timezone=True)),
    "created_at": bindparam("created_at", type_=DateTime(timezone=True)),
    "inputs_revision": brand.c.inputs_revision,
    "configuration_hash": bindparam("configuration_hash", type_=Text()),
}
# The lock keeps the brand there until the compile refers to it, and stands in nobody else's way.
_BRAND = (
    select(*_COLUMNS.values())
    .where(brand.c.id == bindparam("of_brand_id", type_=Uuid()), brand.c.deleted_at.is_(None))
    .with_for_update(read=True, key_share=True)
)
_ENQUEUE = (
    insert(compile_run)
    .from_select(list(_COLUMNS), _BRAND)
    .on_conflict_do_nothing(index_elements=[compile_run.c.brand_id], index_where=IS_LIVE_COMPILE)
    .returning(compile_run.c.id)
)
_ASK_FOR_REFRESH = (
    update(compile_run)
    .where(
        compile_run.c.id == bindparam("waiting_id", type_=Uuid()),
        compile_run.c.status == WorkStatus.PENDING,
    )
    .values(force_refresh=True)
    .returning(compile_run.c.id)
)
