"""Source connections: what is collected for a brand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.tables import apify_run, source_connection


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
    """Adds a source; returns it and True, or the same source as it was added before, untouched, and False.

    One that was removed comes back under its old id, with the evidence it had.
    """
    named = {"brand_id": brand_id, "platform": platform, "capability": capability, "identifier": identifier}
    given = {"is_enabled": is_enabled, "settings_json": dict(settings_json), "created_at": now, "updated_at": now}
    statement = (
        insert(source_connection)
        .values(id=source_id, **named, **given)
        .on_conflict_do_update(
            index_elements=list(named),
            set_={**given, "removed_at": None},
            where=source_connection.c.removed_at.is_not(None),
        )
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


def list_sources(
    conn: Connection, *, brand_id: UUID, enabled_only: bool = False, with_removed: bool = False
) -> list[SourceConnection]:
    """Returns the brand's sources by platform, capability and identifier."""
    table = source_connection.c
    statement = select(source_connection).where(table.brand_id == brand_id)
    statement = statement.order_by(table.platform, table.capability, table.identifier)
    if enabled_only:
        statement = statement.where(table.is_enabled)
    if not with_removed:
        statement = statement.where(table.removed_at.is_(None))
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


def update_source(
    conn: Connection,
    *,
    source_id: UUID,
    now: datetime,
    identifier: str | None = None,
    is_enabled: bool | None = None,
    settings_json: Mapping[str, Any] | None = None,
) -> SourceConnection:
    """Changes what is given of a source and leaves the rest.

    Raises:
        NotFoundError: there is no such source.
        ConflictError: the brand has, or had, a source with this identifier.
    """
    given = {"identifier": identifier, "is_enabled": is_enabled, "settings_json": settings_json}
    values = {name: value for name, value in given.items() if value is not None}
    try:
        return _updated(conn, source_id, {**values, "updated_at": now})
    except IntegrityError as error:
        raise ConflictError(
            f"This brand has or had another source for '{identifier}'; use that one, or add it again if it was removed."
        ) from error


def remove_source(conn: Connection, *, source_id: UUID, now: datetime) -> None:
    """Deletes a source; one that was ever collected is disabled and marked, since evidence leads back to it."""
    is_meant = source_connection.c.id == source_id
    # Nobody can start a run of a source that is locked; one that was started before is seen by the next query.
    conn.execute(select(source_connection.c.id).where(is_meant).with_for_update())
    was_collected = select(apify_run.c.id).where(apify_run.c.source_connection_id == source_id).exists()
    if conn.execute(select(was_collected)).scalar_one():
        conn.execute(update(source_connection).where(is_meant).values(is_enabled=False, removed_at=now, updated_at=now))
    else:
        conn.execute(delete(source_connection).where(is_meant))


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
