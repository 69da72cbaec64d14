"""Sensors that serve the compile queue: `compile_queue_sensor` and `compile_worker_sensor`."""

import json
from datetime import timedelta

import dagster as dg

from brandbrain_dagster.assets.brand_partitions import BRANDS, COMPILE_RUN_TAG
from brandbrain_dagster.jobs.compile_batch import batch_config, compile_batch
from brandbrain_dagster.jobs.compile_brand import compile_brand
from brandbrain_dagster.jobs.compile_worker import compile_worker
from brandbrain_dagster.sensors.launched_by import ATTEMPTS_TAG
from brandbrain_dagster.sensors.opened_ledger import CLOCK, SPENDING, opened_ledger
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.compile_queue import list_due_compile_runs
from brandbrain_dagster.use_cases.plan_launches import Launch, plan_launches

_LOOKED_AT = 1000
_POLLS_LEFT_TO_WORKER = 3
_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    jobs=[compile_brand, compile_batch],
    minimum_interval_seconds=5,
    default_status=SPENDING,
    description="Launches runs for compiles that wait in the queue and that no worker takes; many share a run.",
)
def compile_queue_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Reads the due compiles, fair across tenants, and never touches their rows."""
    with opened_ledger() as (settings, ledger), ledger.read() as conn:
        due = list_due_compile_runs(conn, now=CLOCK.now(), limit=_LOOKED_AT)
    polls = _POLLS_LEFT_TO_WORKER if _has_worker(context.instance, [dg.DagsterRunStatus.STARTED]) else 0
    plan = plan_launches(
        due,
        cursor=json.loads(context.cursor or "{}"),
        worker_grace=timedelta(seconds=polls * settings.queue_poll_seconds),
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
    description="Keeps one worker run waiting, so that compiles start within seconds.",
)
def compile_worker_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Launches a worker when none is under way."""
    if _has_worker(context.instance, _UNDER_WAY):
        return dg.SkipReason("a worker is under way")
    return dg.RunRequest()


def _has_worker(instance: dg.DagsterInstance, statuses: list[dg.DagsterRunStatus]) -> bool:
    filters = dg.RunsFilter(job_name=compile_worker.name, statuses=statuses)
    return instance.get_runs_count(filters) > 0


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
