"""Each sensor, evaluated as the daemon does, on a real ledger and an instance that outlives a process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import dagster as dg
import pytest

from brandbrain_dagster.assets.brand_partitions import BRANDS, COMPILE_RUN_TAG
from brandbrain_dagster.jobs.compile_batch import batch_config, launched_compiles
from brandbrain_dagster.sensors.automatic_compiles import inputs_changed_sensor, stale_brands_sensor
from brandbrain_dagster.sensors.brand_partitions import brand_partitions_sensor
from brandbrain_dagster.sensors.compile_queue import compile_queue_sensor, compile_worker_sensor
from brandbrain_dagster.sensors.launched_by import ATTEMPTS_TAG, compiles_of_run
from brandbrain_dagster.sensors.lost_work import lost_work_sensor, run_canceled_sensor, run_failure_sensor
from brandbrain_dagster.stores.ledger import actor_runs, compile_attempts, compile_runs, onboarding
from brandbrain_dagster.stores.ledger.brand_lock import SessionLocks
from brandbrain_dagster.stores.ledger.brands import delete_brand
from brandbrain_dagster.stores.ledger.compile_runs import CompileRun
from brandbrain_dagster.stores.ledger.compile_status import CompileStatus
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.dagster.brand_runs import definitions
from tests.use_cases.collecting import utc_now
from tests.use_cases.compiling import begin, ready_brand, start
from tests.use_cases.refreshing import collected_brand, compiled_brand, compiles_of
from tests.use_cases.replayed_brand import POSTS
from tests.workplace import ANSWERS

STATUSES = """
import json
from brandbrain_dagster.definitions import defs
print(json.dumps({sensor.name: sensor.default_status.value for sensor in defs.sensors}))
"""
FREE = {"brand_partitions_sensor", "lost_work_sensor", "run_failure_sensor", "run_canceled_sensor"}
SPENDING = {"compile_queue_sensor", "compile_worker_sensor", "inputs_changed_sensor", "stale_brands_sensor"}


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BRANDBRAIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BRANDBRAIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BRANDBRAIN_DATABASE_URL", ledger_url)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield instance


def tick(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None) -> Any:
    """Evaluates a sensor as the daemon does."""
    context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=definitions())
    return sensor.evaluate_tick(context)


def enqueue(ledger: Ledger, *, seconds_ago: float = 0) -> CompileRun:
    """Enqueues the first compile of a new brand."""
    brand_id, _ = ready_brand(ledger, POSTS)
    start(ledger, brand_id, now=utc_now() - timedelta(seconds=seconds_ago))
    return compiles_of(ledger, brand_id)[0]


def stored(ledger: Ledger, run: CompileRun) -> CompileRun:
    with ledger.read() as conn:
        return compile_runs.get_compile_run(conn, compile_run_id=run.id)


def add_run(
    instance: dg.DagsterInstance,
    job: str,
    status: dg.DagsterRunStatus,
    *,
    tags: Mapping[str, str] | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> dg.DagsterRun:
    job_def = definitions().resolve_job_def(job)
    return instance.create_run_for_job(job_def, run_id=str(uuid4()), status=status, tags=tags, run_config=run_config)


def add_started_run(instance: dg.DagsterInstance, *, seconds_ago: float) -> dg.DagsterRun:
    """Adds a run that was STARTED a while ago."""
    run = add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTING)
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name=run.job_name)
    at = utc_now().timestamp() - seconds_ago
    instance.handle_new_event(
        dg.EventLogEntry(None, 10, "", run.run_id, at, job_name=run.job_name, dagster_event=event)
    )
    return run


def status_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def test_partitions_follow_the_brands(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    kept, deleted = (ready_brand(ledger, POSTS)[0] for _ in range(2))
    added, gone = tick(brand_partitions_sensor, instance).dynamic_partitions_requests
    assert (set(added.partition_keys), list(gone.partition_keys)) == ({str(kept), str(deleted)}, [])
    instance.add_dynamic_partitions(str(BRANDS.name), list(added.partition_keys))
    settled = tick(brand_partitions_sensor, instance)
    assert (settled.dynamic_partitions_requests, settled.skip_message) == ([], "2 brands, each with its partition")
    with ledger.begin() as conn:
        delete_brand(conn, brand_id=deleted)
    added, gone = tick(brand_partitions_sensor, instance).dynamic_partitions_requests
    assert (list(added.partition_keys), list(gone.partition_keys)) == ([], [str(deleted)])


def test_compile_that_waits_is_launched_once_and_its_row_stays_as_it_is(
    ledger: Ledger, instance: dg.DagsterInstance
) -> None:
    waiting = enqueue(ledger)
    first = tick(compile_queue_sensor, instance)
    (request,) = first.run_requests
    assert (request.job_name, request.partition_key) == ("compile_brand", str(waiting.brand_id))
    assert (request.tags[COMPILE_RUN_TAG], request.tags[ATTEMPTS_TAG]) == (str(waiting.id), "0")
    assert [list(entry.partition_keys) for entry in first.dynamic_partitions_requests] == [[str(waiting.brand_id)]]
    assert stored(ledger, waiting) == waiting
    again = tick(compile_queue_sensor, instance, first.cursor)
    assert (again.run_requests, again.cursor) == ([], first.cursor)
    assert again.skip_message == "1 compiles are due; 1 of them were launched already"


def test_many_compiles_that_wait_share_a_run(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = [enqueue(ledger) for _ in range(4)]
    launched = tick(compile_queue_sensor, instance)
    (request,) = launched.run_requests
    assert request.job_name == "compile_batch"
    assert set(launched_compiles(request.run_config)) == {(run.id, 0) for run in waiting}
    run = add_run(instance, "compile_batch", dg.DagsterRunStatus.QUEUED, run_config=request.run_config)
    assert set(compiles_of_run(run)) == {(run.id, 0) for run in waiting}
    assert tick(compile_queue_sensor, instance, launched.cursor).run_requests == []


def test_next_attempt_is_launched_again(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = enqueue(ledger)
    first = tick(compile_queue_sensor, instance)
    token = uuid4()
    begin(ledger, waiting.id, token)
    with ledger.begin() as conn:
        compile_attempts.requeue_compile_run(
            conn, compile_run_id=waiting.id, lease_token=token, available_at=utc_now(), last_error=None
        )
    (request,) = tick(compile_queue_sensor, instance, first.cursor).run_requests
    assert request.tags[ATTEMPTS_TAG] == "1"
    assert request.run_key != first.run_requests[0].run_key


def test_compile_is_left_to_a_worker_that_waits(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    enqueue(ledger, seconds_ago=-0.0)
    assert tick(compile_queue_sensor, instance).run_requests == []
    late = enqueue(ledger, seconds_ago=60)
    (request,) = tick(compile_queue_sensor, instance).run_requests
    assert request.partition_key == str(late.brand_id)


@pytest.mark.parametrize(
    ("status", "is_launched"),
    [
        (None, True),
        (dg.DagsterRunStatus.QUEUED, False),
        (dg.DagsterRunStatus.STARTED, False),
        (dg.DagsterRunStatus.CANCELING, False),
        (dg.DagsterRunStatus.SUCCESS, True),
        (dg.DagsterRunStatus.FAILURE, True),
    ],
)
def test_one_worker_is_kept_under_way(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus | None, *, is_launched: bool
) -> None:
    add_run(instance, "compile_batch", dg.DagsterRunStatus.STARTED)
    if status is not None:
        add_run(instance, "compile_worker", status)
    assert len(tick(compile_worker_sensor, instance).run_requests) == is_launched


def test_changed_brand_is_enqueued_once_it_was_left_alone(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    brand_id, _ = compiled_brand(ledger)
    with ledger.begin() as conn:
        onboarding.upsert_onboarding(
            conn, brand_id=brand_id, tier=0, answers_json={**ANSWERS, "tier0.who_for": "All."}, now=utc_now()
        )
    assert tick(inputs_changed_sensor, instance).skip_message.startswith("0 brands")
    with ledger.begin() as conn:
        onboarding.upsert_onboarding(
            conn, brand_id=brand_id, tier=0, answers_json=ANSWERS, now=utc_now() - timedelta(seconds=61)
        )
    seen = tick(inputs_changed_sensor, instance).skip_message
    assert seen == "1 brands were edited or meet another configuration; 1 of them need a compile"
    assert compiles_of(ledger, brand_id)[0].status is CompileStatus.PENDING
    assert tick(inputs_changed_sensor, instance).skip_message.startswith("0 brands")


def test_stale_brand_is_enqueued_and_shown_as_stale(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    brand_id = collected_brand(ledger)
    enqueued = tick(stale_brands_sensor, instance)
    (evaluation,) = enqueued.asset_events
    assert (evaluation.check_name, evaluation.asset_key) == ("brand_is_fresh", dg.AssetKey("brandbrain_snapshot"))
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.partition == str(brand_id)
    assert compiles_of(ledger, brand_id)[0].status is CompileStatus.PENDING
    again = tick(stale_brands_sensor, instance)
    assert (again.asset_events, again.skip_message) == ([], "no brand waits for a refresh")


def test_budget_of_the_settings_holds_refreshes_back(
    ledger: Ledger, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand_id = collected_brand(ledger, usd="0.5")
    monkeypatch.setenv("BRANDBRAIN_DAILY_BUDGET_USD", "0.49")
    assert "budget" in tick(stale_brands_sensor, instance).skip_message
    assert len(compiles_of(ledger, brand_id)) == 1


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
    assert "0 runs were dead" in str(tick(lost_work_sensor, instance).skip_message) or alive


def test_compile_whose_lease_expired_goes_back_to_the_queue(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = enqueue(ledger)
    begin(ledger, waiting.id, uuid4())
    assert tick(lost_work_sensor, instance).skip_message.startswith("1 leases had expired")
    assert stored(ledger, waiting).status is CompileStatus.PENDING


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
        compile_attempts.finish_failed(conn, compile_run_id=run, lease_token=None, now=utc_now(), error="cancelled")
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
    [(False, CompileStatus.PENDING, None), (True, CompileStatus.FAILED, "cancelled")],
)
def test_compile_of_a_run_that_ended_badly_is_ended(
    ledger: Ledger, instance: dg.DagsterInstance, status: CompileStatus, error: str | None, *, is_cancelled: bool
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
        assert (lost.status, lost.attempts) == (CompileStatus.PENDING, 1)
        assert "could not start" in str(lost.last_error)


def test_run_that_nobody_launched_from_the_queue_ends_nothing(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = enqueue(ledger)
    run = add_run(instance, "compile_brand", dg.DagsterRunStatus.STARTED, tags={COMPILE_RUN_TAG: str(waiting.id)})
    end_run(instance, run, is_cancelled=True)
    assert stored(ledger, waiting) == waiting


def test_sensors_that_spend_are_off_unless_automation_is_on() -> None:
    variants: list[dict[str, str]] = [
        {},
        {"BRANDBRAIN_AUTOMATION": "true"},
        {"BRANDBRAIN_AUTOMATION": "true", "BRANDBRAIN_WARM_WORKER": "false"},
    ]
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", STATUSES],
            env={**os.environ, **variant},
            stdout=subprocess.PIPE,
            text=True,
        )
        for variant in variants
    ]
    running = []
    for child in children:
        output, _ = child.communicate()
        running.append({name for name, status in json.loads(output).items() if status == "RUNNING"})
    assert running == [FREE, FREE | SPENDING, FREE | SPENDING - {"compile_worker_sensor"}]
