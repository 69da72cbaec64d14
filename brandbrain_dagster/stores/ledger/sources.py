"""Source connections: what is collected for a brand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.tables import source_connection


def insert_source(
    conn: Connection,
    *,
    source_id: UUID,
    brand_id: UUID,
    platform: str,
    capability: str,
    identifier: str,
    settings_json: Mapping[str, Any],
    now: datetime,
    is_enabled: bool = True,
) -> tuple[SourceConnection, bool]:
    """Adds a source; returns it and True, or the same source as it was added before, untouched, and False."""
    named = {"brand_id": brand_id, "platform": platform, "capability": capability, "identifier": identifier}
    statement = (
        insert(source_connection)
        .values(
            id=source_id,
            **named,
            is_enabled=is_enabled,
            settings_json=dict(settings_json),
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing(index_elements=list(named))
        .returning(source_connection)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is not None:
        return SourceConnection(**row), True
    return SourceConnection(**conn.execute(select(source_connection).filter_by(**named)).mappings().one()), False


def get_source(conn: Connection, *, source_id: UUID) -> SourceConnection:
    """Returns a source.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = conn.execute(select(source_connection).where(source_connection.c.id == source_id)).mappings().one_or_none()
    if row is None:
        raise _no_source(source_id)
    return SourceConnection(**row)


def list_sources(conn: Connection, *, brand_id: UUID, enabled_only: bool = False) -> list[SourceConnection]:
    """Returns the brand's sources by platform, capability and identifier."""
    table = source_connection.c
    statement = select(source_connection).where(table.brand_id == brand_id)
    statement = statement.order_by(table.platform, table.capability, table.identifier)
    if enabled_only:
        statement = statement.where(table.is_enabled)
    return [SourceConnection(**row) for row in conn.execute(statement).mappings()]


def update_source_settings(
    conn: Connection, *, source_id: UUID, settings_json: Mapping[str, Any], now: datetime
) -> SourceConnection:
    """Replaces the settings of a source.

    Raises:
        NotFoundError: there is no such source.
    """
    return _updated(conn, source_id, {"settings_json": dict(settings_json), "updated_at": now})


def update_source_enabled(conn: Connection, *, source_id: UUID, is_enabled: bool, now: datetime) -> SourceConnection:
    """Switches a source on or off.

    Raises:
        NotFoundError: there is no such source.
    """
    return _updated(conn, source_id, {"is_enabled": is_enabled, "updated_at": now})


def _updated(conn: Connection, source_id: UUID, values: Mapping[str, Any]) -> SourceConnection:
    statement = (
        update(source_connection)
        .where(source_connection.c.id == source_id)
        .values(**values)
        .returning(source_connection)
    )
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        raise _no_source(source_id)
    return SourceConnection(**row)


def _no_source(source_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no source with the id {source_id}; 'brandbrain source list' shows those there are.")
