"""What the Today board is answered from, gathered into JSON by PostgreSQL in one query."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, case, cast, column, func, select, true
from sqlalchemy import literal_column as literal
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause

from brandbrain_dagster.domain.opportunities.arrangement import MOST_SHOWN
from brandbrain_dagster.domain.opportunities.board import BoardState, EvidenceShortfall, EvidenceSummary, ReadyReason
from brandbrain_dagster.domain.opportunities.board_reading import LiveGeneration
from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.domain.opportunities.opportunity import OpportunityType
from brandbrain_dagster.stores.ledger.board_tables import (
    IS_LIVE_GENERATION,
    IS_READY_BOARD,
    board_generation,
    opportunities_board,
    opportunity,
    opportunity_decision,
)
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
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
    opportunity_ids: list[UUID]
    board_json: ServedFindings
    created_at: datetime


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


class ServedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about one of the opportunities."""

    opportunity_id: UUID
    decision_type: DecisionType
    snoozed_until: datetime | None
    recorded_at: datetime


class RankedIdea(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """As much of an opportunity as says where it comes."""

    id: UUID
    score: int
    type: OpportunityType
    pillar_id: str | None


class TodayFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Where a brand stands.

    ``shown`` is the ready board that was written last, ``newer`` the board that was written last where that is another.
    ``newer_snapshot_at`` is when the first snapshot after that of ``shown`` was made, ``newer_board_at`` when the first
    board after it was written. ``ideas`` are those of ``shown`` in their order, ``decisions`` are about them in the
    order in which they were made. ``likely`` are those ideas in full that are most likely shown.
    """

    brand_name: str
    profile: ServedProfile | None
    live: LiveGeneration | None
    shown: ServedBoard | None
    newer: ServedBoard | None
    newer_snapshot_at: datetime | None
    newer_board_at: datetime | None
    ideas: list[RankedIdea]
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


_LIKELY = MOST_SHOWN + 2
"""Two of the best may be snoozed or ignored before the rest has to be asked for."""

_facts_decoder = msgspec.json.Decoder(TodayFacts)
_Any = ColumnElement[Any]


def _object(**values: _Any) -> _Any:
    """The names are part of the statement: as parameters, all of them would be sent with every request."""
    return func.json_build_object(*(part for name, value in values.items() for part in (literal(f"'{name}'"), value)))


def _row_of(rows: Select[Any], name: str) -> _Any:
    """The one row of a query as an object, or null."""
    return select(func.to_json(rows.subquery(name).table_valued())).scalar_subquery()


def _first_of(rows: Select[Any], name: str) -> LateralFromClause:
    return rows.limit(literal("1")).correlate(brand).lateral(name)


def _all_of(values: _Any, *order: _Any) -> _Any:
    """The values of many rows in an order, as a list."""
    return func.coalesce(func.json_agg(aggregate_order_by(values, *order)), func.json_build_array())


def _profile_of(newest: LateralFromClause) -> _Any:
    """The document is taken apart once: it is long, and each look into it would unpack the whole of it again."""
    names = ("positioning", "voice", "pillars", "constraints", "meta")
    parts = (
        func.jsonb_to_record(newest.c.snapshot_json)
        .table_valued(*(column(name, JSONB) for name in names), name="parts")
        .render_derived(with_types=True)
    )
    pillar = func.jsonb_array_elements(parts.c.pillars).table_valued(column("value", JSONB), name="pillar").lateral()
    found = pillar.c.value
    pillars = select(
        func.json_agg(
            _object(
                id=found["id"],
                name=found["name"]["value"],
                description=found["description"]["value"],
                share=found["share"],
            )
        )
    )
    profile = _object(
        id=newest.c.id,
        created_at=newest.c.created_at,
        what_we_do=parts.c.positioning["what_we_do"]["value"],
        who_for=parts.c.positioning["who_for"]["value"],
        pillars=func.coalesce(pillars.scalar_subquery(), func.json_build_array()),
        tone_tags=parts.c.voice["tone_tags"]["value"],
        taboos=parts.c.constraints["taboos"]["value"],
        cta_policy=parts.c.voice["cta_policy"]["value"],
        content_goal=parts.c.meta["content_goal"],
    )
    return select(profile).select_from(parts).where(newest.c.id.is_not(None)).correlate(newest).scalar_subquery()


def _likely_of(shown: LateralFromClause) -> _Any:
    made = opportunity_decision.c
    pinned = select(made.opportunity_id).where(
        made.brand_id == brand.c.id, made.decision_type == literal(f"'{DecisionType.PINNED}'")
    )
    likely = (
        select(opportunity)
        .where(opportunity.c.board_id == shown.c.id)
        .order_by(opportunity.c.id.in_(pinned.correlate(brand)).desc(), opportunity.c.score.desc(), opportunity.c.id)
        .limit(literal(str(_LIKELY)))
        .correlate(brand, shown)
        .subquery("likely")
    )
    in_full = select(func.coalesce(func.json_agg(idea_json(likely)), func.json_build_array()))
    return in_full.correlate(brand, shown).scalar_subquery()


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
    written = opportunity.c.opportunity_json
    ranked = _object(
        id=opportunity.c.id, score=opportunity.c.score, type=written["type"], pillar_id=written["pillar_id"]
    )
    ideas = select(_all_of(ranked, opportunity.c.position)).where(opportunity.c.board_id == shown.c.id)
    made = opportunity_decision.c
    decisions = select(_all_of(func.to_json(opportunity_decision.table_valued()), made.recorded_at, made.id)).where(
        made.brand_id == brand.c.id, made.opportunity_id == shown.c.opportunity_ids.any_()
    )
    facts = _object(
        brand_name=brand.c.name,
        profile=_profile_of(newest_snapshot),
        live=_row_of(live.correlate(brand), "live"),
        shown=case((shown.c.id.is_not(None), func.to_json(shown.table_valued()))),
        newer=case((newest.c.id.is_distinct_from(shown.c.id), func.to_json(newest.table_valued()))),
        newer_snapshot_at=newer_snapshot.correlate(brand, shown).scalar_subquery(),
        newer_board_at=newer_board.correlate(brand, shown).scalar_subquery(),
        ideas=ideas.correlate(shown).scalar_subquery(),
        likely=_likely_of(shown),
        decisions=decisions.correlate(brand, shown).scalar_subquery(),
    )
    joined = brand.outerjoin(newest, true()).outerjoin(shown, true()).outerjoin(newest_snapshot, true())
    return select(cast(facts, Text).label("facts")).select_from(joined).where(IS_VISIBLE_BRAND)


_FACTS = _facts()
