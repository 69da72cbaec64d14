"""The newest profile of a brand with the brand's name, and the addresses of the posts it rests on, for exporting it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, cast, literal_column, select, true

from brandbrain_dagster.domain.export.brand_export import ExportedProfile
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, evidence_item, snapshot


async def find_exportable(ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope) -> ExportedProfile | None:
    """Returns the newest profile of a brand without the addresses of what it rests on; None before the first one.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_EXPORTABLE, **scope.parameters(brand_id))
    if not rows:
        raise absent_brand()
    row = rows[0]
    if row["snapshot_id"] is None:
        return None
    return ExportedProfile(
        brand_name=row["brand_name"],
        website_url=row["website_url"],
        snapshot_id=str(row["snapshot_id"]),
        version=row["version"],
        created_at=row["created_at"].isoformat(),
        snapshot_json=msgspec.json.decode(row["snapshot_json"]),
    )


async def list_evidence_urls(ledger: FetchesRows, *, brand_id: UUID, ids: Sequence[str]) -> dict[str, str]:
    """Returns the addresses of those of the items that the brand has, by id."""
    rows = await ledger.fetch(_URLS, of_brand_id=brand_id, ids=[UUID(item_id) for item_id in ids])
    return {str(row["id"]): row["url"] for row in rows}


def _exportable() -> Select[Any]:
    newest = (
        select(snapshot)
        .where(snapshot.c.brand_id == brand.c.id)
        .order_by(snapshot.c.version.desc())
        .limit(literal_column("1"))
        .correlate(brand)
        .lateral("newest")
    )
    return (
        select(
            brand.c.name.label("brand_name"),
            brand.c.website_url,
            newest.c.id.label("snapshot_id"),
            newest.c.version,
            newest.c.created_at,
            cast(newest.c.snapshot_json, Text).label("snapshot_json"),
        )
        .select_from(brand.outerjoin(newest, true()))
        .where(IS_VISIBLE_BRAND)
    )


_EXPORTABLE = _exportable()
_URLS = select(evidence_item.c.id, evidence_item.c.item_json["canonical_url"].astext.label("url")).where(
    evidence_item.c.brand_id == bindparam("of_brand_id", type_=Uuid()),
    evidence_item.c.id == bindparam("ids", type_=ARRAY(Uuid())).any_(),
)
