"""What the Today board is answered from, gathered into JSON by PostgreSQL in one query."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, Text, case, cast, false, func, select, true
from sqlalchemy import literal_column as literal
from sqlalchemy.sql.selectable import LateralFromClause

from brandbrain_dagster.domain.opportunities.arrangement import MOST_SHOWN
from brandbrain_dagster.domain.opportunities.board import BoardState, EvidenceShortfall, EvidenceSummary, ReadyReason
from brandbrain_dagster.domain.opportunities.board_reading import LiveGeneration
from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.stores.ledger.board_tables import (
    IS_LIVE_GENERATION,
    IS_READY_BOARD,
    board_generation,
    opportunities_board,
    opportunity,
    opportunity_decision,
)
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.columns import one_of
from brandbrain_dagster.stores.ledger.json_rows import json_list, json_object, json_row, json_values
from brandbrain_dagster.stores.ledger.profiles_in_short import ServedProfile, profile_in_short
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.served_ideas import ServedIdea, idea_json
from brandbrain_dagster.stores.ledger.tables import brand, snapshot


class ServedFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What a board says about itself: see `domain.opportunities.board.Board`."""

    evidence_summary: EvidenceSummary | None
    gate_config_version: str
    evidence_shortfall: EvidenceShortfall | None
    reason: str | None
    remediation: str | None
    total_candidates: int | None
    notes: tuple[str, ...]
    source: str | None
    timings_ms: Mapping[str, int]


class ServedBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A stored board without its opportunities."""

    id: UUID
    state: BoardState
    ready_reason: ReadyReason | None
    board_json: ServedFindings
    created_at: datetime


class ServedDecision(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A decision about one of the opportunities."""

    opportunity_id: UUID
    decision_type: DecisionType
    snoozed_until: datetime | None
    recorded_at: datetime


class TodayFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a brand stands.

    ``shown`` is the ready board that was written last, ``newer`` the board that was written last where that is another.
    ``newer_snapshot_at`` is when the first snapshot after that of ``shown`` was made, ``newer_board_at`` when the first
    board after it was written. ``shown`` has ``idea_count`` ideas, ``dangling_id`` is one that it names and that is
    not there; ``decisions`` are about them in the order in which they were made. ``likely`` are the ideas that are
    shown most likely, at most as many as there is room for.
    """

    brand_name: str
    profile: ServedProfile | None
    live: LiveGeneration | None
    shown: ServedBoard | None
    newer: ServedBoard | None
    newer_snapshot_at: datetime | None
    newer_board_at: datetime | None
    idea_count: int
    dangling_id: UUID | None
    likely: list[ServedIdea]
    decisions: list[ServedDecision]


async def find_today_facts(ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope) -> TodayFacts:
    """Returns where the brand stands.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_FACTS, **scope.parameters(brand_id))
    if not rows:
        raise absent_brand()
    return _facts_decoder.decode(rows[0]["facts"])


_facts_decoder = msgspec.json.Decoder(TodayFacts)
_Any = ColumnElement[Any]


def _first_of(rows: Select[Any], name: str) -> LateralFromClause:
    return rows.limit(literal("1")).correlate(brand).lateral(name)


def _board_of(found: LateralFromClause) -> _Any:
    return json_object(**{name: found.c[name] for name in ServedBoard.__struct_fields__})


def _made_about(shown: LateralFromClause) -> LateralFromClause:
    """The decisions about the ideas of a board."""
    made = opportunity_decision.c
    decision = json_values(opportunity_decision, ServedDecision.__struct_fields__)
    is_pin = one_of(made.decision_type, [DecisionType.PINNED])
    hides = one_of(made.decision_type, [DecisionType.SNOOZED, DecisionType.IGNORED])
    return (
        select(
            json_list(decision, made.recorded_at, made.id).label("listed"),
            func.array_agg(made.opportunity_id).filter(is_pin).label("once_pinned"),
            func.array_agg(made.opportunity_id).filter(hides).label("once_hidden"),
        )
        .where(made.brand_id == brand.c.id, made.opportunity_id == shown.c.opportunity_ids.any_())
        .correlate(brand, shown)
        .lateral("decided")
    )


def _ideas_of(shown: LateralFromClause) -> LateralFromClause:
    return select(func.count().label("count")).where(_is_of(shown)).correlate(shown).lateral("kept")


def _dangling(shown: LateralFromClause, ideas: LateralFromClause) -> _Any:
    named = func.unnest(shown.c.opportunity_ids).column_valued("named")
    there = select(opportunity.c.id).where(_is_of(shown)).correlate(shown)
    missing = select(named).where(named.not_in(there)).limit(literal("1")).correlate(shown)
    return case((ideas.c.count != func.cardinality(shown.c.opportunity_ids), missing.scalar_subquery()))


def _is_of(shown: LateralFromClause) -> _Any:
    return opportunity.c.board_id == shown.c.id


def _likely_of(shown: LateralFromClause, decided: LateralFromClause) -> _Any:
    """Those that were ever pinned, then the best of those that were never snoozed or ignored."""
    idea = opportunity.c
    is_pinned, is_hidden = (
        func.coalesce(idea.id == ids.any_(), false()) for ids in (decided.c.once_pinned, decided.c.once_hidden)
    )
    likely = (
        select(opportunity)
        .where(_is_of(shown), ~is_hidden)
        .order_by(is_pinned.desc(), idea.score.desc(), idea.id)
        .limit(literal(str(MOST_SHOWN)))
        .correlate(shown, decided)
        .subquery("likely")
    )
    return select(json_list(idea_json(likely))).correlate(shown, decided).scalar_subquery()


def _facts() -> Select[Any]:
    boards = select(opportunities_board).where(opportunities_board.c.brand_id == brand.c.id)
    snapshots = select(snapshot).where(snapshot.c.brand_id == brand.c.id)
    last_first = opportunities_board.c.created_at.desc()
    newest = _first_of(boards.order_by(last_first), "newest")
    shown = _first_of(boards.where(IS_READY_BOARD).order_by(last_first), "shown")
    newest_snapshot = _first_of(snapshots.order_by(snapshot.c.version.desc()), "newest_snapshot")

    live = select(board_generation).where(board_generation.c.brand_id == brand.c.id, IS_LIVE_GENERATION)
    of_shown = select(snapshot.c.version).where(snapshot.c.id == shown.c.snapshot_id).correlate(shown)
    newer_snapshot = (
        select(snapshot.c.created_at)
        .where(snapshot.c.brand_id == brand.c.id, snapshot.c.version > of_shown.scalar_subquery())
        .order_by(snapshot.c.version)
        .limit(literal("1"))
    )
    newer_board = (
        select(opportunities_board.c.created_at)
        .where(opportunities_board.c.brand_id == brand.c.id, opportunities_board.c.created_at > shown.c.created_at)
        .order_by(opportunities_board.c.created_at)
        .limit(literal("1"))
    )
    decided, ideas = _made_about(shown), _ideas_of(shown)
    facts = json_object(
        brand_name=brand.c.name,
        profile=profile_in_short(newest_snapshot),
        live=json_row(live.correlate(brand), "live"),
        shown=case((shown.c.id.is_not(None), _board_of(shown))),
        newer=case((newest.c.id.is_distinct_from(shown.c.id), _board_of(newest))),
        newer_snapshot_at=newer_snapshot.correlate(brand, shown).scalar_subquery(),
        newer_board_at=newer_board.correlate(brand, shown).scalar_subquery(),
        idea_count=ideas.c.count,
        dangling_id=_dangling(shown, ideas),
        likely=_likely_of(shown, decided),
        decisions=decided.c.listed,
    )
    joined: FromClause = brand
    for found in (newest, shown, newest_snapshot, decided, ideas):
        joined = joined.outerjoin(found, true())
    return select(cast(facts, Text).label("facts")).select_from(joined).where(IS_VISIBLE_BRAND)


_FACTS = _facts()
