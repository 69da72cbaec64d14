"""The tables of the Today board: generations that wait, the boards that they leave, and what people decide.

A board, its opportunities, their citations and all decisions are never updated, and a board that is not whole is
refused when its transaction ends: the migration adds triggers for both.
"""

from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
)

from brandbrain_dagster.domain.opportunities.board import BoardState, GenerationStage, ReadyReason
from brandbrain_dagster.domain.opportunities.decisions import DecisionType
from brandbrain_dagster.stores.ledger.columns import (
    brand_id_column,
    enum_of,
    id_column,
    json_column,
    one_of,
    time_column,
    work_columns,
)
from brandbrain_dagster.stores.ledger.tables import metadata
from brandbrain_dagster.stores.ledger.work_status import LIVE


class RequestedBy(StrEnum):
    """What made a generation start: the first look at a board, a person, a new snapshot, or a Dagster run by hand."""

    FIRST_RUN = "first_run"
    REGENERATE = "regenerate"
    REFRESH = "refresh"
    RUN = "run"


board_generation = Table(
    "board_generation",
    metadata,
    id_column(),
    brand_id_column(),
    Column("snapshot_id", Uuid, ForeignKey("snapshot.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("requested_by", enum_of(RequestedBy, "requested_by"), nullable=False),
    Column("stage", enum_of(GenerationStage, "stage")),
    json_column("llm_usage_json"),
    *work_columns(),
)
IS_LIVE_GENERATION = one_of(board_generation.c.status, LIVE)
IS_FIRST_RUN = board_generation.c.requested_by == literal_column("'first_run'")
Index(None, board_generation.c.status, board_generation.c.available_at)
Index(None, board_generation.c.brand_id, board_generation.c.created_at.desc())
Index(
    "board_generation_one_live_per_brand", board_generation.c.brand_id, unique=True, postgresql_where=IS_LIVE_GENERATION
)
Index(
    "board_generation_one_first_run",
    board_generation.c.brand_id,
    board_generation.c.snapshot_id,
    unique=True,
    postgresql_where=IS_FIRST_RUN,
)

_STORED_STATES = (BoardState.READY, BoardState.INSUFFICIENT_EVIDENCE, BoardState.ERROR)
opportunities_board = Table(
    "opportunities_board",
    metadata,
    id_column(),
    brand_id_column(),
    Column("generation_id", Uuid, ForeignKey("board_generation.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("snapshot_id", Uuid, ForeignKey("snapshot.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", enum_of(BoardState, "state"), nullable=False),
    Column("ready_reason", enum_of(ReadyReason, "ready_reason")),
    Column("opportunity_ids", ARRAY(Uuid), nullable=False),
    json_column("board_json"),
    time_column("created_at"),
    UniqueConstraint("id", "brand_id"),
    CheckConstraint(f"state IN ({', '.join(repr(str(state)) for state in _STORED_STATES)})", name="stored_state"),
    CheckConstraint("(state = 'ready') = (ready_reason IS NOT NULL)", name="reason"),
    CheckConstraint(
        "(cardinality(opportunity_ids) > 0) = (ready_reason IS NOT NULL AND ready_reason = 'generated')",
        name="generated",
    ),
)
IS_READY_BOARD = opportunities_board.c.state == literal_column("'ready'")
Index(None, opportunities_board.c.brand_id, opportunities_board.c.created_at.desc())
Index(
    "opportunities_board_newest_ready_idx",
    opportunities_board.c.brand_id,
    opportunities_board.c.created_at.desc(),
    postgresql_where=IS_READY_BOARD,
)

opportunity = Table(
    "opportunity",
    metadata,
    Column("board_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    brand_id_column(),
    Column("position", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    json_column("opportunity_json"),
    PrimaryKeyConstraint("board_id", "id"),
    UniqueConstraint("board_id", "id", "brand_id"),
    ForeignKeyConstraint(
        ["board_id", "brand_id"],
        ["opportunities_board.id", "opportunities_board.brand_id"],
        ondelete="CASCADE",
        name="opportunity_board_fkey",
    ),
    CheckConstraint("score BETWEEN 1 AND 100", name="score"),
    CheckConstraint("COALESCE(jsonb_array_length(opportunity_json -> 'evidence_ids'), 0) >= 1", name="evidence"),
)
Index(None, opportunity.c.brand_id, opportunity.c.id)

opportunity_citation = Table(
    "opportunity_citation",
    metadata,
    Column("board_id", Uuid, nullable=False),
    Column("opportunity_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    brand_id_column(),
    # Looked at when the transaction ends: a brand's rows are deleted together, in whichever order.
    Column(
        "evidence_id",
        Uuid,
        ForeignKey("evidence_item.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    PrimaryKeyConstraint("board_id", "opportunity_id", "position"),
    ForeignKeyConstraint(
        ["board_id", "opportunity_id", "brand_id"],
        ["opportunity.board_id", "opportunity.id", "opportunity.brand_id"],
        ondelete="CASCADE",
        name="opportunity_citation_opportunity_fkey",
    ),
)
Index(None, opportunity_citation.c.brand_id)

opportunity_decision = Table(
    "opportunity_decision",
    metadata,
    id_column(),
    brand_id_column(),
    Column("opportunity_id", Uuid, nullable=False),
    Column("decision_type", enum_of(DecisionType, "decision_type"), nullable=False),
    Column("reason", Text),
    time_column("snoozed_until", nullable=True),
    time_column("recorded_at"),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint(
        "(decision_type = 'opportunity_snoozed') = (snoozed_until IS NOT NULL)",
        name="snoozed_until",
    ),
)
Index(None, opportunity_decision.c.brand_id, opportunity_decision.c.opportunity_id, opportunity_decision.c.recorded_at)
