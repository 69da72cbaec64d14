"""Rows that most ledger tests need, and the time they are written at."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger import compile_progress
from brandbrain_dagster.stores.ledger.actor_runs import insert_intent, record_finished
from brandbrain_dagster.stores.ledger.brands import Brand, insert_brand
from brandbrain_dagster.stores.ledger.bundles import insert_bundle, insert_feature_report
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES, CompileRun, insert_compile_run
from brandbrain_dagster.stores.ledger.snapshots import Snapshot, insert_snapshot
from brandbrain_dagster.stores.ledger.sources import insert_source

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TENANT = UUID(int=1)
LEASE_SECONDS = 600.0


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def add_brand(conn: Connection, slug: str = "acme", *, tenant_id: UUID = TENANT, now: datetime = NOW) -> Brand:
    return insert_brand(
        conn, brand_id=uuid4(), tenant_id=tenant_id, name=slug.title(), slug=slug, website_url=None, now=now
    )


def add_source(conn: Connection, brand: Brand, identifier: str = "acme", capability: str = "posts") -> SourceConnection:
    source, _ = insert_source(
        conn,
        source_id=uuid4(),
        brand_id=brand.id,
        platform="instagram",
        capability=capability,
        identifier=identifier,
        settings_json={},
        now=NOW,
    )
    return source


def add_intent(conn: Connection, source: SourceConnection, *, now: datetime = NOW) -> ActorRun:
    return insert_intent(
        conn,
        run_id=uuid4(),
        source=source,
        compile_run_id=None,
        actor_id="apify/instagram-post-scraper",
        input_json={"resultsLimit": 20},
        start_nonce=uuid4().hex,
        now=now,
    )


def add_compile(conn: Connection, brand: Brand, *, available_at: datetime = NOW, max_attempts: int = 3) -> CompileRun:
    run, _ = insert_compile_run(
        conn,
        compile_run_id=uuid4(),
        brand_id=brand.id,
        force_refresh=False,
        available_at=available_at,
        now=NOW,
        max_attempts=max_attempts,
    )
    return run


def claim(conn: Connection, run: CompileRun, lease_token: UUID) -> CompileRun | None:
    return COMPILES.claim(
        conn,
        work_id=run.id,
        lease_token=lease_token,
        now=NOW,
        lease_seconds=LEASE_SECONDS,
        dagster_run_id="dagster-1",
    )


def add_finished_run(conn: Connection, source: SourceConnection, *, now: datetime = NOW) -> ActorRun:
    """Adds an actor run that brought rows."""
    intent = add_intent(conn, source, now=now)
    return record_finished(
        conn,
        run_id=intent.id,
        status=ActorRunStatus.SUCCEEDED,
        finished_at=now,
        error_summary=None,
        raw_item_count=2,
        has_usable_rows=True,
        usage_usd=None,
        usage_certainty=UsageCertainty.UNKNOWN,
    )


def add_snapshot(
    conn: Connection,
    brand: Brand,
    *,
    snapshot_json: Mapping[str, Any],
    diff: Mapping[str, Any] | None = None,
    inputs_json: Mapping[str, Any] | None = None,
    input_hash: str = "hash",
    now: datetime = NOW,
) -> Snapshot:
    """Adds a snapshot, and the compile with everything that one leaves behind."""
    run = add_compile(conn, brand)
    held = {"compile_run_id": run.id, "lease_token": uuid4()}
    claim(conn, run, held["lease_token"])
    compile_progress.record_inputs(
        conn,
        compile_run_id=run.id,
        lease_token=held["lease_token"],
        inputs_json=inputs_json or {},
        input_hash=input_hash,
        prompt_version=None,
        model=None,
    )
    compile_progress.record_evidence_status(conn, **held, evidence_status_json={"reused": [{"source": "web.pages"}]})
    bundle = insert_bundle(
        conn,
        bundle_id=uuid4(),
        brand_id=brand.id,
        criteria_json={},
        item_ids=[],
        item_hashes=[],
        summary_json={"item_count": 2},
        evidence_version="v1",
        now=now,
    )
    report = insert_feature_report(
        conn, report_id=uuid4(), brand_id=brand.id, bundle_id=bundle.id, stats_json={"emoji": 1}, now=now
    )
    compile_progress.record_bundle(
        conn,
        compile_run_id=held["compile_run_id"],
        lease_token=held["lease_token"],
        bundle_id=bundle.id,
        feature_report_id=report.id,
    )
    compile_progress.record_draft(
        conn, **held, draft_json=snapshot_json, qa_report_json={"status": "PASS"}, llm_usage_json={}
    )
    published = insert_snapshot(
        conn,
        snapshot_id=uuid4(),
        brand_id=brand.id,
        compile_run_id=run.id,
        snapshot_json=snapshot_json,
        schema_version="1",
        diff_from_previous_json=diff or {},
        content_hash="hash",
        now=now,
    )
    COMPILES.finish_succeeded(conn, work_id=run.id, lease_token=held["lease_token"], now=now)
    return published
