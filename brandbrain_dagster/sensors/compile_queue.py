"""Sensors that serve the compile queue: `compile_queue_sensor` and `compile_worker_sensor`."""

import json
from datetime import timedelta

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS, COMPILE_RUN_TAG
from brandbrain_dagster.jobs.compile_batch import batch_config, compile_batch
from brandbrain_dagster.jobs.compile_brand import compile_brand
from brandbrain_dagster.jobs.compile_worker import LEFT_TO_THE_FIRST, WORKER_TAG, compile_worker, worker_config
from brandbrain_dagster.sensors.launched_by import ATTEMPTS_TAG
from brandbrain_dagster.sensors.opened_ledger import CLOCK, SPENDING, opened_ledger
from brandbrain_dagster.sensors.run_counts import STARTED, UNDER_WAY, count_runs
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.use_cases.plan_launches import Launch, plan_launches

_LOOKED_AT = 1000
_POLLS_LEFT_TO_WORKER = 3
WORTH_A_SECOND = 200
"""Due compiles that pay for starting another process."""


@dg.sensor(
    jobs=[compile_brand, compile_batch],
    minimum_interval_seconds=5,
    default_status=SPENDING,
    description="Launches runs for compiles that wait in the queue and that no worker takes; many share a run.",
)
def compile_queue_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Reads the due compiles, fair across tenants, and never touches their rows."""
    with opened_ledger() as (settings, ledger), ledger.read() as conn:
        due = COMPILES.list_due(conn, now=CLOCK.now(), limit=_LOOKED_AT)
        newest_start = COMPILES.find_newest_start(conn)
    polls = _POLLS_LEFT_TO_WORKER if count_runs(context.instance, compile_worker, STARTED) else 0
    plan = plan_launches(
        due,
        cursor=json.loads(context.cursor or "{}"),
        worker_grace=timedelta(seconds=polls * settings.queue_poll_seconds),
        newest_start=newest_start,
        launch_life=timedelta(seconds=settings.lease_seconds),
        now=CLOCK.now(),
    )
    cursor = json.dumps(plan.cursor)
    if not plan.launches:
        context.update_cursor(cursor)
        return dg.SkipReason(f"{len(due)} compiles are due; {len(plan.cursor)} of them were launched already")
    brand_ids = [str(entry.brand_id) for launch in plan.launches for entry in launch.compiles]
    return dg.SensorResult(
        run_requests=[_run_request(launch) for launch in plan.launches],
        dynamic_partitions_requests=[BRANDS.build_add_request(sorted(set(brand_ids)))],
        cursor=cursor,
    )


@dg.sensor(
    job=compile_worker,
    minimum_interval_seconds=5,
    default_status=SPENDING if load_settings().warm_worker else dg.DefaultSensorStatus.STOPPED,
    description="Keeps one worker run waiting, so that compiles start within seconds, and a second while many wait.",
)
def compile_worker_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Launches a worker when none is under way, and another one that leaves again when the queue is long."""
    workers = count_runs(context.instance, compile_worker, UNDER_WAY)
    if workers == 0:
        return dg.RunRequest()
    with opened_ledger() as (_, ledger), ledger.read() as conn:
        due_count = len(COMPILES.list_due(conn, now=CLOCK.now(), limit=WORTH_A_SECOND))
    if workers == 1 and due_count == WORTH_A_SECOND:
        return dg.RunRequest(run_config=worker_config(leaves=LEFT_TO_THE_FIRST), tags={WORKER_TAG: "second"})
    return dg.SkipReason(f"{workers} workers are under way")


def _run_request(launch: Launch) -> dg.RunRequest:
    if len(launch.compiles) > 1:
        config = batch_config([(entry.id, entry.attempts) for entry in launch.compiles])
        return dg.RunRequest(run_key=launch.run_key, job_name=compile_batch.name, run_config=config)
    (entry,) = launch.compiles
    return dg.RunRequest(
        run_key=launch.run_key,
        job_name=compile_brand.name,
        partition_key=str(entry.brand_id),
        tags={COMPILE_RUN_TAG: str(entry.id), ATTEMPTS_TAG: str(entry.attempts)},
    )
