"""Evidence items as they are served: the stored JSON as text."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, Text, Uuid, bindparam, cast, select

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import apify_run, brand, evidence_item, source_connection


async def list_served_evidence(
    ledger: FetchesRows, *, brand_id: UUID, ids: Sequence[UUID], scope: BrandScope
) -> list[str]:
    """Returns those of the items that the brand has, in the order asked for.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_ITEMS, **scope.parameters(brand_id), ids=list(ids))
    if not rows:
        raise absent_brand()
    found = {row["id"]: row["item_json"] for row in rows}
    return [found[item_id] for item_id in dict.fromkeys(ids) if item_id in found]


async def list_origins(
    ledger: FetchesRows, *, brand_id: UUID, apify_run_ids: Sequence[str]
) -> dict[str, asyncpg.Record]:
    """Returns the brand's actor runs among those named, by Apify's run id: actor_id, started_at, and their source."""
    rows = await ledger.fetch(_ORIGINS, of_brand_id=brand_id, apify_run_ids=list(apify_run_ids))
    return {row["apify_run_id"]: row for row in rows}


_ORIGINS = (
    select(
        apify_run.c.apify_run_id,
        apify_run.c.actor_id,
        apify_run.c.started_at,
        source_connection.c.id.label("source_id"),
        source_connection.c.platform,
        source_connection.c.capability,
        source_connection.c.identifier,
    )
    .join(source_connection, source_connection.c.id == apify_run.c.source_connection_id)
    .where(
        apify_run.c.brand_id == bindparam("of_brand_id", type_=Uuid()),
        apify_run.c.apify_run_id == bindparam("apify_run_ids", type_=ARRAY(Text())).any_(),
    )
)

_asked_for = evidence_item.c.id == bindparam("ids", type_=ARRAY(Uuid())).any_()
_ITEMS = (
    select(evidence_item.c.id, cast(evidence_item.c.item_json, Text).label("item_json"))
    .select_from(brand.outerjoin(evidence_item, (evidence_item.c.brand_id == brand.c.id) & _asked_for))
    .where(IS_VISIBLE_BRAND)
)
