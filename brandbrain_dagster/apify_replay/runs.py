"""The runs of a replay, kept in memory, and how Apify would describe them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from brandbrain_dagster.apify_replay.faults import RunEnding

_TERMINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})
_PRICES_SINCE = "2026-01-01T00:00:00.000Z"
_TIMER_SECONDS = 0.002  # a timer may fire a little early by the wall clock


@dataclass
class ReplayedRun:
    """One run. It is RUNNING until ``ends_at``, then ends as planned, unless it was aborted before."""

    id: str
    actor_id: str
    user_agent: str
    started_at: datetime
    ends_at: datetime
    ending: RunEnding
    rows: Sequence[bytes]
    options: dict[str, Any]
    aborted_at: datetime | None = None

    def status(self, now: datetime) -> str:
        """Returns Apify's status of the run."""
        if self.aborted_at is not None:
            return "ABORTED"
        return self.ending.status if now >= self.ends_at else "RUNNING"

    def is_terminal(self, now: datetime) -> bool:
        """True once it is over."""
        return self.status(now) in _TERMINAL

    @property
    def dataset_id(self) -> str:
        """The id of its dataset."""
        return f"dataset{self.id}"

    def items(self, now: datetime) -> Sequence[bytes]:
        """Returns the rows of its dataset, which are all pushed at the end."""
        return self.rows if self.aborted_at is None and self.is_terminal(now) else ()


@dataclass
class ReplayedRuns:
    """All runs since the server was started. ``now`` is the clock, ``most_live_count`` how many were live at once."""

    now: Callable[[], datetime]
    run_seconds: float
    usd_per_item: float
    most_live_count: int = 0
    _runs: dict[str, ReplayedRun] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _server_id: str = field(default_factory=lambda: uuid4().hex[:12])
    """Part of every run id, so that two servers never give out the same one."""

    @property
    def started_count(self) -> int:
        """How many runs were started: what a caller would have paid for."""
        return len(self._runs)

    def start(
        self, actor_id: str, *, user_agent: str, rows: Sequence[bytes], ending: RunEnding, options: dict[str, Any]
    ) -> ReplayedRun:
        """Starts a run that lasts ``run_seconds``."""
        started_at = self.now()
        run = ReplayedRun(
            id=f"{self._server_id}{next(self._numbers):05d}",
            actor_id=actor_id,
            user_agent=user_agent,
            started_at=started_at,
            ends_at=started_at + timedelta(seconds=self.run_seconds),
            ending=ending,
            rows=rows,
            options=options,
        )
        self._runs[run.id] = run
        live_count = sum(not entry.is_terminal(started_at) for entry in self._runs.values())
        self.most_live_count = max(self.most_live_count, live_count)
        return run

    def find(self, run_id: str) -> ReplayedRun | None:
        """Returns a run by its id."""
        return self._runs.get(run_id)

    def find_by_dataset(self, dataset_id: str) -> ReplayedRun | None:
        """Returns the run that a dataset belongs to."""
        return self.find(dataset_id.removeprefix("dataset"))

    def listed(
        self, actor_id: str | None, *, since: datetime | None, statuses: frozenset[str], is_descending: bool
    ) -> list[ReplayedRun]:
        """Returns the runs in the order of their start."""
        now = self.now()
        found = [
            run
            for run in self._runs.values()
            if actor_id in (None, run.actor_id)
            and (since is None or run.started_at >= since)
            and (not statuses or run.status(now) in statuses)
        ]
        return found[::-1] if is_descending else found

    def abort(self, run: ReplayedRun) -> None:
        """Ends a run at once; does nothing to one that is over."""
        if not run.is_terminal(self.now()):
            run.aborted_at = self.now()

    async def wait(self, run: ReplayedRun, seconds: float) -> None:
        """Waits until the run is over, ``seconds`` at most."""
        if not run.is_terminal(self.now()):
            left = (run.ends_at - self.now()).total_seconds() + _TIMER_SECONDS
            await asyncio.sleep(min(seconds, left))

    def short_description(self, run: ReplayedRun) -> dict[str, Any]:
        """Describes a run as lists of runs do."""
        now = self.now()
        return {
            "id": run.id,
            "actId": run.actor_id,
            "userId": "replay",
            "startedAt": timestamp(run.started_at),
            "finishedAt": timestamp(run.aborted_at or run.ends_at) if run.is_terminal(now) else None,
            "status": run.status(now),
            "meta": {"origin": "API", "userAgent": run.user_agent},
            "buildId": "replay",
            "buildNumber": "0.0.1",
            "usageTotalUsd": round(self.usd_per_item * len(run.items(now)), 6),
            "defaultDatasetId": run.dataset_id,
            "defaultKeyValueStoreId": f"store{run.id}",
            "defaultRequestQueueId": f"queue{run.id}",
        }

    def description(self, run: ReplayedRun) -> dict[str, Any]:
        """Describes a run as the run itself does."""
        status = run.status(self.now())
        is_over = run.is_terminal(self.now())
        ended_message = run.ending.status_message if run.aborted_at is None else "Actor was aborted"
        return {
            **self.short_description(run),
            "statusMessage": ended_message if is_over else "Replaying",
            "isStatusMessageTerminal": is_over,
            "exitCode": (0 if status == "SUCCEEDED" else 1) if is_over else None,
            "generalAccess": "FOLLOW_USER_SETTING",
            "stats": {"runTimeSecs": self.run_seconds, "computeUnits": 0},
            "options": {
                "build": "latest",
                "timeoutSecs": 3600,
                "memoryMbytes": 1024,
                "diskMbytes": 2048,
                **run.options,
            },
            "pricingInfo": {
                "pricingModel": "PRICE_PER_DATASET_ITEM",
                "unitName": "result",
                "pricePerUnitUsd": self.usd_per_item,
                "apifyMarginPercentage": 0.2,
                "createdAt": _PRICES_SINCE,
                "startedAt": _PRICES_SINCE,
            },
        }


def timestamp(time: datetime) -> str:
    """Writes a time as Apify does."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
