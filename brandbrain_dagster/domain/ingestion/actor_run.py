"""An actor run as the ledger knows it, from the intent to start it to its settled cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class ActorRunStatus(StrEnum):
    """Where a run stands. STARTING is ours (an intent that Apify may not know of yet); the rest are Apify's.

    SUCCEEDED is recorded only once the run's rows are in the lake, so a crash in between leads back to the same run.
    """

    STARTING = "STARTING"
    READY = "READY"
    RUNNING = "RUNNING"
    TIMING_OUT = "TIMING-OUT"
    ABORTING = "ABORTING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED-OUT"
    ABORTED = "ABORTED"


TERMINAL_STATUSES = frozenset(
    {ActorRunStatus.SUCCEEDED, ActorRunStatus.FAILED, ActorRunStatus.TIMED_OUT, ActorRunStatus.ABORTED}
)


class UsageCertainty(StrEnum):
    """How far a cost can be relied on. Apify's first terminal answer may be preliminary: that is ``estimated``."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class ActorRun:
    """One run of an actor for one source connection.

    ``id`` is ours, ``apify_run_id`` Apify's (None until known). ``start_nonce`` travelled in the start's User-Agent.
    ``started_at`` is the time of the intent, then Apify's own start time; freshness counts from it.
    ``has_usable_rows`` is False when a SUCCEEDED run returned error rows only or nothing at all, None until known.
    ``usage_usd`` None means unknown, which is not zero.
    """

    id: UUID
    source_connection_id: UUID
    brand_id: UUID
    compile_run_id: UUID | None
    actor_id: str
    input_json: Mapping[str, Any]
    start_nonce: str
    apify_run_id: str | None
    dataset_id: str | None
    status: ActorRunStatus
    started_at: datetime
    finished_at: datetime | None
    error_summary: str | None
    raw_item_count: int | None
    normalized_item_count: int | None
    has_usable_rows: bool | None
    usage_usd: Decimal | None
    usage_certainty: UsageCertainty
    created_at: datetime

    @property
    def is_live(self) -> bool:
        """True while the run may still be going on at Apify, or its rows are not in the lake yet."""
        return self.status not in TERMINAL_STATUSES
