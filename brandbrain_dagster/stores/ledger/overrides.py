"""What people decided over the compiler's head: overridden and pinned fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

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
