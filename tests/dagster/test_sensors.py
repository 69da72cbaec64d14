"""Each sensor, evaluated as the daemon does, on a real ledger."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest

from brandbrain_dagster.assets.brand_partitions import BRANDS, COMPILE_RUN_TAG
from brandbrain_dagster.jobs.compile_batch import launched_compiles
from brandbrain_dagster.sensors.automatic_compiles import inputs_changed_sensor, stale_brands_sensor
from brandbrain_dagster.sensors.brand_partitions import brand_partitions_sensor
from brandbrain_dagster.sensors.compile_queue import WORTH_A_SECOND, compile_queue_sensor, compile_worker_sensor
from brandbrain_dagster.sensors.launched_by import ATTEMPTS_TAG, compiles_of_run
from brandbrain_dagster.stores.ledger import onboarding
from brandbrain_dagster.stores.ledger.brands import delete_brand
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.sensing import add_run, enqueue, stored, tick
from tests.use_cases.collecting import utc_now
from tests.use_cases.compiling import begin, ready_brand
from tests.use_cases.refreshing import collected_brand, compiled_brand, compiles_of
from tests.use_cases.replayed_brand import POSTS
from tests.workplace import ANSWERS

pytestmark = pytest.mark.usefixtures("environment")

STATUSES = """
import json, os, sys
import brandbrain_dagster.jobs.compile_worker
for variables in map(json.loads, sys.argv[1:]):
    if os.fork() == 0:
        os.environ.update(variables)
        from brandbrain_dagster.definitions import defs
        running = [sensor.name for sensor in defs.sensors if sensor.default_status.value == "RUNNING"]
        print(json.dumps(running), flush=True)
        os._exit(0)
    os.wait()
"""
FREE = {
    "brand_partitions_sensor",
    "fleet_benchmarks_sensor",
    "lost_work_sensor",
    "run_failure_sensor",
    "run_canceled_sensor",
}
SPENDING = {
    "compile_queue_sensor",
    "compile_worker_sensor",
    "inputs_changed_sensor",
    "stale_brands_sensor",
    "board_worker_sensor",
    "stale_boards_sensor",
}


@pytest.fixture
def stored_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance that outlives a process: Dagster checks a requested partition against no other."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


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
    ledger: Ledger, stored_instance: dg.DagsterInstance
) -> None:
    waiting = enqueue(ledger)
    first = tick(compile_queue_sensor, stored_instance)
    (request,) = first.run_requests
    assert (request.job_name, request.partition_key) == ("compile_brand", str(waiting.brand_id))
    assert (request.tags[COMPILE_RUN_TAG], request.tags[ATTEMPTS_TAG]) == (str(waiting.id), "0")
    assert [list(entry.partition_keys) for entry in first.dynamic_partitions_requests] == [[str(waiting.brand_id)]]
    assert stored(ledger, waiting) == waiting
    again = tick(compile_queue_sensor, stored_instance, first.cursor)
    assert (again.run_requests, again.cursor) == ([], first.cursor)
    assert again.skip_message == "1 compiles are due; 1 of them were launched already"


def test_many_compiles_that_wait_share_a_run(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    waiting = [enqueue(ledger) for _ in range(4)]
    launched = tick(compile_queue_sensor, instance)
    (request,) = launched.run_requests
    assert request.job_name == "compile_batch"
    assert set(launched_compiles(request.run_config)) == {(run.id, 0) for run in waiting}
    run = add_run(instance, "compile_batch", dg.DagsterRunStatus.STARTING, run_config=request.run_config)
    assert set(compiles_of_run(run)) == {(run.id, 0) for run in waiting}
    assert tick(compile_queue_sensor, instance, launched.cursor).run_requests == []


def test_next_attempt_is_launched_again(ledger: Ledger, stored_instance: dg.DagsterInstance) -> None:
    waiting = enqueue(ledger)
    first = tick(compile_queue_sensor, stored_instance)
    token = uuid4()
    begin(ledger, waiting.id, token)
    with ledger.begin() as conn:
        COMPILES.requeue(conn, work_id=waiting.id, lease_token=token, available_at=utc_now(), last_error=None)
    (request,) = tick(compile_queue_sensor, stored_instance, first.cursor).run_requests
    assert request.tags[ATTEMPTS_TAG] == "1"
    assert request.run_key != first.run_requests[0].run_key


def test_compile_is_left_to_a_worker_that_waits(ledger: Ledger, stored_instance: dg.DagsterInstance) -> None:
    add_run(stored_instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    enqueue(ledger)
    assert tick(compile_queue_sensor, stored_instance).run_requests == []
    late = enqueue(ledger, seconds_ago=60)
    (request,) = tick(compile_queue_sensor, stored_instance).run_requests
    assert request.partition_key == str(late.brand_id)


@pytest.mark.parametrize(
    ("status", "is_launched"),
    [
        (None, True),
        (dg.DagsterRunStatus.STARTING, False),
        (dg.DagsterRunStatus.STARTED, False),
        (dg.DagsterRunStatus.CANCELING, False),
        (dg.DagsterRunStatus.SUCCESS, True),
        (dg.DagsterRunStatus.FAILURE, True),
    ],
)
def test_one_worker_is_kept_under_way(
    instance: dg.DagsterInstance, status: dg.DagsterRunStatus | None, *, is_launched: bool
) -> None:
    add_run(instance, "compile_brand", dg.DagsterRunStatus.STARTED)
    if status is not None:
        add_run(instance, "compile_worker", status)
    assert len(tick(compile_worker_sensor, instance).run_requests) == is_launched


def test_second_worker_helps_while_many_compiles_wait(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTED)
    for _ in range(WORTH_A_SECOND - 1):
        enqueue(ledger)
    assert tick(compile_worker_sensor, instance).run_requests == []
    enqueue(ledger)
    (request,) = tick(compile_worker_sensor, instance).run_requests
    assert request.tags["brandbrain/worker"] == "second"
    add_run(instance, "compile_worker", dg.DagsterRunStatus.STARTING)
    assert tick(compile_worker_sensor, instance).run_requests == []


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
    assert compiles_of(ledger, brand_id)[0].status is WorkStatus.PENDING
    assert tick(inputs_changed_sensor, instance).skip_message.startswith("0 brands")


def test_stale_brand_is_enqueued_and_shown_as_stale(ledger: Ledger, instance: dg.DagsterInstance) -> None:
    brand_id = collected_brand(ledger)
    enqueued = tick(stale_brands_sensor, instance)
    (evaluation,) = enqueued.asset_events
    assert (evaluation.check_name, evaluation.asset_key) == ("brand_is_fresh", dg.AssetKey("raw_apify_items"))
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.partition == str(brand_id)
    assert compiles_of(ledger, brand_id)[0].status is WorkStatus.PENDING
    again = tick(stale_brands_sensor, instance)
    assert (again.asset_events, again.skip_message) == ([], "no brand waits for a refresh")


def test_budget_of_the_settings_holds_refreshes_back(
    ledger: Ledger, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand_id = collected_brand(ledger, usd="0.5")
    monkeypatch.setenv("BRANDBRAIN_DAILY_BUDGET_USD", "0.49")
    assert "budget" in tick(stale_brands_sensor, instance).skip_message
    assert len(compiles_of(ledger, brand_id)) == 1


def test_sensors_that_spend_are_off_unless_automation_is_on() -> None:
    variants: list[dict[str, str]] = [
        {},
        {"BRANDBRAIN_AUTOMATION": "true"},
        {"BRANDBRAIN_AUTOMATION": "true", "BRANDBRAIN_WARM_WORKER": "false"},
    ]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STATUSES, *map(json.dumps, variants)],
        capture_output=True,
        text=True,
        check=True,
    )
    running = [set(json.loads(line)) for line in told.stdout.splitlines()]
    assert running == [FREE, FREE | SPENDING, FREE | SPENDING - {"compile_worker_sensor"}]
