"""How a brand stands, in words: what state it is in, how fresh its sources are, and what a compile would do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessAction,
    FreshnessFacts,
    decide_freshness,
    effective_ttl_hours,
)
from brandbrain_dagster.pages.views.links import outside_link
from brandbrain_dagster.pages.views.profile_fields import source_title
from brandbrain_dagster.stores.ledger.served_standings import BrandStanding, SourceStanding
from brandbrain_dagster.stores.ledger.work_status import WorkStatus


class Mood(StrEnum):
    """How a state looks."""

    GOOD = "good"
    BUSY = "busy"
    DUE = "due"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True)
class BrandState:
    """The state in a word or two, and what it means."""

    mood: Mood
    label: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class StateRules:
    """What states go by: the TTL of runs, the capabilities that are off, and the time."""

    ttl_hours: float
    disabled_capabilities: Collection[str]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """A source as it is shown; ``would`` says what the next compile does with it, and why."""

    id: UUID
    title: str
    identifier: str
    link: str | None
    is_enabled: bool
    is_available: bool
    is_stale: bool
    collected_at: datetime | None
    rows: int | None
    ttl_hours: float
    would: str
    why: str
    failure: str | None


_WOULD = {
    FreshnessAction.REUSE: "Would be reused",
    FreshnessAction.REFRESH: "Would be collected again",
    FreshnessAction.ATTACH: "Is being collected",
}
_FAILED = (ActorRunStatus.FAILED, ActorRunStatus.ABORTED, ActorRunStatus.TIMED_OUT)


def source_view(standing: SourceStanding, rules: StateRules) -> SourceView:
    """Returns a source as it is shown."""
    source = standing.source
    is_available = source.name not in rules.disabled_capabilities
    ttl_hours = effective_ttl_hours(rules.ttl_hours, source.settings_json)
    facts = FreshnessFacts(
        force_refresh=False, newest_succeeded=standing.newest_succeeded, live=standing.live, ttl_hours=ttl_hours
    )
    verdict = decide_freshness(facts, rules.now)
    would, why = _WOULD[verdict.action], verdict.reason
    if not source.is_enabled:
        would, why = "Would be left out", "it is switched off"
    elif not is_available:
        would, why = "Would be left out", "this kind of source is switched off in the settings"
    latest, newest = standing.latest, standing.newest_succeeded
    failed = latest is not None and latest.status in _FAILED
    return SourceView(
        id=source.id,
        title=source_title(source.platform, source.capability),
        identifier=source.identifier,
        link=outside_link(source.identifier),
        is_enabled=source.is_enabled,
        is_available=is_available,
        is_stale=source.is_enabled and is_available and verdict.action is not FreshnessAction.REUSE,
        collected_at=newest.started_at if newest else None,
        rows=newest.raw_item_count if newest else None,
        ttl_hours=ttl_hours,
        would=would,
        why=why,
        failure=(latest.error_summary or "the run did not succeed") if failed and latest else None,
    )


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How fresh the sources are that count, in words."""

    text: str
    is_stale: bool


def freshness(sources: Collection[SourceView]) -> Freshness:
    """Sums up the sources that are collected."""
    counted = [source for source in sources if source.is_enabled and source.is_available]
    if not counted:
        return Freshness(text="No source", is_stale=True)
    stale = sum(source.is_stale for source in counted)
    if not stale:
        return Freshness(text=f"{_sources(len(counted))} fresh", is_stale=False)
    return Freshness(text=f"{stale} of {_sources(len(counted))} stale", is_stale=True)


def _sources(count: int) -> str:
    return f"{count} source{'' if count == 1 else 's'}"


def brand_state(standing: BrandStanding, sources: Collection[SourceView]) -> BrandState:
    """Returns the state of a brand: what goes on comes first, then what failed, then what is due."""
    newest, published = standing.newest_compile, standing.newest_snapshot
    if newest is not None and newest.status is not WorkStatus.SUCCEEDED:
        return _state_of_compile(newest.status, has_profile=published is not None)
    if published is None:
        return BrandState(Mood.QUIET, "No profile yet", "It was never compiled.")
    if published.inputs_revision is not None and published.inputs_revision < standing.inputs_revision:
        return BrandState(Mood.DUE, "Edited since", "Answers, sources or decisions changed after the last compile.")
    if freshness(sources).is_stale:
        return BrandState(Mood.DUE, "Sources are stale", "The next compile collects some sources again.")
    return BrandState(Mood.GOOD, "Up to date", "Nothing has changed since the last compile.")


def _state_of_compile(status: WorkStatus, *, has_profile: bool) -> BrandState:
    match status:
        case WorkStatus.RUNNING:
            return BrandState(Mood.BUSY, "Compiling", "A compile is under way.")
        case WorkStatus.PENDING:
            return BrandState(Mood.BUSY, "Waiting", "A compile waits for its turn.")
    kept = " The version before stands." if has_profile else ""
    return BrandState(Mood.BAD, "Last compile failed", f"The newest compile did not publish.{kept}")
