"""What is shown of a board: its ideas with the evidence that they cite, and the evidence of a brand counted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
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
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from brandbrain_dagster.domain.opportunities.board import EvidenceSummary
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.stores.ledger.board_tables import opportunity, opportunity_citation
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import evidence_item

SNIPPET_CHARACTERS = 200
"""The most that is shown of what an item says (opportunities)."""


class CitedItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A cited item in short; ``said`` is one character longer than a snippet may be, where the item says as much."""

    id: UUID
    platform: str
    canonical_url: str
    author_ref: str | None
    said: str
    has_transcript: bool


class ServedIdea(msgspec.Struct, frozen=True, kw_only=True):
    """An opportunity, and what it cites, in the order in which it does."""

    opportunity: Opportunity
    cited: list[CitedItem]


async def list_shown_ideas(ledger: FetchesRows, *, board_id: UUID, ids: Iterable[UUID]) -> dict[UUID, ServedIdea]:
    """Returns those of the opportunities that the board has, by id."""
    rows = await ledger.fetch(_IDEAS, board_id=board_id, ids=list(ids))
    return {row["id"]: _idea_decoder.decode(row["idea"]) for row in rows}


async def read_evidence_summary(ledger: FetchesRows, *, brand_id: UUID) -> EvidenceSummary:
    """Counts all evidence items that the brand has in the ledger."""
    (row,) = await ledger.fetch(_SUMMARY, of_brand_id=brand_id)
    return _summary_decoder.decode(row["summary"])


_idea_decoder = msgspec.json.Decoder(ServedIdea)
_summary_decoder = msgspec.json.Decoder(EvidenceSummary)

_TEXTS = ("platform", "canonical_url", "author_ref", "title", "text_primary", "text_secondary")
# An item is taken apart once: each look into it would unpack the whole of it again.
_item = (
    func.jsonb_to_record(evidence_item.c.item_json)
    .table_valued(
        *(column(name, Text) for name in _TEXTS),
        column("published_at", DateTime(timezone=True)),
        column("flags", JSONB),
        name="item",
    )
    .render_derived(with_types=True)
    .lateral("item")
)
_has_transcript = func.coalesce(_item.c.flags["has_transcript"].as_boolean(), literal(False))  # noqa: FBT003


def idea_json(ideas: FromClause) -> ColumnElement[Any]:
    """Returns a row of opportunities as a `ServedIdea`."""
    cited = opportunity_citation.c
    texts = (_item.c.text_primary, _item.c.title, _item.c.text_secondary)
    said = func.coalesce(*(func.nullif(func.btrim(text), "") for text in texts), "")
    in_short = func.json_build_object(
        "id",
        evidence_item.c.id,
        "platform",
        _item.c.platform,
        "canonical_url",
        _item.c.canonical_url,
        "author_ref",
        _item.c.author_ref,
        "said",
        func.left(said, literal(SNIPPET_CHARACTERS + 1, Integer)),
        "has_transcript",
        _has_transcript,
    )
    items = (
        select(func.coalesce(func.json_agg(aggregate_order_by(in_short, cited.position)), func.json_build_array()))
        .join_from(opportunity_citation, evidence_item, evidence_item.c.id == cited.evidence_id)
        .join(_item, true())
        .where(cited.board_id == ideas.c.board_id, cited.opportunity_id == ideas.c.id)
        .correlate(ideas)
        .scalar_subquery()
    )
    return func.json_build_object("opportunity", ideas.c.opportunity_json, "cited", items)


def _ideas() -> Select[Any]:
    return select(opportunity.c.id, cast(idea_json(opportunity), Text).label("idea")).where(
        opportunity.c.board_id == bindparam("board_id", type_=Uuid()),
        opportunity.c.id == bindparam("ids", type_=ARRAY(Uuid())).any_(),
    )


def _summary() -> Select[Any]:
    items = (
        select(*_item.c, _has_transcript.label("has_transcript"))
        .select_from(evidence_item.join(_item, true()))
        .where(evidence_item.c.brand_id == bindparam("of_brand_id", type_=Uuid()))
        .cte("items")
    )
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


_IDEAS = _ideas()
_SUMMARY = _summary()
