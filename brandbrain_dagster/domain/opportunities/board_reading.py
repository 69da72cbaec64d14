"""What a reader of the Today board meets, decided from its boards and the generation that is under way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from brandbrain_dagster.domain.opportunities.board import BoardState, GenerationStage

STUCK_JOB_TIMEOUT = "stuck_job_timeout"
"""What an error is called where nobody works on a generation that was asked for."""
PATIENCE = timedelta(minutes=10)
"""How long a generation that could be worked on is shown as generating though nobody does."""
_NEVER_TAKEN = "no worker has taken the work; `brandbrain up` does, once no compile of the brand is in its way"
_ABANDONED = "its worker is gone and nobody took over; start `brandbrain up`, which tries again"


@dataclass(frozen=True, kw_only=True)
class LiveGeneration:
    """The generation of a brand that is PENDING or RUNNING; ``lease_expires_at`` is there exactly while RUNNING."""

    id: UUID
    stage: GenerationStage | None
    available_at: datetime
    lease_expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewestBoard:
    """The board that was written last, in whichever state it is."""

    id: UUID
    state: BoardState
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class ReadyBoard:
    """The ready board that was written last, and since when there is something newer than it.

    ``newer_snapshot_at`` is when the first snapshot after its own was made, ``newer_board_at`` when the first board
    after it was written, each None where there is none.
    """

    id: UUID
    newer_snapshot_at: datetime | None
    newer_board_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReadState:
    """What is answered.

    ``told_by`` is the board whose findings are told: gates, shortfall, remediation, notes; it is the newest one, or the
    one shown while a generation is live. ``shown_from`` is the one whose opportunities are shown: the last ready one.
    ``reason`` is why the state is what it is; ``job_id`` and ``progress_stage`` are there only while generating.
    """

    state: BoardState
    reason: str | None
    told_by: UUID | None
    shown_from: UUID | None
    stale_since: datetime | None
    job_id: UUID | None = None
    progress_stage: GenerationStage | None = None

    @property
    def stale(self) -> bool:
        """Whether there is something newer than what is shown."""
        return self.stale_since is not None

    @property
    def degraded(self) -> bool:
        """Whether the newest attempt at a board gave none to work with."""
        return self.state in (BoardState.INSUFFICIENT_EVIDENCE, BoardState.ERROR)


def read_state(
    *, live: LiveGeneration | None, newest: NewestBoard | None, last_ready: ReadyBoard | None, now: datetime
) -> ReadState:
    """Decides what is answered; a generation that nobody works on is an error, and no error hides a good board."""
    shown_from = last_ready.id if last_ready else None
    if live is not None:
        stuck_since = _stuck_since(live, now)
        return ReadState(
            state=BoardState.GENERATING if stuck_since is None else BoardState.ERROR,
            reason=None if stuck_since is None else _stuck_reason(live, stuck_since),
            told_by=shown_from,
            shown_from=shown_from,
            stale_since=_stale_since(last_ready, stuck_since),
            job_id=live.id if stuck_since is None else None,
            progress_stage=live.stage if stuck_since is None else None,
        )
    return ReadState(
        state=newest.state if newest else BoardState.NOT_GENERATED_YET,
        reason=newest.reason if newest else None,
        told_by=newest.id if newest else None,
        shown_from=shown_from,
        stale_since=_stale_since(last_ready),
    )


def _stale_since(shown: ReadyBoard | None, stuck_since: datetime | None = None) -> datetime | None:
    if shown is None:
        return None
    times = (shown.newer_snapshot_at, shown.newer_board_at, stuck_since)
    return min((time for time in times if time is not None), default=None)


def _stuck_since(live: LiveGeneration, now: datetime) -> datetime | None:
    """Returns since when somebody should have been at work; None while that is no longer ago than `PATIENCE`."""
    since = live.lease_expires_at or live.available_at
    return since if now - since > PATIENCE else None


def _stuck_reason(live: LiveGeneration, since: datetime) -> str:
    explained = _ABANDONED if live.lease_expires_at else _NEVER_TAKEN
    return f"A board has been due since {since:%Y-%m-%d %H:%M} UTC, but {explained} ({STUCK_JOB_TIMEOUT})."
