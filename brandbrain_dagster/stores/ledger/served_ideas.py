"""What is shown of a board: its ideas with the evidence that they cite, and the evidence of a brand counted."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    FromClause,
    Numeric,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
)

from brandbrain_dagster.domain.opportunities.board import EvidenceSummary
from brandbrain_dagster.domain.opportunities.evidence_preview import EvidencePreview
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.stores.ledger.board_tables import opportunity, opportunity_citation
from brandbrain_dagster.stores.ledger.json_rows import json_list, json_object
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import evidence_item


class ServedIdea(msgspec.Struct, frozen=True, kw_only=True):
    """An opportunity, and what it cites, in the order in which it does."""

    opportunity: Opportunity
    cited: list[EvidencePreview]


async def list_ideas(ledger: FetchesRows, *, board_id: UUID) -> list[ServedIdea]:
    """Returns all opportunities of a board."""
    return [_idea_decoder.decode(row["idea"]) for row in await ledger.fetch(_IDEAS, board_id=board_id)]


async def read_evidence_summary(ledger: FetchesRows, *, brand_id: UUID) -> EvidenceSummary:
    """Counts all evidence items that the brand has in the ledger."""
    (row,) = await ledger.fetch(_SUMMARY, of_brand_id=brand_id)
    return _summary_decoder.decode(row["summary"])


_idea_decoder = msgspec.json.Decoder(ServedIdea)
_summary_decoder = msgspec.json.Decoder(EvidenceSummary)


def idea_json(ideas: FromClause) -> ColumnElement[Any]:
    """Returns a row of opportunities as a `ServedIdea`."""
    cited = opportunity_citation.c
    items = (
        select(json_list(evidence_item.c.preview_json, cited.position))
        .join_from(opportunity_citation, evidence_item, evidence_item.c.id == cited.evidence_id)
        .where(cited.board_id == ideas.c.board_id, cited.opportunity_id == ideas.c.id)
        .correlate(ideas)
        .scalar_subquery()
    )
    return json_object(opportunity=ideas.c.opportunity_json, cited=items)


def _ideas() -> Select[Any]:
    return select(cast(idea_json(opportunity), Text).label("idea")).where(
        opportunity.c.board_id == bindparam("board_id", type_=Uuid())
    )


def _summary() -> Select[Any]:
    # An item is taken apart once: each look into it would unpack the whole of it again.
    of_item = (
        func.jsonb_to_record(evidence_item.c.item_json)
        .table_valued(
            column("text_primary", Text),
            column("text_secondary", Text),
            column("published_at", DateTime(timezone=True)),
            name="of_item",
        )
        .render_derived(with_types=True)
        .lateral("of_item")
    )
    texts = (func.btrim(text) for text in (of_item.c.text_primary, of_item.c.text_secondary))
    items = (
        select(
            evidence_item.c.preview_json["platform"].astext.label("platform"),
            (func.concat(*texts) != "").label("says_something"),
            evidence_item.c.preview_json["has_transcript"].astext.cast(Boolean).label("has_transcript"),
            of_item.c.published_at,
        )
        .select_from(evidence_item.join(of_item, true()))
        .where(evidence_item.c.brand_id == bindparam("of_brand_id", type_=Uuid()))
        .cte("items")
    )
    item = items.c
    by_platform = select(item.platform, func.count().label("count")).group_by(item.platform).subquery("by_platform").c
    platforms = select(
        func.coalesce(func.json_object_agg(by_platform.platform, by_platform.count), func.json_build_object())
    )
    with_transcript = func.count().filter(item.has_transcript)
    share = cast(with_transcript, Numeric) / func.nullif(func.count(), 0)
    summary = json_object(
        total_items=func.count(),
        platforms=platforms.scalar_subquery(),
        items_with_text=func.count().filter(item.says_something),
        items_with_transcript=with_transcript,
        transcript_coverage=func.coalesce(func.round(share, 6), 0),
        newest_published_at=func.max(item.published_at),
        oldest_published_at=func.min(item.published_at),
    )
    return select(cast(summary, Text).label("summary")).select_from(items)


_IDEAS = _ideas()
_SUMMARY = _summary()
