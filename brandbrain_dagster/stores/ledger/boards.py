"""Boards: written once with their opportunities and citations, found again, and what people decided since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, exists, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from brandbrain_dagster.domain.opportunities.board import Board
from brandbrain_dagster.domain.opportunities.decisions import Decision
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity
from brandbrain_dagster.stores.ledger.board_tables import (
    IS_READY_BOARD,
    opportunities_board,
    opportunity,
    opportunity_citation,
    opportunity_decision,
)
from brandbrain_dagster.stores.ledger.tables import evidence_item


@dataclass(frozen=True, kw_only=True)
class StoredBoard:
    """A board as it was written; ``timings_ms`` is by stage."""

    id: UUID
    brand_id: UUID
    generation_id: UUID
    snapshot_id: UUID
    board: Board
    timings_ms: Mapping[str, int]
    created_at: datetime


def insert_board(conn: Connection, stored: StoredBoard) -> None:
    """Writes a board, its opportunities in their order, and what they cite; all cited items must be in the ledger.

    Raises:
        IntegrityError: an opportunity cites an item that the brand does not have (when the transaction ends).
    """
    board = stored.board
    written = msgspec.to_builtins(board)
    ideas_json = written.pop("opportunities")
    conn.execute(
        insert(opportunities_board).values(
            id=stored.id,
            brand_id=stored.brand_id,
            generation_id=stored.generation_id,
            snapshot_id=stored.snapshot_id,
            state=board.state,
            ready_reason=board.ready_reason,
            opportunity_ids=[idea.id for idea in board.opportunities],
            board_json={**written, "timings_ms": dict(stored.timings_ms)},
            created_at=stored.created_at,
        )
    )
    if not board.opportunities:
        return
    own = {"board_id": stored.id, "brand_id": stored.brand_id}
    ideas = list(enumerate(zip(board.opportunities, ideas_json, strict=True)))
    conn.execute(
        insert(opportunity),
        [
            {**own, "id": idea.id, "position": position, "score": idea.score, "opportunity_json": idea_json}
            for position, (idea, idea_json) in ideas
        ],
    )
    conn.execute(
        insert(opportunity_citation),
        [
            {**own, "opportunity_id": idea.id, "position": position, "evidence_id": evidence_id}
            for _, (idea, _) in ideas
            for position, evidence_id in enumerate(idea.evidence_ids)
        ],
    )


def find_newest_board(conn: Connection, *, brand_id: UUID) -> StoredBoard | None:
    """Returns the board that was written last."""
    return _find(conn, opportunities_board.c.brand_id == brand_id)


def find_last_ready_board(conn: Connection, *, brand_id: UUID) -> StoredBoard | None:
    """Returns the ready board that was written last."""
    return _find(conn, (opportunities_board.c.brand_id == brand_id) & IS_READY_BOARD)


def list_opportunities(conn: Connection, *, brand_id: UUID, ids: Sequence[UUID]) -> list[Opportunity]:
    """Returns the brand's opportunities of these ids, each as the newest board that holds it has it."""
    statement = (
        select(opportunity.c.opportunity_json)
        .ext(distinct_on(opportunity.c.id))
        .join(opportunities_board, opportunities_board.c.id == opportunity.c.board_id)
        .where(opportunity.c.brand_id == brand_id, opportunity.c.id.in_(ids))
        .order_by(opportunity.c.id, opportunities_board.c.created_at.desc())
    )
    return [msgspec.convert(row, Opportunity) for row in conn.scalars(statement)]


def insert_decision(
    conn: Connection,
    *,
    decision_id: UUID,
    brand_id: UUID,
    opportunity_id: UUID,
    decision: Decision,
    reason: str | None,
    recorded_by: str,
) -> None:
    """Adds a decision; none is ever changed."""
    conn.execute(
        insert(opportunity_decision).values(
            id=decision_id,
            brand_id=brand_id,
            opportunity_id=opportunity_id,
            decision_type=decision.decision_type,
            reason=reason,
            snoozed_until=decision.snoozed_until,
            recorded_at=decision.recorded_at,
            recorded_by=recorded_by,
        )
    )


def list_decisions(conn: Connection, *, brand_id: UUID) -> dict[UUID, list[Decision]]:
    """Returns all decisions about the brand's opportunities, by opportunity and in the order they were made."""
    made = opportunity_decision.c
    statement = (
        select(made.opportunity_id, made.decision_type, made.snoozed_until, made.recorded_at)
        .where(made.brand_id == brand_id)
        .order_by(made.recorded_at, made.id)
    )
    decisions = defaultdict(list)
    for row in conn.execute(statement):
        decisions[row.opportunity_id].append(
            Decision(decision_type=row.decision_type, snoozed_until=row.snoozed_until, recorded_at=row.recorded_at)
        )
    return dict(decisions)


def has_opportunity(conn: Connection, *, brand_id: UUID, opportunity_id: UUID) -> bool:
    """Whether any board of the brand holds this idea."""
    statement = select(opportunity.c.id).where(opportunity.c.brand_id == brand_id, opportunity.c.id == opportunity_id)
    return conn.execute(statement.limit(1)).first() is not None


def list_dangling_ids(conn: Connection, *, board_id: UUID) -> list[UUID]:
    """Returns the ids that a board names and that are not there; the database should allow none."""
    board, idea, cited = opportunities_board.c, opportunity.c, opportunity_citation.c
    listed = select(func.unnest(board.opportunity_ids).label("id")).where(board.id == board_id).subquery()
    unlisted = select(listed.c.id).where(
        ~exists().where(idea.board_id == board_id, idea.id == listed.c.id),
    )
    uncited = select(cited.evidence_id).where(
        cited.board_id == board_id,
        ~exists().where(evidence_item.c.id == cited.evidence_id, evidence_item.c.brand_id == cited.brand_id),
    )
    return [*conn.scalars(unlisted), *conn.scalars(uncited)]


def _find(conn: Connection, is_meant: ColumnElement[bool]) -> StoredBoard | None:
    statement = select(opportunities_board).where(is_meant).order_by(opportunities_board.c.created_at.desc()).limit(1)
    row = conn.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    ideas = select(opportunity.c.opportunity_json).where(opportunity.c.board_id == row["id"])
    written = {**row["board_json"], "opportunities": list(conn.scalars(ideas.order_by(opportunity.c.position)))}
    return StoredBoard(
        id=row["id"],
        brand_id=row["brand_id"],
        generation_id=row["generation_id"],
        snapshot_id=row["snapshot_id"],
        board=msgspec.convert(written, Board),
        timings_ms=written["timings_ms"],
        created_at=row["created_at"],
    )
