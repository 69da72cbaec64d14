"""One brand at a glance: its sources and how fresh they are, its compile, its profile, and what it cost."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessFacts,
    decide_freshness,
    effective_ttl_hours,
    run_age_hours,
)
from brandbrain_dagster.stores.ledger import actor_runs, brands, compile_runs, snapshots, sources
from brandbrain_dagster.stores.ledger.actor_runs import NewestRuns
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """A source, its newest run, and what the next compile would do with it."""

    source: str
    identifier: str
    is_enabled: bool
    newest_run_status: str | None
    age_hours: float | None
    ttl_hours: float
    next_action: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BrandOverview:
    """The brand's state; ``spent_usd`` is what is known of the cost of all its actor runs."""

    brand: Brand
    sources: tuple[SourceState, ...]
    newest_compile: CompileRun | None
    snapshot: Snapshot | None
    actor_run_count: int
    spent_usd: Decimal
    unknown_cost_count: int

    def to_json(self) -> dict[str, Any]:
        """Returns the overview as plain JSON, without the profile itself."""
        run, snapshot = self.newest_compile, self.snapshot
        return {
            "brand": {"id": str(self.brand.id), "name": self.brand.name, "slug": self.brand.slug},
            "sources": [vars(source) for source in self.sources],
            "compile": None
            if run is None
            else {
                "compile_run_id": str(run.id),
                "status": run.status.value,
                "stage": run.stage.value if run.stage else None,
                "attempts": run.attempts,
                "error": run.error or run.last_error,
                "created_at": run.created_at.isoformat(),
            },
            "snapshot": None
            if snapshot is None
            else {
                "snapshot_id": str(snapshot.id),
                "version": snapshot.version,
                "created_at": snapshot.created_at.isoformat(),
                "content_hash": snapshot.content_hash,
            },
            "actor_runs": self.actor_run_count,
            "spent_usd": float(self.spent_usd),
            "runs_of_unknown_cost": self.unknown_cost_count,
        }


def brand_overview(reference: str, *, ledger: Ledger, default_ttl_hours: float, now: datetime) -> BrandOverview:
    """Returns the state of the brand with this id or slug.

    Raises:
        NotFoundError: there is no such brand.
    """
    with ledger.read() as conn:
        brand = brands.resolve_brand(conn, reference=reference)
        newest = actor_runs.list_newest_by_source(conn, brand_id=brand.id)
        connected = sources.list_sources(conn, brand_id=brand.id)
        runs = actor_runs.list_runs(conn, brand_id=brand.id)
        compiles = compile_runs.list_compile_runs(conn, brand_id=brand.id, limit=1)
        snapshot = snapshots.find_newest_snapshot(conn, brand_id=brand.id)
    states = []
    for source in connected:
        known = newest.get(source.id, NewestRuns())
        ttl_hours = effective_ttl_hours(default_ttl_hours, source.settings_json)
        facts = FreshnessFacts(
            force_refresh=False, newest_succeeded=known.newest_succeeded, live=known.live, ttl_hours=ttl_hours
        )
        verdict = decide_freshness(facts, now)
        run = known.live or known.newest_succeeded
        states.append(
            SourceState(
                source=source.name,
                identifier=source.identifier,
                is_enabled=source.is_enabled,
                newest_run_status=run.status.value if run else None,
                age_hours=round(run_age_hours(run, now), 2) if run else None,
                ttl_hours=ttl_hours,
                next_action=verdict.action.value,
                reason=verdict.reason,
            )
        )
    return BrandOverview(
        brand=brand,
        sources=tuple(states),
        newest_compile=compiles[0] if compiles else None,
        snapshot=snapshot,
        actor_run_count=len(runs),
        spent_usd=sum((run.usage_usd for run in runs if run.usage_usd is not None), Decimal(0)),
        unknown_cost_count=sum(run.usage_usd is None for run in runs),
    )


def spent_on_compile(compile_run_id: UUID, *, brand_id: UUID, ledger: Ledger) -> tuple[Decimal, int, int]:
    """Returns what a compile's actor runs cost as far as known, their number, and how many have no known cost."""
    with ledger.read() as conn:
        runs = [run for run in actor_runs.list_runs(conn, brand_id=brand_id) if run.compile_run_id == compile_run_id]
    spent = sum((run.usage_usd for run in runs if run.usage_usd is not None), Decimal(0))
    return spent, len(runs), sum(run.usage_usd is None for run in runs)
