"""How an attempt at any work of the ledger begins and ends: the rules that compiles and boards share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.errors import BrandBrainError, LeaseLostError, WorkInterruptedError
from brandbrain_dagster.stores.ledger.work_queue import WorkQueue
from brandbrain_dagster.stores.ledger.work_status import WorkStatus


class AttemptedWork(Protocol):
    """What a row of any work tells of its attempts."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def attempts(self) -> int:
        """How many were made."""

    @property
    def max_attempts(self) -> int:
        """How many there may be."""

    @property
    def lease_token(self) -> UUID | None:
        """Set exactly while it is RUNNING."""

    @property
    def status(self) -> WorkStatus:
        """Where it stands."""


Work = TypeVar("Work", bound=AttemptedWork)
KILLED = "The last of {attempts} attempts ended without a word: its process was killed."


@dataclass(frozen=True, kw_only=True)
class RetryRules:
    """How long a lease lasts, and how many attempts there are and how far apart."""

    lease_seconds: float
    max_attempts: int
    backoff_seconds: float


def take_work(
    conn: Connection,
    queue: WorkQueue[Work],
    work_id: UUID,
    *,
    lease_token: UUID,
    dagster_run_id: str,
    rules: RetryRules,
    now: datetime,
) -> Work | None:
    """Takes work for the process that holds its brand's lock; None when it was left behind without attempts left.

    Since the brand's lock is ours, work that is RUNNING was left by a process that is dead.

    Raises:
        LeaseLostError: it is over already.
    """
    found = queue.get(conn, work_id=work_id)
    is_left_behind = found.status is WorkStatus.RUNNING
    take = queue.take_over if is_left_behind else queue.claim
    taken = take(
        conn,
        work_id=work_id,
        lease_token=lease_token,
        now=now,
        lease_seconds=rules.lease_seconds,
        dagster_run_id=dagster_run_id,
    )
    if taken is None and not is_left_behind:
        raise LeaseLostError(f"The {queue.noun} {work_id} is {found.status} already; there is nothing to do.")
    return taken


def end_attempt(
    conn: Connection,
    queue: WorkQueue[Work],
    work: Work,
    error: Exception,
    *,
    lease_token: UUID,
    rules: RetryRules,
    now: datetime,
    jitter: Callable[[], float],
) -> Work | None:
    """Hands work back whose attempt failed, when trying again can help and attempts are left; None when it is to fail.

    ``jitter`` returns 0..1. The wait is the backoff doubled for each attempt, up to half as long again. An attempt that
    was interrupted is handed back: it is due at once and does not count.

    Raises:
        LeaseLostError: another process has the work now.
    """
    if isinstance(error, WorkInterruptedError):
        return queue.hand_back(conn, work_id=work.id, lease_token=lease_token, now=now)
    is_transient = isinstance(error, BrandBrainError) and error.is_transient
    if not is_transient or work.attempts >= work.max_attempts:
        return None
    wait = rules.backoff_seconds * 2 ** (work.attempts - 1) * (1 + jitter() / 2)
    return queue.requeue(
        conn,
        work_id=work.id,
        lease_token=lease_token,
        available_at=now + timedelta(seconds=wait),
        last_error=told(error),
    )


def told(error: Exception) -> str:
    """Returns what people are told of an error: its own sentence, or no more than its kind."""
    return str(error) if isinstance(error, BrandBrainError) else f"Internal error: {type(error).__name__}."


def end_each(left: Sequence[Work], end: Callable[[Work, UUID], Work]) -> list[Work]:
    """Ends the attempts at work that was left; what its own process has ended meanwhile is left out."""
    ended = []
    for work in left:
        try:
            if work.lease_token is not None:
                ended.append(end(work, work.lease_token))
        except LeaseLostError:
            continue
    return ended
