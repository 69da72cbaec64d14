"""What is known of the evidence of each of a brand's sources, and what the next compile would do with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessAction,
    FreshnessFacts,
    decide_freshness,
    effective_ttl_hours,
    run_age_hours,
)
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.stores.ledger.actor_runs import NewestRuns


@dataclass(frozen=True, kw_only=True)
class SourceEvidence:
    """The newest run of a source, whatever became of it; ``next_action`` is refresh while a run is under way too."""

    has_evidence: bool
    latest_run_id: UUID | None
    latest_run_status: ActorRunStatus | None
    latest_run_age_hours: float | None
    next_action: FreshnessAction
    ttl_hours: float


def evidence_of_sources(
    conn: Connection, listed: list[SourceConnection], *, brand_id: UUID, default_ttl_hours: float, now: datetime
) -> dict[UUID, SourceEvidence]:
    """Returns the evidence of the brand's listed sources by their ids, with two queries in all."""
    newest = actor_runs.list_newest_by_source(conn, brand_id=brand_id)
    latest = actor_runs.list_latest_by_source(conn, brand_id=brand_id)
    found = {}
    for source in listed:
        known = newest.get(source.id, NewestRuns())
        run = latest.get(source.id)
        ttl_hours = effective_ttl_hours(default_ttl_hours, source.settings_json)
        facts = FreshnessFacts(
            force_refresh=False, newest_succeeded=known.newest_succeeded, live=known.live, ttl_hours=ttl_hours
        )
        is_reused = decide_freshness(facts, now).action is FreshnessAction.REUSE
        found[source.id] = SourceEvidence(
            has_evidence=known.newest_succeeded is not None and known.newest_succeeded.has_usable_rows is not False,
            latest_run_id=run.id if run else None,
            latest_run_status=run.status if run else None,
            latest_run_age_hours=round(run_age_hours(run, now), 2) if run else None,
            next_action=FreshnessAction.REUSE if is_reused else FreshnessAction.REFRESH,
            ttl_hours=ttl_hours,
        )
    return found
