"""Which compiles of the queue are launched now, and which share a run.

The rows of the queue are not touched by a launch, so what was launched and not yet taken is remembered in a cursor.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from brandbrain_dagster.stores.ledger.work_queue import DueWork

ALONE_AT_MOST = 2
"""So many compiles get a run each, which shows better; more share runs, which costs a fraction."""
BRANDS_PER_RUN = 50
"""Most compiles that share a run (orchestration)."""
WAITING_AT_MOST = 400
"""Launched compiles that nobody has taken yet, beyond which the queue waits: the fair order is kept in the ledger."""


@dataclass(frozen=True)
class Launch:
    """One run to be launched, under a key that no other launch ever has."""

    run_key: str
    compiles: tuple[DueWork, ...]


@dataclass(frozen=True, kw_only=True)
class LaunchPlan:
    """The launches, and the cursor to remember: (epoch seconds, times launched) by compile and attempt."""

    launches: tuple[Launch, ...]
    cursor: Mapping[str, Any]


def plan_launches(
    due: Sequence[DueWork],
    *,
    cursor: Mapping[str, Any],
    worker_grace: timedelta,
    launch_life: timedelta,
    now: datetime,
    newest_start: datetime | None = None,
) -> LaunchPlan:
    """Plans runs for what is due and was not launched yet.

    ``worker_grace`` is how long a compile is left to a waiting worker first, counted from when the worker last took one
    (``newest_start``): as long as it gets on, runs that have yet to start would only be in its way. A launch that
    nobody has heard of for ``launch_life`` is repeated under another key.
    """
    launched = {key: cursor[key] for key in map(_key, due) if key in cursor}
    waiting = {
        key: entry for key, entry in launched.items() if now.timestamp() - entry[0] < launch_life.total_seconds()
    }
    is_left = newest_start is not None and newest_start > now - worker_grace
    fresh = [] if is_left else [e for e in due if _key(e) not in waiting and e.available_at <= now - worker_grace]
    chosen = fresh[: max(0, WAITING_AT_MOST - len(waiting))]
    times = {_key(entry): launched[_key(entry)][1] + 1 if _key(entry) in launched else 1 for entry in chosen}
    size = 1 if len(chosen) <= ALONE_AT_MOST else BRANDS_PER_RUN
    groups = [tuple(chosen[start : start + size]) for start in range(0, len(chosen), size)]
    return LaunchPlan(
        launches=tuple(Launch(_run_key(group, times), group) for group in groups),
        cursor={**launched, **{key: [now.timestamp(), count] for key, count in times.items()}},
    )


def _key(due: DueWork) -> str:
    return f"{due.id}:{due.attempts}"


def _run_key(group: tuple[DueWork, ...], times: Mapping[str, int]) -> str:
    """Made from what is launched: the compile, the attempt, and how often that attempt was launched."""
    keys = [f"{_key(entry)}:{times[_key(entry)]}" for entry in group]
    return keys[0] if len(keys) == 1 else hashlib.sha256("\n".join(keys).encode()).hexdigest()
