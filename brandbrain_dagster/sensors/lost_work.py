"""Sensors that find work whose process is gone: `lost_work_sensor`, and one for each way a run can end badly."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import dagster as dg

from brandbrain_dagster.jobs.abort_actor_runs import abort_actor_runs, brands_config
from brandbrain_dagster.resources.board_rules import board_attempt_ports
from brandbrain_dagster.resources.compile_rules import attempt_rules
from brandbrain_dagster.sensors.launched_by import compiles_of_run
from brandbrain_dagster.sensors.opened_ledger import CLOCK, FREE_OF_CHARGE, opened_ledger
from brandbrain_dagster.stores.ledger.actor_runs import list_brands_with_orphans
from brandbrain_dagster.stores.ledger.brand_lock import is_held
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.lost_generations import requeue_expired_generations, requeue_generations_of_run
from brandbrain_dagster.use_cases.lost_work import requeue_compiles_of_run, requeue_expired

_STARTING = timedelta(seconds=60)
"""How long a run may take from its start to its first sign of life."""
_ORPHANED = timedelta(seconds=60)
"""How long an actor run may have no compile before it is aborted: a retry may be on its way."""
_ASKED_AGAIN = 600
"""Seconds after which the abortion of the same actor runs is tried again."""


@dg.sensor(
    job=abort_actor_runs,
    minimum_interval_seconds=10,
    default_status=FREE_OF_CHARGE,
    description="Requeues compiles and boards whose process died, ends dead runs, and stops orphaned actor runs.",
)
def lost_work_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Looks at leases, at the life signs of runs, and at actor runs without a compile."""
    now = CLOCK.now()
    with opened_ledger() as (settings, ledger):
        expired = [
            *requeue_expired(ledger=ledger, rules=attempt_rules(settings), now=now, jitter=CLOCK.jitter),
            *requeue_expired_generations(ports=board_attempt_ports(settings, ledger=ledger, clock=CLOCK)),
        ]
        dead = _end_dead_runs(context.instance, ledger, now)
        with ledger.read() as conn:
            orphaned = list_brands_with_orphans(conn, created_before=now - _ORPHANED)
    if not orphaned:
        return dg.SkipReason(f"{len(expired)} leases had expired, {dead} runs were dead, no actor run is orphaned")
    bucket = int(now.timestamp()) // _ASKED_AGAIN
    named = hashlib.sha256(f"{sorted(map(str, orphaned))}".encode()).hexdigest()
    return dg.RunRequest(run_key=f"{named}:{bucket}", run_config=brands_config(orphaned))


@dg.run_failure_sensor(
    default_status=FREE_OF_CHARGE,
    minimum_interval_seconds=5,
    description="Tells the ledger that a run failed, when its process could not.",
)
def run_failure_sensor(context: dg.RunFailureSensorContext) -> None:
    """Ends the attempts that the run has left behind."""
    _settle(context.dagster_run, was_cancelled=False)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.CANCELED,
    default_status=FREE_OF_CHARGE,
    minimum_interval_seconds=5,
    description="Tells the ledger that a run was terminated, when its process could not.",
)
def run_canceled_sensor(context: dg.RunStatusSensorContext) -> None:
    """Cancels the compiles that the run has left behind."""
    _settle(context.dagster_run, was_cancelled=True)


def _settle(run: dg.DagsterRun, *, was_cancelled: bool) -> None:
    with opened_ledger() as (settings, ledger):
        requeue_compiles_of_run(
            run.run_id,
            launched=compiles_of_run(run),
            was_cancelled=was_cancelled,
            ledger=ledger,
            rules=attempt_rules(settings),
            now=CLOCK.now(),
            jitter=CLOCK.jitter,
        )
        requeue_generations_of_run(
            run.run_id,
            was_cancelled=was_cancelled,
            ports=board_attempt_ports(settings, ledger=ledger, clock=CLOCK),
        )


def _end_dead_runs(instance: dg.DagsterInstance, ledger: Ledger, now: datetime) -> int:
    """Reports runs failed that are STARTED without a living process: a crash of the host leaves them so for ever."""
    dead = 0
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    for record in instance.get_run_records(started):
        since = record.start_time or record.create_timestamp.timestamp()
        if now.timestamp() - since > _STARTING.total_seconds() and not is_held(ledger, UUID(record.dagster_run.run_id)):
            instance.report_run_failed(record.dagster_run, "The process of this run has died.")
            dead += 1
    return dead
