"""Rows that most ledger tests need, and the time they are written at."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.ledger.actor_runs import insert_intent
from brandbrain_dagster.stores.ledger.brands import Brand, insert_brand
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun, claim_compile_run, insert_compile_run
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
    return claim_compile_run(
        conn,
        compile_run_id=run.id,
        lease_token=lease_token,
        now=NOW,
        lease_seconds=LEASE_SECONDS,
        dagster_run_id="dagster-1",
    )
