"""Actor runs that succeeded, as collecting leaves them: in the ledger, and in the lake if they brought rows."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.domain.platforms.registry import capability_by_name
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.stores.ledger.engine import Ledger

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record_intent(ledger: Ledger, source: SourceConnection, run_id: str, started_at: datetime) -> None:
    """Writes down a run that goes on."""
    intent_id = uuid4()
    with ledger.begin() as conn:
        actor_runs.insert_intent(
            conn,
            run_id=intent_id,
            source=source,
            compile_run_id=None,
            actor_id=capability_by_name(source.name).actor_id,
            input_json={},
            start_nonce=uuid4().hex,
            now=started_at,
        )
        actor_runs.record_started(
            conn,
            run_id=intent_id,
            apify_run_id=run_id,
            dataset_id=None,
            status=ActorRunStatus.RUNNING,
            started_at=started_at,
        )


def add_run(
    ledger: Ledger, lake: Lake, source: SourceConnection, run_id: str, rows: Sequence[Any], *, hours: float = 0
) -> None:
    """Adds a run of a source that was fetched ``hours`` after `DAY`."""
    at = DAY + timedelta(hours=hours)
    record_intent(ledger, source, run_id, at)
    if rows:
        lake.write_raw_run(
            brand_id=source.brand_id,
            source_connection_id=source.id,
            apify_run_id=run_id,
            actor_id=capability_by_name(source.name).actor_id,
            fetched_at=at,
            rows=[json.dumps(row).encode() for row in rows],
        )
    with ledger.begin() as conn:
        live = actor_runs.find_live(conn, source_id=source.id)
        assert live is not None
        actor_runs.record_finished(
            conn,
            run_id=live.id,
            status=ActorRunStatus.SUCCEEDED,
            finished_at=at,
            error_summary=None,
            raw_item_count=len(rows),
            has_usable_rows=bool(rows),
            usage_usd=Decimal(0),
            usage_certainty=UsageCertainty.EXACT,
        )
