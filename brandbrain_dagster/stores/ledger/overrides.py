"""What people decided over the compiler's head: overridden and pinned fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert

from brandbrain_dagster.stores.ledger.tables import brand_overrides


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Values by path, the pinned paths and their values; ``updated_at`` None: nothing was ever decided."""

    brand_id: UUID
    overrides_json: Mapping[str, Any]
    pinned_paths: tuple[str, ...]
    pinned_values_json: Mapping[str, Any]
    updated_at: datetime | None


def get_overrides(conn: Connection, *, brand_id: UUID) -> Overrides:
    """Returns the brand's overrides; before the first one they are empty."""
    statement = select(brand_overrides).where(brand_overrides.c.brand_id == brand_id)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        return Overrides(brand_id=brand_id, overrides_json={}, pinned_paths=(), pinned_values_json={}, updated_at=None)
    return Overrides(**{**row, "pinned_paths": tuple(row["pinned_paths"])})


def keep_pinned_values(conn: Connection, *, brand_id: UUID, values: Mapping[str, Any]) -> None:
    """Keeps values for paths that are pinned now and have none kept yet; this is no edit of the brand's inputs."""
    conn.execute(_KEEP_PINNED, {"of_brand_id": brand_id, "given": dict(values)})


_KEEP_PINNED = text(
    """
    UPDATE brand_overrides SET pinned_values_json = pinned_values_json || (
        SELECT coalesce(jsonb_object_agg(given.key, given.value), '{}')
        FROM jsonb_each(:given) AS given
        WHERE given.key = ANY (pinned_paths) AND NOT jsonb_exists(pinned_values_json, given.key)
    ) WHERE brand_id = :of_brand_id
    """
).bindparams(bindparam("of_brand_id", type_=Uuid()), bindparam("given", type_=JSONB()))


def upsert_overrides(
    conn: Connection,
    *,
    brand_id: UUID,
    overrides_json: Mapping[str, Any],
    pinned_paths: Sequence[str],
    pinned_values_json: Mapping[str, Any],
    now: datetime,
) -> Overrides:
    """Replaces the brand's overrides; lock the brand first when the new ones are made from the old."""
    values = {
        "overrides_json": dict(overrides_json),
        "pinned_paths": list(pinned_paths),
        "pinned_values_json": dict(pinned_values_json),
        "updated_at": now,
    }
    statement = (
        insert(brand_overrides)
        .values(brand_id=brand_id, **values)
        .on_conflict_do_update(index_elements=[brand_overrides.c.brand_id], set_=values)
        .returning(brand_overrides)
    )
    row = conn.execute(statement).mappings().one()
    return Overrides(**{**row, "pinned_paths": tuple(row["pinned_paths"])})
