"""The evidence that is shown beside the Today board: what its ideas cite, and all of it counted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.domain.opportunities.board import EvidenceSummary
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import evidence_item

SNIPPET_CHARACTERS = 200
"""The most that is shown of what an item says (opportunities)."""


async def list_cited_evidence(
    ledger: FetchesRows, *, brand_id: UUID, ids: Iterable[UUID]
) -> dict[UUID, asyncpg.Record]:
    """Returns those of the items that the brand has, by id: platform, canonical_url, author_ref, has_transcript, and
    in ``said`` the beginning of what it says, one character longer than a snippet may be.
    """
    rows = await ledger.fetch(_CITED, of_brand_id=brand_id, ids=list(ids))
    return {row["id"]: row for row in rows}


async def read_evidence_summary(ledger: FetchesRows, *, brand_id: UUID) -> EvidenceSummary:
    """Counts all evidence items that the brand has in the ledger."""
    (row,) = await ledger.fetch(_SUMMARY, of_brand_id=brand_id)
    return _decoder.decode(row["summary"])


_decoder = msgspec.json.Decoder(EvidenceSummary)

_TEXTS = ("platform", "canonical_url", "author_ref", "title", "text_primary", "text_secondary")
# An item is taken apart once: each look into it would unpack the whole of it again.
_parts = (
    func.jsonb_to_record(evidence_item.c.item_json)
    .table_valued(
        *(column(name, Text) for name in _TEXTS),
        column("published_at", DateTime(timezone=True)),
        column("flags", JSONB),
        name="parts",
    )
    .render_derived(with_types=True)
    .lateral("parts")
)
_has_transcript = func.coalesce(_parts.c.flags["has_transcript"].as_boolean(), literal(False))  # noqa: FBT003
_of_brand = (
    select(
        evidence_item.c.id,
        *(_parts.c[name] for name in _TEXTS),
        _parts.c.published_at,
        _has_transcript.label("has_transcript"),
    )
    .join(_parts, true())
    .where(evidence_item.c.brand_id == bindparam("of_brand_id", type_=Uuid()))
)


def _cited() -> Select[Any]:
    is_asked_for = evidence_item.c.id == bindparam("ids", type_=ARRAY(Uuid())).any_()
    found = _of_brand.where(is_asked_for).subquery("found")
    texts = (found.c.text_primary, found.c.title, found.c.text_secondary)
    said = func.coalesce(*(func.nullif(func.btrim(text), "") for text in texts), "")
    return select(
        found.c.id,
        found.c.platform,
        found.c.canonical_url,
        found.c.author_ref,
        found.c.has_transcript,
        func.left(said, literal(SNIPPET_CHARACTERS + 1, Integer)).label("said"),
    )


def _summary() -> Select[Any]:
    items = _of_brand.cte("item")
    item = items.c
    by_platform = select(item.platform, func.count().label("count")).group_by(item.platform).subquery("by_platform").c
    platforms = select(
        func.coalesce(func.json_object_agg(by_platform.platform, by_platform.count), func.json_build_object())
    )
    says_something = func.concat(func.btrim(item.text_primary), func.btrim(item.text_secondary)) != ""
    with_transcript = func.count().filter(item.has_transcript)
    summary = func.json_build_object(
        "total_items",
        func.count(),
        "platforms",
        platforms.scalar_subquery(),
        "items_with_text",
        func.count().filter(says_something),
        "items_with_transcript",
        with_transcript,
        "transcript_coverage",
        func.coalesce(func.round(cast(with_transcript, Numeric) / func.nullif(func.count(), 0), 6), 0),
        "newest_published_at",
        func.max(item.published_at),
        "oldest_published_at",
        func.min(item.published_at),
    )
    return select(cast(summary, Text).label("summary")).select_from(items)


_CITED = _cited()
_SUMMARY = _summary()
