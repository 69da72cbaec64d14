"""Comparing all brands, and deciding when that is due."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.fleet.standing import fleet_inputs
from brandbrain_dagster.domain.normalization.evidence_frame import items_from_frame
from brandbrain_dagster.stores.lake.fleet_scan import scan_fleet
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.fleet_benchmarks import (
    FleetActivity,
    FleetBenchmark,
    find_newest_fleet_benchmark,
    upsert_fleet_benchmark,
)

EVERY = timedelta(days=1)
_RUN_LASTS = timedelta(hours=1)
"""How long after an actor run was asked for its rows may become evidence; so far back does a benchmark not hold it."""


def benchmark_fleet(*, lake: Lake, ledger: Ledger, now: datetime) -> FleetBenchmark:
    """Compares all brands by their evidence as it is now, and stores the figures.

    Raises:
        LakeError: an evidence file cannot be read.
    """
    figures = scan_fleet(lake)
    with ledger.begin() as conn:
        return upsert_fleet_benchmark(conn, figures=figures, now=now)


def why_not_due(activity: FleetActivity, now: datetime) -> str | None:
    """Returns why the brands need not be compared now; None when they are to be."""
    if not activity.has_enough_brands:
        return "too few brands for a comparison"
    if activity.newest_run_at is None:
        return "nothing was collected yet"
    if activity.benchmarked_at is None:
        return None
    if now - activity.benchmarked_at < EVERY:
        return f"compared at {activity.benchmarked_at:%Y-%m-%d %H:%M} UTC, at most once a day"
    if activity.newest_run_at < activity.benchmarked_at - _RUN_LASTS:
        return "nothing was collected since the newest benchmark"
    return None


def standing_inputs(brand_id: UUID, *, ledger: Ledger, lake: Lake) -> dict[str, Any]:
    """Returns what a brand's standing in the newest benchmark rests on, to be recorded; empty without a benchmark."""
    with ledger.read() as conn:
        newest = find_newest_fleet_benchmark(conn)
    frame = None if newest is None else lake.read_evidence(brand_id=brand_id)
    if newest is None or frame is None:
        return {}
    return fleet_inputs(items_from_frame(frame), newest.figures)
