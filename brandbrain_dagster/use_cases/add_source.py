"""Adding a source to a brand; adding it again changes nothing."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.platforms.registry import find_capability
from brandbrain_dagster.domain.platforms.web import normalize_web_identifier
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger import sources
from brandbrain_dagster.use_cases.answer_onboarding import write_key_pages_through


def add_source(
    conn: Connection,
    *,
    brand_id: UUID,
    platform: str,
    capability: str,
    identifier: str,
    settings_json: Mapping[str, Any],
    source_id: UUID,
    now: datetime,
) -> tuple[SourceConnection, bool]:
    """Adds a source under its normalized identifier; returns it, and False when it was there already.

    Raises:
        UnknownCapabilityError: there is no such capability.
        InvalidIdentifierError: the identifier names no profile, channel or site of the platform.
        InvalidInputError: a setting has a wrong value.
    """
    entry = find_capability(platform, capability)
    check_settings(settings_json)
    source, is_created = sources.insert_source(
        conn,
        source_id=source_id,
        brand_id=brand_id,
        platform=entry.platform,
        capability=entry.name,
        identifier=entry.normalize_identifier(identifier),
        settings_json=settings_json,
        now=now,
    )
    write_key_pages_through(conn, brand_id=brand_id, now=now)
    return sources.get_source(conn, source_id=source.id), is_created


def check_settings(settings_json: Mapping[str, Any]) -> None:
    """Checks the settings of a source; unknown ones are kept and ignored.

    Raises:
        InvalidInputError: a setting has a wrong value.
        InvalidIdentifierError: a start URL is not that of a public web site.
    """
    cap = settings_json.get("cap")
    if cap is not None and (type(cap) is not int or cap < 1):
        raise InvalidInputError(f"The setting cap is {cap!r}; give a whole number above zero.")
    ttl_hours = settings_json.get("ttl_hours")
    if ttl_hours is not None and not _is_hours(ttl_hours):
        raise InvalidInputError(f"The setting ttl_hours is {ttl_hours!r}; give a number of hours, zero or more.")
    start_urls = settings_json.get("extra_start_urls", [])
    if not isinstance(start_urls, list) or not all(isinstance(url, str) for url in start_urls):
        raise InvalidInputError("The setting extra_start_urls must be a list of addresses.")
    for url in start_urls:
        normalize_web_identifier(url)


def _is_hours(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
