"""Brands by name, as far as a caller may see them, for finding out which one is meant."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Integer, Select, Text, Uuid, bindparam, func, or_, select

from brandbrain_dagster.stores.ledger.brand_scope import BrandScope
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, snapshot


async def list_brand_names(
    ledger: FetchesRows, *, scope: BrandScope, limit: int, after: UUID | None = None
) -> list[asyncpg.Record]:
    """Returns id, name, slug and version (of the newest snapshot, null before the first) of the brands within the scope
    whose ids come after ``after``, by id.
    """
    return await ledger.fetch(_LISTED, **_of(scope), most=limit, after=after)


async def find_brands_called(ledger: FetchesRows, *, reference: str, scope: BrandScope) -> Sequence[UUID]:
    """Returns the ids of the brands within the scope that have this slug or id; several where tenants share a slug."""
    rows = await ledger.fetch(_CALLED, **_of(scope), slug=reference, called_id=_as_id(reference))
    return [row["id"] for row in rows]


def _of(scope: BrandScope) -> dict[str, UUID | None]:
    return {"tenant_id": scope.tenant_id, "only_brand_id": scope.only_brand_id}


def _as_id(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None


def _within(columns: Sequence[Any]) -> Select[Any]:
    tenant_id, only_brand_id = bindparam("tenant_id", type_=Uuid()), bindparam("only_brand_id", type_=Uuid())
    return select(*columns).where(
        brand.c.deleted_at.is_(None),
        or_(tenant_id.is_(None), brand.c.tenant_id == tenant_id),
        or_(only_brand_id.is_(None), brand.c.id == only_brand_id),
    )


_after = bindparam("after", type_=Uuid())
_newest_version = select(func.max(snapshot.c.version)).where(snapshot.c.brand_id == brand.c.id).scalar_subquery()
_LISTED = (
    _within([brand.c.id, brand.c.name, brand.c.slug, _newest_version.label("version")])
    .where(or_(_after.is_(None), brand.c.id > _after))
    .order_by(brand.c.id)
    .limit(bindparam("most", type_=Integer()))
)
_CALLED = _within([brand.c.id]).where(
    or_(brand.c.slug == bindparam("slug", type_=Text()), brand.c.id == bindparam("called_id", type_=Uuid()))
)
