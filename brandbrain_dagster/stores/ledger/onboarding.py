"""The answers of a brand's onboarding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.stores.ledger.tables import brand_onboarding


@dataclass(frozen=True, kw_only=True)
class Onboarding:
    """The answers by question, and the highest tier (0, 1, 2) that is complete; ``updated_at`` None: never answered."""

    brand_id: UUID
    tier: int
    answers_json: Mapping[str, Any]
    updated_at: datetime | None


def get_onboarding(conn: Connection, *, brand_id: UUID) -> Onboarding:
    """Returns the brand's onboarding; before the first answer it is empty."""
    statement = select(brand_onboarding).where(brand_onboarding.c.brand_id == brand_id)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        return Onboarding(brand_id=brand_id, tier=0, answers_json={}, updated_at=None)
    return Onboarding(**row)


def upsert_onboarding(
    conn: Connection, *, brand_id: UUID, tier: int, answers_json: Mapping[str, Any], now: datetime
) -> Onboarding:
    """Replaces the brand's onboarding."""
    values = {"tier": tier, "answers_json": dict(answers_json), "updated_at": now}
    statement = (
        insert(brand_onboarding)
        .values(brand_id=brand_id, **values)
        .on_conflict_do_update(index_elements=[brand_onboarding.c.brand_id], set_=values)
        .returning(brand_onboarding)
    )
    return Onboarding(**conn.execute(statement).mappings().one())
