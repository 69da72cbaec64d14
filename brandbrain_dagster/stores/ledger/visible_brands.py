"""Brands and sources as far as a caller may see them; what is out of reach is as absent as what never was."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.brand_scope import BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.tables import brand, source_connection


def get_visible_brand(conn: Connection, *, brand_id: UUID, scope: BrandScope, to_change: bool = False) -> Brand:
    """Returns a brand; with ``to_change`` it stays as it is, and stays at all, until the transaction ends.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    statement = select(brand).where(brand.c.id == brand_id, *_is_in(scope))
    if to_change:
        statement = statement.with_for_update(key_share=True)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise absent_brand()
    return Brand(**row)


def get_visible_source(
    conn: Connection, *, source_id: UUID, scope: BrandScope, to_change: bool = False
) -> SourceConnection:
    """Returns a source that was not removed; with ``to_change`` nobody else changes the brand until the end.

    Raises:
        NotFoundError: no brand within the scope has such a source.
    """
    statement = (
        select(source_connection)
        .join(brand, brand.c.id == source_connection.c.brand_id)
        .where(source_connection.c.id == source_id, source_connection.c.removed_at.is_(None), *_is_in(scope))
    )
    if to_change:
        statement = statement.with_for_update(key_share=True, of=brand)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFoundError("Source not found")
    return SourceConnection(**row)


def _is_in(scope: BrandScope) -> Iterator[ColumnElement[bool]]:
    yield brand.c.deleted_at.is_(None)
    if scope.tenant_id is not None:
        yield brand.c.tenant_id == scope.tenant_id
    if scope.only_brand_id is not None:
        yield brand.c.id == scope.only_brand_id
