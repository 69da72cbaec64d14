"""What became of one compile, for people: its course, what was collected, what QA found, what was published."""

from uuid import UUID

import asyncpg
from sqlalchemy import Text, Uuid, bindparam, cast, select

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, compile_run, snapshot


async def find_compile_story(
    ledger: FetchesRows, *, brand_id: UUID, compile_run_id: UUID, scope: BrandScope
) -> asyncpg.Record | None:
    """Returns a compile of the brand, ``evidence_status`` and ``qa_report`` as text; None if the brand has no such.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_STORY, **scope.parameters(brand_id), compile_run_id=compile_run_id)
    if not rows:
        raise absent_brand()
    return rows[0] if rows[0]["compile_run_id"] is not None else None


_TOLD = (
    "status",
    "stage",
    "sources_completed",
    "sources_total",
    "force_refresh",
    "attempts",
    "max_attempts",
    "available_at",
    "last_error",
    "error",
    "created_at",
    "started_at",
    "finished_at",
)
_is_meant = (compile_run.c.brand_id == brand.c.id) & (compile_run.c.id == bindparam("compile_run_id", type_=Uuid()))
_STORY = (
    select(
        compile_run.c.id.label("compile_run_id"),
        *(compile_run.c[name] for name in _TOLD),
        cast(compile_run.c.evidence_status_json, Text).label("evidence_status"),
        cast(compile_run.c.qa_report_json, Text).label("qa_report"),
        snapshot.c.id.label("snapshot_id"),
        snapshot.c.version,
    )
    .select_from(
        brand.outerjoin(compile_run, _is_meant).outerjoin(snapshot, snapshot.c.compile_run_id == compile_run.c.id)
    )
    .where(IS_VISIBLE_BRAND)
)
