"""What is known of a brand's sources when nothing is collected, for a snapshot made by hand from what is there."""

from datetime import datetime
from uuid import UUID

from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.ingestion.freshness import run_age_hours
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import actor_runs, sources
from brandbrain_dagster.stores.ledger.actor_runs import NewestRuns
from brandbrain_dagster.stores.ledger.engine import Ledger


def standing_evidence_status(brand_id: UUID, *, ledger: Ledger, now: datetime) -> EvidenceStatus:
    """Returns each enabled source as reused with its newest run, or skipped when it was never collected."""
    with ledger.read() as conn:
        enabled = sources.list_sources(conn, brand_id=brand_id, enabled_only=True)
        newest = actor_runs.list_newest_by_source(conn, brand_id=brand_id)
    return EvidenceStatus(tuple(_outcome(source, newest.get(source.id, NewestRuns()), now) for source in enabled))


def _outcome(source: SourceConnection, runs: NewestRuns, now: datetime) -> SourceOutcome:
    run = runs.newest_succeeded
    return SourceOutcome(
        disposition=Disposition.REUSED if run else Disposition.SKIPPED,
        source=source.name,
        source_connection_id=source.id,
        identifier=source.identifier,
        reason="as collected before" if run else "it has not been collected yet",
        apify_run_id=run.apify_run_id if run else None,
        apify_run_status=run.status.value if run else None,
        run_age_hours=run_age_hours(run, now) if run else None,
        raw_items_count=run.raw_item_count if run else None,
        item_count=run.normalized_item_count if run else None,
    )
