"""Benchmarks of the fleet: percentiles over all brands, under ids made from their content."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.domain.fleet.standing import FEWEST_BRANDS, FleetFigures
from brandbrain_dagster.stores.ledger.tables import apify_run, brand, fleet_benchmark


@dataclass(frozen=True, kw_only=True)
class FleetBenchmark:
    """A stored benchmark; ``created_at`` is when the fleet was last found to be so."""

    id: UUID
    figures: FleetFigures
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class FleetActivity:
    """What decides whether a benchmark is due; times are None before the first."""

    has_enough_brands: bool
    benchmarked_at: datetime | None
    newest_run_at: datetime | None


def upsert_fleet_benchmark(conn: Connection, *, figures: FleetFigures, now: datetime) -> FleetBenchmark:
    """Stores a benchmark as the newest; one with the same figures is only given the time."""
    statement = insert(fleet_benchmark).values(
        id=figures.benchmark_id, figures_json=msgspec.to_builtins(figures), created_at=now
    )
    conn.execute(statement.on_conflict_do_update(index_elements=[fleet_benchmark.c.id], set_={"created_at": now}))
    return FleetBenchmark(id=figures.benchmark_id, figures=figures, created_at=now)


def find_newest_fleet_benchmark(conn: Connection) -> FleetBenchmark | None:
    """Returns the newest benchmark, or None before the first."""
    newest = select(fleet_benchmark).order_by(fleet_benchmark.c.created_at.desc()).limit(1)
    row = conn.execute(newest).one_or_none()
    if row is None:
        return None
    return FleetBenchmark(id=row.id, figures=msgspec.convert(row.figures_json, FleetFigures), created_at=row.created_at)


def look_at_fleet(conn: Connection) -> FleetActivity:
    """Returns what has happened since the newest benchmark, in one query that reads a few rows."""
    some_brands = select(brand.c.id).limit(FEWEST_BRANDS).subquery()
    count = select(func.count()).select_from(some_brands).scalar_subquery()
    statement = select(
        (count >= FEWEST_BRANDS).label("has_enough_brands"),
        select(func.max(fleet_benchmark.c.created_at)).scalar_subquery().label("benchmarked_at"),
        select(func.max(apify_run.c.created_at)).scalar_subquery().label("newest_run_at"),
    )
    return FleetActivity(**conn.execute(statement).mappings().one())
