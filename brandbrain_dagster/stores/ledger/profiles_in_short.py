"""What of a profile is shown beside the Today board, taken out of its snapshot by PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.stores.ledger.json_rows import json_list, json_object


class ServedPillar(msgspec.Struct, frozen=True, kw_only=True):
    """A theme of the profile; ``name`` is None where nothing supports one."""

    id: str
    name: str | None
    description: str | None
    share: float


class ServedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What of the newest snapshot is shown beside the board; None and empty where the profile has no value."""

    id: UUID
    created_at: datetime
    what_we_do: str | None
    who_for: str | None
    pillars: list[ServedPillar]
    tone_tags: list[str] | None
    taboos: list[str] | None
    cta_policy: str | None
    content_goal: str | None


def profile_in_short(newest: FromClause) -> ColumnElement[Any]:
    """Returns a row of snapshots as a `ServedProfile`, or null where there is none.

    The document is taken apart once: it is long, and each look into it would unpack the whole of it again.
    """
    names = ("positioning", "voice", "pillars", "constraints", "meta")
    parts = (
        func.jsonb_to_record(newest.c.snapshot_json)
        .table_valued(*(column(name, JSONB) for name in names), name="parts")
        .render_derived(with_types=True)
    )
    pillar = func.jsonb_array_elements(parts.c.pillars).table_valued(column("value", JSONB), name="pillar").lateral()
    found = pillar.c.value
    pillars = json_object(
        id=found["id"], name=found["name"]["value"], description=found["description"]["value"], share=found["share"]
    )
    profile = json_object(
        id=newest.c.id,
        created_at=newest.c.created_at,
        what_we_do=parts.c.positioning["what_we_do"]["value"],
        who_for=parts.c.positioning["who_for"]["value"],
        pillars=select(json_list(pillars)).scalar_subquery(),
        tone_tags=parts.c.voice["tone_tags"]["value"],
        taboos=parts.c.constraints["taboos"]["value"],
        cta_policy=parts.c.voice["cta_policy"]["value"],
        content_goal=parts.c.meta["content_goal"],
    )
    return select(profile).select_from(parts).where(newest.c.id.is_not(None)).correlate(newest).scalar_subquery()
