"""The Today board as it is read, and the wish for a new one: a look enqueues nothing but a brand's first board."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.opportunities.arrangement import arrange, is_settled
from brandbrain_dagster.domain.opportunities.board import EvidenceSummary
from brandbrain_dagster.domain.opportunities.board_reading import (
    LiveGeneration,
    NewestBoard,
    ReadState,
    ReadyBoard,
    read_state,
)
from brandbrain_dagster.domain.opportunities.decisions import Decision, Standing, standing_after
from brandbrain_dagster.domain.opportunities.evidence_preview import EvidencePreview
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.errors import CheckFailedError
from brandbrain_dagster.stores.ledger.board_generations import enqueue_generation_query
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.brand_scope import BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.profiles_in_short import ServedProfile
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.served_boards import (
    ServedBoard,
    ServedDecision,
    TodayFacts,
    find_today_facts,
)
from brandbrain_dagster.stores.ledger.served_ideas import list_ideas, read_evidence_summary

_UNDECIDED = Standing()


@dataclass(frozen=True, kw_only=True)
class EnqueuingRules:
    """What asking for a generation goes by: a first board needs ``min_items`` evidence items in the ledger."""

    min_items: int
    max_attempts: int


@dataclass(frozen=True, kw_only=True)
class ShownOpportunity:
    """An opportunity with what people decided about it, and what it cites."""

    opportunity: Opportunity
    standing: Standing
    evidence_preview: tuple[EvidencePreview, ...]


@dataclass(frozen=True, kw_only=True)
class Today:
    """What a reader of the board gets.

    ``told_by`` is the board whose findings hold, ``shown_from`` the one that the opportunities are of; ``delivery`` are
    sentences about what is left out of it.
    """

    brand_id: UUID
    brand_name: str
    profile: ServedProfile | None
    state: ReadState
    told_by: ServedBoard | None
    shown_from: ServedBoard | None
    opportunities: tuple[ShownOpportunity, ...]
    evidence_summary: EvidenceSummary
    delivery: tuple[str, ...]


async def read_today(ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope, now: datetime) -> Today:
    """Reads the board of a brand; nothing is written.

    Raises:
        NotFoundError: there is no such brand within the scope.
        CheckFailedError: the board names an opportunity or an item that is not there; the text names it.
    """
    facts = await find_today_facts(ledger, brand_id=brand_id, scope=scope)
    return await _today(ledger, facts, brand_id=brand_id, now=now)


async def open_today(
    ledger: FetchesRows,
    *,
    brand_id: UUID,
    scope: BrandScope,
    rules: EnqueuingRules,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Today:
    """Reads the board of a brand; where there never was one and one can be made, it is asked for.

    Raises:
        NotFoundError, CheckFailedError: as `read_today`.
    """
    facts = await find_today_facts(ledger, brand_id=brand_id, scope=scope)
    if facts.live or facts.shown or facts.newer or facts.profile is None:
        return await _today(ledger, facts, brand_id=brand_id, now=now)
    counted = await read_evidence_summary(ledger, brand_id=brand_id)
    if counted.total_items >= rules.min_items:
        query = enqueue_generation_query(
            generation_id=(job_id := new_id()),
            brand_id=brand_id,
            requested_by=RequestedBy.FIRST_RUN,
            max_attempts=rules.max_attempts,
            now=now,
        )
        if await ledger.fetch(query.statement, **query.parameters):
            facts = msgspec.structs.replace(facts, live=_waiting(job_id, now))
        else:  # somebody else was faster
            facts = await find_today_facts(ledger, brand_id=brand_id, scope=scope)
    return await _today(ledger, facts, brand_id=brand_id, now=now, counted=counted)


async def request_board(
    ledger: FetchesRows,
    *,
    brand_id: UUID,
    scope: BrandScope,
    max_attempts: int,
    now: datetime,
    new_id: Callable[[], UUID],
) -> UUID | None:
    """Asks for a new board; returns the generation, or the live one there is, or None without a snapshot to make it of.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    while True:
        facts = await find_today_facts(ledger, brand_id=brand_id, scope=scope)
        if facts.live is not None:
            return facts.live.id
        if facts.profile is None:
            return None
        query = enqueue_generation_query(
            generation_id=(job_id := new_id()),
            brand_id=brand_id,
            requested_by=RequestedBy.REGENERATE,
            max_attempts=max_attempts,
            now=now,
        )
        if await ledger.fetch(query.statement, **query.parameters):
            return job_id


def _waiting(job_id: UUID, now: datetime) -> LiveGeneration:
    return LiveGeneration(id=job_id, stage=None, available_at=now, lease_expires_at=None)


async def _today(
    ledger: FetchesRows, facts: TodayFacts, *, brand_id: UUID, now: datetime, counted: EvidenceSummary | None = None
) -> Today:
    state = _state(facts, now)
    boards = {board.id: board for board in (facts.shown, facts.newer) if board is not None}
    told_by, shown_from = (boards.get(board_id) if board_id else None for board_id in (state.told_by, state.shown_from))
    summaries = (board.board_json.evidence_summary for board in (told_by, shown_from) if board is not None)
    summary = next((found for found in summaries if found is not None), counted)
    standing = _standing(facts.decisions)
    hidden = sum(not stands.is_shown(now) for stands in standing.values())
    return Today(
        brand_id=brand_id,
        brand_name=facts.brand_name,
        profile=facts.profile,
        state=state,
        told_by=told_by,
        shown_from=shown_from,
        opportunities=await _shown(ledger, facts, standing, now),
        evidence_summary=summary or await read_evidence_summary(ledger, brand_id=brand_id),
        delivery=_delivery(facts.idea_count, hidden),
    )


def _state(facts: TodayFacts, now: datetime) -> ReadState:
    shown, newest = facts.shown, facts.newer or facts.shown
    return read_state(
        live=facts.live,
        newest=NewestBoard(id=newest.id, state=newest.state, reason=newest.board_json.reason) if newest else None,
        last_ready=ReadyBoard(
            id=shown.id, newer_snapshot_at=facts.newer_snapshot_at, newer_board_at=facts.newer_board_at
        )
        if shown
        else None,
        now=now,
    )


def _standing(decisions: Iterable[ServedDecision]) -> dict[UUID, Standing]:
    """What stands, by opportunity; decisions come in the order in which they were made."""
    made: dict[UUID, list[Decision]] = {}
    for decision in decisions:
        made.setdefault(decision.opportunity_id, []).append(
            Decision(
                decision_type=decision.decision_type,
                snoozed_until=decision.snoozed_until,
                recorded_at=decision.recorded_at,
            )
        )
    return {opportunity_id: standing_after(found) for opportunity_id, found in made.items()}


def _delivery(kept: int, hidden: int) -> tuple[str, ...]:
    if hidden == 0:
        return ()
    which = "All ideas" if hidden == kept else f"{hidden} of {kept} ideas"
    return (f"{which} of this board are left out here: people snoozed or ignored them.",)


async def _shown(
    ledger: FetchesRows, facts: TodayFacts, standing: dict[UUID, Standing], now: datetime
) -> tuple[ShownOpportunity, ...]:
    if facts.shown is None:
        return ()
    board = facts.shown
    if facts.dangling_id is not None:
        raise _dangling(board, "opportunity", facts.dangling_id)
    likely = [idea.opportunity for idea in facts.likely]
    ideas = facts.likely
    if not is_settled(likely, standing, now, idea_count=facts.idea_count):
        ideas = await list_ideas(ledger, board_id=board.id)
        if not ideas:  # a board stays as long as the brand
            raise absent_brand()
    cited = {idea.opportunity.id: idea.cited for idea in ideas}
    shown = arrange((idea.opportunity for idea in ideas), standing, now)
    for idea in shown:
        if missing := {*idea.evidence_ids} - {item.id for item in cited[idea.id]}:
            raise _dangling(board, "evidence item", min(missing))
    return tuple(
        ShownOpportunity(
            opportunity=idea,
            standing=standing.get(idea.id, _UNDECIDED),
            evidence_preview=tuple(cited[idea.id]),
        )
        for idea in shown
    )


def _dangling(board: ServedBoard, noun: str, missing: UUID) -> CheckFailedError:
    return CheckFailedError(
        f"The board {board.id} names the {noun} {missing}, which is not there; generate a new board."
    )
