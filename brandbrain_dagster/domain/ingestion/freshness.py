"""Whether a source is collected again: the one place where age is compared with the TTL."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun

EMPTY_RUN_TTL_HOURS = 1.0
"""How long a run that brought nothing usable counts as fresh: a profile may be private for a moment only."""

_LONGEST_TTL_HOURS = 100 * 365 * 24.0


class FreshnessAction(StrEnum):
    """What to do with a source."""

    REFRESH = "refresh"
    """Start a run."""
    REUSE = "reuse"
    """Use the rows that are there."""
    ATTACH = "attach"
    """Go on with a run that was started before; never pay for a second."""


@dataclass(frozen=True, kw_only=True)
class FreshnessFacts:
    """What the verdict rests on; ``live`` is a run of this source that is not over as far as the ledger knows.

    ``compile_run_id`` is the compile that asks: what an earlier attempt of it has collected is not collected again.
    """

    force_refresh: bool
    newest_succeeded: ActorRun | None
    live: ActorRun | None
    ttl_hours: float
    compile_run_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FreshnessVerdict:
    """The action, why, and the run that is reused or attached to."""

    action: FreshnessAction
    reason: str
    run: ActorRun | None = None


def effective_ttl_hours(default_hours: float, settings_json: Mapping[str, Any]) -> float:
    """Returns the TTL of a source: its own ``ttl_hours`` where that is a number >= 0, else the default."""
    own_hours = settings_json.get("ttl_hours")
    if not isinstance(own_hours, int | float) or isinstance(own_hours, bool) or math.isnan(own_hours) or own_hours < 0:
        return default_hours
    return min(own_hours, _LONGEST_TTL_HOURS)


def run_age_hours(run: ActorRun, now: datetime) -> float:
    """Returns how old a run is, counted from its start."""
    return max(0.0, (now - run.started_at) / timedelta(hours=1))


def decide_freshness(facts: FreshnessFacts, now: datetime) -> FreshnessVerdict:
    """Decides by the TTL table; a live run comes first, since a second one would be paid for twice."""
    if facts.live is not None:
        reason = f"a run of this source was {facts.live.status} when it was last looked at"
        return FreshnessVerdict(action=FreshnessAction.ATTACH, reason=reason, run=facts.live)
    newest = facts.newest_succeeded
    if newest is not None and facts.compile_run_id is not None and newest.compile_run_id == facts.compile_run_id:
        reason = "an earlier attempt of this compile has collected it"
        return FreshnessVerdict(action=FreshnessAction.REUSE, reason=reason, run=newest)
    if facts.force_refresh:
        return FreshnessVerdict(action=FreshnessAction.REFRESH, reason="a refresh was asked for")
    if newest is None:
        return FreshnessVerdict(action=FreshnessAction.REFRESH, reason="no run of this source has succeeded yet")
    is_empty = newest.has_usable_rows is False
    ttl_hours = min(facts.ttl_hours, EMPTY_RUN_TTL_HOURS) if is_empty else facts.ttl_hours
    subject = "the newest run brought nothing usable and" if is_empty else "the newest run"
    compared = f"{subject} is {run_age_hours(newest, now):.1f} h old, TTL {ttl_hours:g} h"
    if now - newest.started_at > timedelta(hours=ttl_hours):
        return FreshnessVerdict(action=FreshnessAction.REFRESH, reason=compared)
    return FreshnessVerdict(action=FreshnessAction.REUSE, reason=compared, run=newest)
