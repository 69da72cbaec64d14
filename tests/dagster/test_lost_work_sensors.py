"""The sensors that find work whose process is gone, evaluated as the daemon does, on a real ledger."""

from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import dagster as dg
import pytest

from brandbrain_dagster.assets.brand_partitions import COMPILE_RUN_TAG
from brandbrain_dagster.jobs.compile_batch import batch_config
from brandbrain_dagster.sensors.launched_by import ATTEMPTS_TAG
from brandbrain_dagster.sensors.lost_work import lost_work_sensor, run_canceled_sensor, run_failure_sensor
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.stores.ledger.brand_lock import SessionLocks
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.sensing import add_run, enqueue, stored, tick
from tests.use_cases.collecting import utc_now
from tests.use_cases.compiling import begin, ready_brand, start
from tests.use_cases.replayed_brand import POSTS

pytestmark = pytest.mark.usefixtures("environment")


def add_started_run(instance: dg.DagsterInstance, *, seconds_ago: float) -> dg.DagsterRun:
    """Adds a run that was STARTED a while ago."""
    run = add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTING)
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name=run.job_name)
    at = utc_now().timestamp() - seconds_ago
    instance.handle_new_event(
        dg.EventLogEntry(None, 10, "", run.run_id, at, job_name=run.job_name, dagster_event=event)  # type: ignore[no-untyped-call]
    )
    return run


def status_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def test_only_started_runs_without_a_life_sign_are_reported_failed(
    ledger: Ledger, instance: dg.DagsterInstance
) -> None:
    dead, alive = (add_started_run(instance, seconds_ago=120) for _ in range(2))
    young = add_started_run(instance, seconds_ago=5)
    with closing(SessionLocks(ledger)) as locks:
        assert locks.try_hold(UUID(alive.run_id))
        seen = tick(lost_work_sensor, instance).skip_message
    assert seen == "0 leases had expired, 1 runs were dead, no actor run is orphaned"
    assert status_of(instance, dead) is dg.DagsterRunStatus.FAILURE
    assert [status_of(instance, run) for run in (alive, young)] == [dg.DagsterRunStatus.STARTED] * 2


def test_compile_whose_lease_expired_goes_back_to_the_queue(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = enqueue(ledger)
    begin(ledger, waiting.id, uuid4())
    assert tick(lost_work_sensor, instance).skip_message.startswith("1 leases had expired")
    assert stored(ledger, waiting).status is WorkStatus.PENDING


def add_orphan(ledger: Ledger, *, created_at: datetime) -> UUID:
    """Adds a brand with an actor run that goes on although its compile is over."""
    brand_id, (source,) = ready_brand(ledger, POSTS)
    run = start(ledger, brand_id).compile_run_id
    with ledger.begin() as conn:
        actor_runs.insert_intent(
            conn,
            run_id=uuid4(),
            source=source,
            compile_run_id=run,
            actor_id="actor",
            input_json={},
            start_nonce=uuid4().hex,
            now=created_at,
        )
        COMPILES.finish_failed(conn, work_id=run, lease_token=None, now=utc_now(), error="cancelled")
    return brand_id


def test_actor_runs_without_a_compile_are_aborted_by_a_job(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    add_orphan(ledger, created_at=utc_now() - timedelta(seconds=30))
    assert tick(lost_work_sensor, instance).run_requests == []
    brand_id = add_orphan(ledger, created_at=utc_now() - timedelta(seconds=61))
    (request,) = tick(lost_work_sensor, instance).run_requests
    assert request.job_name in {None, "abort_actor_runs"}
    assert request.run_config == {"ops": {"abort_orphaned_actor_runs": {"config": {"brand_ids": [str(brand_id)]}}}}
    assert request.run_key


def end_run(instance: dg.DagsterInstance, run: dg.DagsterRun, *, is_cancelled: bool) -> None:
    """Ends a run badly, and evaluates the sensor that hears of it."""
    sensor = run_canceled_sensor if is_cancelled else run_failure_sensor
    event = instance.report_run_canceled(run) if is_cancelled else instance.report_run_failed(run)
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name, dagster_event=event, dagster_instance=instance, dagster_run=run
    )
    sensor(context if is_cancelled else context.for_run_failure())


@pytest.mark.parametrize(
    ("is_cancelled", "status", "error"),
    [(False, WorkStatus.PENDING, None), (True, WorkStatus.FAILED, "cancelled")],
)
def test_compile_of_a_run_that_ended_badly_is_ended(
    ledger: Ledger, instance: dg.DagsterInstance, status: WorkStatus, error: str | None, *, is_cancelled: bool
) -> None:
    waiting = enqueue(ledger)
    run = add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    begin(ledger, waiting.id, UUID(run.run_id))
    end_run(instance, run, is_cancelled=is_cancelled)
    ended = stored(ledger, waiting)
    assert (ended.status, ended.attempts, ended.error) == (status, 1, error)


def test_run_that_failed_before_it_took_its_compile_costs_an_attempt(
    ledger: Ledger, instance: dg.DagsterInstance
) -> None:
    alone, *batched = (enqueue(ledger) for _ in range(3))
    tags = {COMPILE_RUN_TAG: str(alone.id), ATTEMPTS_TAG: "0"}
    end_run(instance, add_run(instance, "compile_brand", dg.DagsterRunStatus.STARTING, tags=tags), is_cancelled=False)
    config = batch_config([(entry.id, 0) for entry in batched])
    run = add_run(instance, "compile_batch", dg.DagsterRunStatus.STARTING, run_config=config)
    end_run(instance, run, is_cancelled=False)
    for entry in (alone, *batched):
        lost = stored(ledger, entry)
        assert (lost.status, lost.attempts) == (WorkStatus.PENDING, 1)
        assert "could not start" in str(lost.last_error)


def test_run_that_nobody_launched_from_the_queue_ends_nothing(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = enqueue(ledger)
    run = add_run(instance, "compile_brand", dg.DagsterRunStatus.STARTED, tags={COMPILE_RUN_TAG: str(waiting.id)})
    end_run(instance, run, is_cancelled=True)
    assert stored(ledger, waiting) == waiting
