"""Who changed which override or pin, when, from what to what: newest first."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import Integer, Text, bindparam, cast, func, select, true

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.request_tables import overrides_log
from brandbrain_dagster.stores.ledger.tables import brand


async def list_overrides_log(
    ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope, limit: int, offset: int
) -> tuple[Sequence[asyncpg.Record], int]:
    """Returns a page of the brand's changes, ``old_json`` and ``new_json`` as text, and how many there are in all.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_LOG, **scope.parameters(brand_id), page_size=limit, skipped=offset)
    if not rows:
        raise absent_brand()
    return [row for row in rows if row["path"] is not None], rows[0]["total"]


_page = (
    select(overrides_log)
    .where(overrides_log.c.brand_id == brand.c.id)
    .order_by(overrides_log.c.id.desc())
    .limit(bindparam("page_size", type_=Integer()))
    .offset(bindparam("skipped", type_=Integer()))
    .correlate(brand)
    .lateral("page")
)
_LOG = (
    select(
        select(func.count())
        .where(overrides_log.c.brand_id == brand.c.id)
        .correlate(brand)
        .scalar_subquery()
        .label("total"),
        _page.c.path,
        _page.c.kind,
        cast(_page.c.old_json, Text).label("old_json"),
        cast(_page.c.new_json, Text).label("new_json"),
        _page.c.changed_by,
        _page.c.changed_at,
    )
    .select_from(brand.outerjoin(_page, true()))
    .where(IS_VISIBLE_BRAND)
    .order_by(_page.c.id.desc())
)
