"""When a failed call to Apify is made again, and how long is waited before.

The waits follow Apify's own advice: random(0.5 s, 1 s), doubled each time; "not now" waits ten seconds and more. Limits
on the time spent count the waits themselves, so a test with a sleep of its own takes no time.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_exponential,
    wait_exponential_jitter,
    wait_random,
)

from brandbrain_dagster.clients.apify.failures import ApifyCallError, Repeat

Sleep = Callable[[float], Awaitable[None]]

READS = frozenset({Repeat.UNTOUCHED, Repeat.AMBIGUOUS})
"""Reads and aborts: harmless to repeat."""
READS_OF_NEW_RUN = READS | {Repeat.ABSENT}
"""Reads of a run that was just created and may not be visible everywhere yet."""
STARTS = frozenset({Repeat.UNTOUCHED, Repeat.NOT_NOW})
"""Starts: repeated only where Apify certainly did nothing."""


@dataclass(frozen=True, kw_only=True)
class RetryLimits:
    """How long to keep trying.

    ``attempts`` bounds calls that failed for no lasting reason (with 5, about 10 s of waiting). ``not_now_seconds``
    bounds the wait for room on the account; ``absent_seconds`` the wait for a new run to become visible (Apify's own
    client uses 3 s).
    """

    attempts: int = 5
    not_now_seconds: float = 120.0
    absent_seconds: float = 3.0


_SOON = wait_exponential_jitter(multiplier=0.5, exp_base=2, jitter=0.5, max=30)
_NOT_NOW = wait_exponential(multiplier=10, max=60) + wait_random(0, 5)
_ABSENT_SECONDS = 0.25


def _repeat(state: RetryCallState) -> Repeat:
    error = state.outcome.exception() if state.outcome else None
    return error.repeat if isinstance(error, ApifyCallError) else Repeat.NEVER


def _wait(state: RetryCallState) -> float:
    match _repeat(state):
        case Repeat.NOT_NOW:
            return _NOT_NOW(state)
        case Repeat.ABSENT:
            return _ABSENT_SECONDS
        case _:
            return _SOON(state)


def retrying(repeatable: frozenset[Repeat], *, sleep: Sleep, limits: RetryLimits) -> AsyncRetrying:
    """Returns the policy for one kind of call: one of `READS`, `READS_OF_NEW_RUN`, `STARTS`.

    The last `ApifyCallError` is raised as it is once the policy gives up.
    """

    def is_repeatable(error: BaseException) -> bool:
        return isinstance(error, ApifyCallError) and error.repeat in repeatable

    def is_enough(state: RetryCallState) -> bool:
        match _repeat(state):
            case Repeat.NOT_NOW:
                return state.idle_for >= limits.not_now_seconds
            case Repeat.ABSENT:
                return state.idle_for >= limits.absent_seconds
            case _:
                return state.attempt_number >= limits.attempts

    return AsyncRetrying(sleep=sleep, retry=retry_if_exception(is_repeatable), wait=_wait, stop=is_enough, reraise=True)
