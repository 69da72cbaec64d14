"""Boards as a generation leaves them, with as much evidence and as many ideas as a test is about."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from brandbrain_dagster.domain.evidence.evidence_item import Flags
from brandbrain_dagster.domain.normalization.served_item import served_json
from brandbrain_dagster.domain.opportunities.board import Board, BoardState, EvidenceSummary, ReadyReason
from brandbrain_dagster.domain.opportunities.opportunity import (
    Channel,
    Opportunity,
    OpportunityType,
    ScoreBreakdown,
    opportunity_id,
)
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration, insert_generation
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard, insert_board
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.evidence_items import upsert_evidence_items
from tests.fakes.evidence_items import make_item
from tests.stores.ledger_rows import LEASE_SECONDS, NOW

SUMMARY = EvidenceSummary(
    total_items=9,
    platforms={"instagram": 6, "tiktok": 3},
    items_with_text=8,
    items_with_transcript=3,
    transcript_coverage=0.333333,
    newest_published_at=NOW - timedelta(hours=6),
    oldest_published_at=NOW - timedelta(days=10),
)


def add_evidence(conn: Connection, brand: Brand, count: int = 1, **fields: Any) -> list[UUID]:
    """Adds items to what is served of a brand."""
    ids = [uuid4() for _ in range(count)]
    values: dict[str, Any] = {"text": "We roast on Tuesdays.", "flags": Flags(has_transcript=True)} | fields
    items = [make_item(str(item_id), brand_id=str(brand.id), **values) for item_id in ids]
    written = [(UUID(item.id), item.content_hash, served_json(item)) for item in items]
    upsert_evidence_items(conn, brand_id=brand.id, items=written, now=NOW)
    return ids


def make_idea(brand: Brand, title: str, evidence_ids: Iterable[UUID], **fields: Any) -> Opportunity:
    values: dict[str, Any] = {
        "id": opportunity_id(brand.id, title),
        "title": title,
        "angle": "Show how the beans are chosen.",
        "why_now": "3 posts on it in 10 days had twice the usual comments.",
        "type": OpportunityType.TREND,
        "primary_channel": Channel.INSTAGRAM,
        "suggested_channels": (Channel.INSTAGRAM, Channel.TIKTOK),
        "score": 70,
        "score_breakdown": ScoreBreakdown(
            clarity=3, strategic_fit=3, timeliness=2, differentiation=3, execution_readiness=3
        ),
        "score_explanation": "Clear and on theme.",
        "pillar_id": "pillar-1",
        "persona": "People who brew at home",
        "evidence_ids": tuple(evidence_ids),
    }
    return Opportunity(**(values | fields))


def make_board(ideas: Sequence[Opportunity] = (), **fields: Any) -> Board:
    """Makes a ready board of the ideas, or one without any that says why."""
    reason = ReadyReason.GENERATED if ideas else ReadyReason.NO_VALID_CANDIDATES
    values: dict[str, Any] = {
        "state": BoardState.READY,
        "ready_reason": reason if fields.get("state", BoardState.READY) is BoardState.READY else None,
        "opportunities": tuple(ideas),
        "evidence_ids": tuple(dict.fromkeys(cited for idea in ideas for cited in idea.evidence_ids)),
        "evidence_summary": SUMMARY,
        "gate_config_version": "v1-of-the-test",
        "gates_json": {"thresholds": {"min_items": 8}},
        "evidence_shortfall": None,
        "reason": None,
        "remediation": None,
        "total_candidates": len(ideas) + 2,
        "notes": (),
        "source": "deterministic",
    }
    return Board(**(values | fields))


def add_generation(
    conn: Connection, brand: Brand, *, now: datetime = NOW, requested_by: RequestedBy = RequestedBy.REGENERATE
) -> BoardGeneration:
    generation, _ = insert_generation(
        conn, generation_id=uuid4(), brand_id=brand.id, requested_by=requested_by, max_attempts=3, now=now
    )
    return generation


def start_generation(conn: Connection, generation: BoardGeneration, *, now: datetime = NOW) -> UUID:
    """Takes it as a worker does; returns the lease token."""
    token = uuid5(generation.id, "lease")
    GENERATIONS.claim(
        conn, work_id=generation.id, lease_token=token, now=now, lease_seconds=LEASE_SECONDS, dagster_run_id="dagster-1"
    )
    return token


def add_board(conn: Connection, brand: Brand, board: Board, *, now: datetime = NOW) -> UUID:
    """Adds a board, and the generation that ended with it."""
    generation = add_generation(conn, brand, now=now)
    token = start_generation(conn, generation, now=now)
    stored = StoredBoard(
        id=uuid4(),
        brand_id=brand.id,
        generation_id=generation.id,
        snapshot_id=generation.snapshot_id,
        board=board,
        timings_ms={"scoring": 3},
        created_at=now,
    )
    insert_board(conn, stored)
    if board.state is BoardState.ERROR:
        GENERATIONS.finish_failed(conn, work_id=generation.id, lease_token=token, now=now, error="it failed")
    else:
        GENERATIONS.finish_succeeded(conn, work_id=generation.id, lease_token=token, now=now)
    return stored.id
