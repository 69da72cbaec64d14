"""An attempt at a generation of the board: taking it, and ending it when it fails; a success ends with its board.

Every generation that ends leaves a board: where its attempts run out, one that says what went wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.opportunities.board import Board, BoardState
from brandbrain_dagster.domain.opportunities.board_reading import STUCK_JOB_TIMEOUT
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig
from brandbrain_dagster.errors import (
    BrandBrainError,
    ConflictError,
    LeaseLostError,
    NotFoundError,
    WorkAbandonedError,
    WorkInterruptedError,
)
from brandbrain_dagster.stores.ledger import board_generations, boards, brands, snapshots
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS, BoardGeneration
from brandbrain_dagster.stores.ledger.board_tables import RequestedBy
from brandbrain_dagster.stores.ledger.boards import StoredBoard
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus

_REMEDY = "The board before stays; ask for a new one, and look at the run's log if it fails again."


@dataclass(frozen=True, kw_only=True)
class GenerationRules:
    """How long a lease lasts, how many attempts there are and how far apart, and what a board asks of its evidence."""

    lease_seconds: float
    max_attempts: int
    backoff_seconds: float
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
        found = GENERATIONS.get(conn, work_id=generation_id)
        is_left_behind = found.status is WorkStatus.RUNNING
        take = GENERATIONS.take_over if is_left_behind else GENERATIONS.claim
        taken = take(
            conn,
            work_id=generation_id,
            lease_token=lease_token,
            now=ports.now(),
            lease_seconds=ports.rules.lease_seconds,
            dagster_run_id=dagster_run_id,
        )
        if taken is not None:
            newest = snapshots.find_newest_snapshot(conn, brand_id=taken.brand_id)
            if newest is None:
                raise NotFoundError(f"Brand {taken.brand_id} has no snapshot to make a board from; compile it first.")
            return board_generations.record_start(
                conn, generation_id=generation_id, lease_token=lease_token, snapshot_id=newest.id
            )
        if not is_left_behind:
            raise LeaseLostError(f"The board generation {generation_id} is {found.status} already.")
        error = f"The last of {found.max_attempts} attempts ended without a word: its process was killed."
        _end_with_error(conn, found, WorkAbandonedError(error), lease_token=None, ports=ports)
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
    """Ends a failed attempt: back to the queue when trying again can help and attempts are left, else an error board.

    An attempt that was interrupted is handed back: it is due at once and does not count.

    Raises:
        LeaseLostError: another process has the generation now.
    """
    now, rules = ports.now(), ports.rules
    is_transient = isinstance(error, BrandBrainError) and error.is_transient
    with ports.ledger.begin() as conn:
        if isinstance(error, WorkInterruptedError):
            return GENERATIONS.hand_back(conn, work_id=generation.id, lease_token=lease_token, now=now)
        if is_transient and generation.attempts < generation.max_attempts:
            wait = rules.backoff_seconds * 2 ** (generation.attempts - 1) * (1 + ports.jitter() / 2)
            return GENERATIONS.requeue(
                conn,
                work_id=generation.id,
                lease_token=lease_token,
                available_at=now + timedelta(seconds=wait),
                last_error=_sentence(error),
            )
        return _end_with_error(conn, generation, error, lease_token=lease_token, ports=ports)


def _end_with_error(
    conn: Connection,
    generation: BoardGeneration,
    error: Exception,
    *,
    lease_token: UUID | None,
    ports: AttemptPorts,
) -> BoardGeneration:
    now, sentence = ports.now(), _sentence(error)
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


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, BrandBrainError) else f"Internal error: {type(error).__name__}."
