"""Where one compile of a brand stands, as it is told to those who wait for it."""

from uuid import UUID

import asyncpg
from sqlalchemy import Text, Uuid, bindparam, cast, select

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, compile_run, snapshot


async def find_compile_report(
    ledger: FetchesRows, *, brand_id: UUID, compile_run_id: UUID, scope: BrandScope
) -> asyncpg.Record | None:
    """Returns a compile of the brand and the snapshot that it published, JSON as text; None if the brand has no such.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_REPORT, **scope.parameters(brand_id), compile_run_id=compile_run_id)
    if not rows:
        raise absent_brand()
    return rows[0] if rows[0]["compile_run_id"] is not None else None


_is_meant = (compile_run.c.brand_id == brand.c.id) & (compile_run.c.id == bindparam("compile_run_id", type_=Uuid()))
_published = snapshot.c.compile_run_id == compile_run.c.id
_REPORT = (
    select(
        compile_run.c.id.label("compile_run_id"),
        compile_run.c.status,
        compile_run.c.stage,
        compile_run.c.sources_completed,
        compile_run.c.sources_total,
        compile_run.c.attempts,
        compile_run.c.available_at,
        compile_run.c.last_error,
        compile_run.c.error,
        cast(compile_run.c.evidence_status_json, Text).label("evidence_status"),
        snapshot.c.id.label("snapshot_id"),
        snapshot.c.created_at,
        cast(snapshot.c.snapshot_json, Text).label("snapshot_json"),
    )
    .select_from(brand.outerjoin(compile_run, _is_meant).outerjoin(snapshot, _published))
    .where(IS_VISIBLE_BRAND)
)
