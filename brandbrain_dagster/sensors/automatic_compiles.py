"""Sensors that compile by themselves: `inputs_changed_sensor` and `stale_brands_sensor`."""

import dagster as dg

from brandbrain_dagster.assets.brand_checks import IS_FRESH, IS_FRESH_OF
from brandbrain_dagster.resources.compile_rules import start_rules
from brandbrain_dagster.sensors.opened_ledger import CLOCK, SPENDING, opened_ledger
from brandbrain_dagster.use_cases.automatic_compiles import (
    RefreshBudget,
    compile_changed_brands,
    refresh_stale_brands,
)


@dg.sensor(
    minimum_interval_seconds=5,
    default_status=SPENDING,
    description="Enqueues a compile of every brand whose answers, overrides or sources changed and were left alone.",
)
def inputs_changed_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Compares input hashes; the queue does the rest."""
    with opened_ledger() as (settings, ledger):
        enqueued = compile_changed_brands(
            ledger=ledger,
            rules=start_rules(settings),
            debounce_seconds=settings.input_debounce_seconds,
            now=CLOCK.now(),
            new_id=CLOCK.new_id,
        )
    return dg.SkipReason(enqueued.seen)


@dg.sensor(
    minimum_interval_seconds=15,
    default_status=SPENDING,
    description="Enqueues a refresh of brands with a source older than its TTL, within the daily budget.",
)
def stale_brands_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Finds the stale brands, the longest due first, and shows them as such."""
    with opened_ledger() as (settings, ledger):
        enqueued = refresh_stale_brands(
            ledger=ledger,
            rules=start_rules(settings),
            budget=RefreshBudget(daily_usd=settings.daily_budget_usd, max_run_usd=settings.max_run_usd),
            now=CLOCK.now(),
            new_id=CLOCK.new_id,
        )
    if not enqueued.brand_ids:
        return dg.SkipReason(enqueued.seen)
    stale = [
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(IS_FRESH_OF),
            check_name=IS_FRESH,
            passed=False,
            severity=dg.AssetCheckSeverity.WARN,
            description="A source is older than its TTL; a refresh is enqueued.",
            partition=str(brand_id),
        )
        for brand_id in enqueued.brand_ids
    ]
    return dg.SensorResult(asset_events=stale, skip_reason=enqueued.seen)
