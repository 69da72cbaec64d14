"""Changing a source that a brand has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.platforms.registry import find_capability
from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.stores.ledger import actor_runs, sources
from brandbrain_dagster.use_cases.add_source import check_settings
from brandbrain_dagster.use_cases.answer_onboarding import write_key_pages_through


def edit_source(
    conn: Connection,
    source: SourceConnection,
    *,
    now: datetime,
    identifier: str | None = None,
    is_enabled: bool | None = None,
    settings_json: Mapping[str, Any] | None = None,
) -> SourceConnection:
    """Changes what is given of a source; the identifier is normalized.

    The identifier stays once the source was collected: those rows are of the profile that it named.

    Raises:
        InvalidIdentifierError: the identifier names no profile, channel or site of the platform.
        InvalidInputError: a setting has a wrong value.
        ConflictError: the brand has this source already, or the source was collected under its old identifier.
    """
    if identifier is not None:
        identifier = find_capability(source.platform, source.capability).normalize_identifier(identifier)
        if identifier != source.identifier and _was_collected(conn, source):
            raise ConflictError(
                f"This source was collected as '{source.identifier}' already; remove it and add '{identifier}' instead."
            )
    if settings_json is not None:
        check_settings(settings_json)
    sources.update_source(
        conn, source_id=source.id, identifier=identifier, is_enabled=is_enabled, settings_json=settings_json, now=now
    )
    write_key_pages_through(conn, brand_id=source.brand_id, now=now)
    return sources.get_source(conn, source_id=source.id)


def _was_collected(conn: Connection, source: SourceConnection) -> bool:
    newest = actor_runs.find_newest_succeeded(conn, source_id=source.id)
    return newest is not None or actor_runs.find_live(conn, source_id=source.id) is not None
