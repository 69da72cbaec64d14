"""Brands: who they are, and how people name them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.all_tables import LEDGER_METADATA
from brandbrain_dagster.stores.ledger.tables import brand

_SLUGS_NAMED_IN_ERRORS = 20


@dataclass(frozen=True, kw_only=True)
class Brand:
    """A brand of a tenant; ``slug`` names it within the tenant.

    ``inputs_revision`` counts the changes of its answers, overrides and sources; ``inputs_changed_at`` is the last one.
    """

    id: UUID
    tenant_id: UUID
    name: str
    slug: str
    website_url: str | None
    created_at: datetime
    deleted_at: datetime | None
    inputs_revision: int
    inputs_changed_at: datetime | None


def insert_brand(
    conn: Connection,
    *,
    brand_id: UUID,
    tenant_id: UUID,
    name: str,
    slug: str,
    website_url: str | None,
    now: datetime,
) -> Brand:
    """Adds a brand.

    Raises:
        ConflictError: the tenant has a brand with this slug already.
    """
    values = {"id": brand_id, "tenant_id": tenant_id, "name": name, "slug": slug, "website_url": website_url}
    statement = (
        insert(brand)
        .values(**values, created_at=now)
        .on_conflict_do_nothing(index_elements=[brand.c.tenant_id, brand.c.slug])
        .returning(brand)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise ConflictError(f"There is a brand '{slug}' already; give the new one another slug.")
    return Brand(**row)


def update_brand(conn: Connection, *, brand_id: UUID, name: str, website_url: str | None) -> Brand:
    """Changes what a brand is called and where its site is; the slug stays.

    Raises:
        NotFoundError: there is none with this id.
    """
    conn.execute(update(brand).where(brand.c.id == brand_id).values(name=name, website_url=website_url))
    return get_brand(conn, brand_id=brand_id)


def get_brand(conn: Connection, *, brand_id: UUID) -> Brand:
    """Returns a brand.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = _find(conn, brand.c.id == brand_id)
    if not found:
        raise NotFoundError(f"There is no brand with the id {brand_id}; 'brandbrain brand list' shows those there are.")
    return found[0]


def find_brand_by_slug(conn: Connection, *, tenant_id: UUID, slug: str) -> Brand | None:
    """Returns the tenant's brand with this slug."""
    found = _find(conn, (brand.c.tenant_id == tenant_id) & (brand.c.slug == slug))
    return found[0] if found else None


def list_brands(
    conn: Connection,
    *,
    tenant_id: UUID | None = None,
    only_brand_id: UUID | None = None,
    older_than: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[Brand]:
    """Returns brands, newest first; ``older_than`` is the (created_at, id) of the last brand of the page before."""
    statement = select(brand).where(brand.c.deleted_at.is_(None))
    if tenant_id is not None:
        statement = statement.where(brand.c.tenant_id == tenant_id)
    if only_brand_id is not None:
        statement = statement.where(brand.c.id == only_brand_id)
    if older_than is not None:
        created_at, brand_id = older_than
        is_older = (brand.c.created_at < created_at) | ((brand.c.created_at == created_at) & (brand.c.id < brand_id))
        statement = statement.where((brand.c.created_at <= created_at) & is_older)
    ordered = statement.order_by(brand.c.created_at.desc(), brand.c.id.desc()).limit(limit)
    return [Brand(**row) for row in conn.execute(ordered).mappings()]


def list_brand_ids(conn: Connection) -> list[UUID]:
    """Returns the ids of all brands, oldest first."""
    statement = select(brand.c.id).where(brand.c.deleted_at.is_(None))
    return list(conn.scalars(statement.order_by(brand.c.created_at, brand.c.id)))


def resolve_brand(conn: Connection, *, reference: str, tenant_id: UUID | None = None) -> Brand:
    """Returns the brand that a person means: by its id or its slug.

    Raises:
        NotFoundError: there is none; the text names the slugs there are.
        ConflictError: the slug is used by several tenants.
    """
    is_meant = brand.c.id == UUID(reference) if _is_uuid(reference) else brand.c.slug == reference
    if tenant_id is not None:
        is_meant &= brand.c.tenant_id == tenant_id
    found = _find(conn, is_meant)
    if len(found) > 1:
        raise ConflictError(f"Several tenants have a brand '{reference}'; name it by its id instead.")
    if found:
        return found[0]
    known = [entry.slug for entry in list_brands(conn, tenant_id=tenant_id, limit=_SLUGS_NAMED_IN_ERRORS)]
    advice = (
        f"use one of {', '.join(sorted(known))}"
        if known
        else "there are none yet: add one with 'brandbrain brand create'"
    )
    raise NotFoundError(f"There is no brand '{reference}'; {advice}.")


def lock_brand(conn: Connection, *, brand_id: UUID) -> None:
    """Makes other transactions that lock this brand wait until this one ends.

    Raises:
        NotFoundError: the brand does not exist.
    """
    statement = select(brand.c.id).where(brand.c.id == brand_id).with_for_update(key_share=True)
    if conn.execute(statement).one_or_none() is None:
        raise NotFoundError(f"There is no brand with the id {brand_id}; it may have been deleted meanwhile.")


def delete_brand(conn: Connection, *, brand_id: UUID) -> dict[str, int]:
    """Erases a brand and returns how many rows of each table went with it.

    Raises:
        NotFoundError: the brand does not exist.
    """
    lock_brand(conn, brand_id=brand_id)
    counts = {"brand": 1}
    for table in LEDGER_METADATA.sorted_tables:
        if "brand_id" in table.c:
            counts[table.name] = conn.scalars(
                select(func.count()).select_from(table).where(table.c.brand_id == brand_id)
            ).one()
    conn.execute(delete(brand).where(brand.c.id == brand_id))
    return counts


def _find(conn: Connection, is_meant: ColumnElement[bool]) -> list[Brand]:
    return [
        Brand(**row) for row in conn.execute(select(brand).where(is_meant, brand.c.deleted_at.is_(None))).mappings()
    ]


def _is_uuid(reference: str) -> bool:
    try:
        UUID(reference)
    except ValueError:
        return False
    return True
