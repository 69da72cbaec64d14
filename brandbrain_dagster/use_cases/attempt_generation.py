"""An attempt at a generation of the board: taking it, and ending it when it fails; a success ends with its board.

Every generation that ends leaves a board: where its attempts run out, one that says what went wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.opportunities.board import Board, BoardState
from brandbrain_dagster.domain.opportunities.board_reading import STUCK_JOB_TIMEOUT
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig
from brandbrain_dagster.errors import (
    ConflictError,
    WorkAbandonedError,
)
from brandbrain_dagster.stores.ledger import board_generations, boards, brands
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.work_attempts import KILLED, RetryRules, end_attempt, take_work, told

_REMEDY = "The board before stays; ask for a new one, and look at the run's log if it fails again."


@dataclass(frozen=True, kw_only=True)
class GenerationRules(RetryRules):
    """The rules of all attempts, and what a board asks of its evidence."""

    gates: GateConfig
    disabled_capabilities: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class AttemptPorts:
    """What attempts are made with; ``jitter`` returns 0..1."""

    ledger: Ledger
    rules: GenerationRules
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    jitter: Callable[[], float]


def begin_generation(
    generation_id: UUID, *, lease_token: UUID, dagster_run_id: str, ports: AttemptPorts
) -> BoardGeneration:
    """Takes a generation for the process that holds its brand's lock; it works from the newest snapshot.

    Since the brand's lock is ours, a generation that is RUNNING was left by a process that is dead.

    Raises:
        LeaseLostError: it is over already.
        ConflictError: it was left behind and has no attempts left; it has an error board now.
    """
    with ports.ledger.begin() as conn:
        taken = take_work(
            conn,
            GENERATIONS,
            generation_id,
            lease_token=lease_token,
            dagster_run_id=dagster_run_id,
            rules=ports.rules,
            now=ports.now(),
        )
        if taken is not None:
            return board_generations.record_start(conn, generation_id=generation_id, lease_token=lease_token)
        left = GENERATIONS.get(conn, work_id=generation_id)
        error = KILLED.format(attempts=left.max_attempts)
        _end_with_error(conn, left, WorkAbandonedError(error), lease_token=None, ports=ports)
    raise ConflictError(f"{error} Ask for a new board.")


def begin_own_generation(
    brand_id: UUID, *, lease_token: UUID, dagster_run_id: str, ports: AttemptPorts
) -> BoardGeneration:
    """Takes the generation that this Dagster run is, for a run that was started by hand; enqueues it if there is none.

    Raises:
        NotFoundError: the brand has no snapshot.
        ConflictError, LeaseLostError: as `begin_generation`.
    """
    with ports.ledger.begin() as conn:
        generation, _ = board_generations.insert_generation(
            conn,
            generation_id=ports.new_id(),
            brand_id=brand_id,
            requested_by=RequestedBy.RUN,
            max_attempts=ports.rules.max_attempts,
            now=ports.now(),
        )
    return begin_generation(generation.id, lease_token=lease_token, dagster_run_id=dagster_run_id, ports=ports)


def fail_generation(
    generation: BoardGeneration, error: Exception, *, lease_token: UUID, ports: AttemptPorts
) -> BoardGeneration:
    """Ends a failed attempt by the rules of all work; what can not be tried again leaves an error board.

    Raises:
        LeaseLostError: another process has the generation now.
    """
    with ports.ledger.begin() as conn:
        handed_back = end_attempt(
            conn,
            GENERATIONS,
            generation,
            error,
            lease_token=lease_token,
            rules=ports.rules,
            now=ports.now(),
            jitter=ports.jitter,
        )
        return handed_back or _end_with_error(conn, generation, error, lease_token=lease_token, ports=ports)


def _end_with_error(
    conn: Connection,
    generation: BoardGeneration,
    error: Exception,
    *,
    lease_token: UUID | None,
    ports: AttemptPorts,
) -> BoardGeneration:
    now, sentence = ports.now(), told(error)
    # The brand before the generation, as everybody who locks both does.
    brands.lock_brand(conn, brand_id=generation.brand_id)
    ended = GENERATIONS.finish_failed(conn, work_id=generation.id, lease_token=lease_token, now=now, error=sentence)
    board = Board(
        state=BoardState.ERROR,
        ready_reason=None,
        opportunities=(),
        evidence_ids=(),
        evidence_summary=None,
        gate_config_version=ports.rules.gates.version,
        gates_json={},
        evidence_shortfall=None,
        reason=sentence,
        remediation=_REMEDY,
        total_candidates=None,
        notes=(),
        source=None,
        diagnostics={
            "error": STUCK_JOB_TIMEOUT if isinstance(error, WorkAbandonedError) else sentence,
            "job_id": str(generation.id),
            "attempts": generation.attempts,
            "last_worker": generation.dagster_run_id,
        },
    )
    boards.insert_board(
        conn,
        StoredBoard(
            id=ports.new_id(),
            brand_id=generation.brand_id,
            generation_id=generation.id,
            snapshot_id=generation.snapshot_id,
            board=board,
            timings_ms={},
            created_at=now,
        ),
    )
    return ended
