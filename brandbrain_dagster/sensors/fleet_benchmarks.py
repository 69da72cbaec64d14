"""Sensor `fleet_benchmarks_sensor`: compares the brands again when there is new evidence, at most once a day."""

import dagster as dg

from brandbrain_dagster.jobs.benchmark_fleet import benchmark_fleet
from brandbrain_dagster.sensors.opened_ledger import CLOCK, FREE_OF_CHARGE, opened_ledger
from brandbrain_dagster.stores.ledger.fleet_benchmarks import look_at_fleet
from brandbrain_dagster.use_cases.benchmark_fleet import why_not_due


@dg.sensor(
    job=benchmark_fleet,
    minimum_interval_seconds=300,
    default_status=FREE_OF_CHARGE,
    description="Refreshes the fleet's percentiles when something was collected, at most once a day.",
)
def fleet_benchmarks_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Looks at the newest benchmark and the newest actor run; the day in the run key makes one that fails wait."""
    now = CLOCK.now()
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        reason = why_not_due(look_at_fleet(conn), now)
    if reason is not None:
        return dg.SkipReason(reason)
    return dg.RunRequest(run_key=f"fleet:{now:%Y-%m-%d}")
