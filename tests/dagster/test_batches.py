"""Many brands in one run: each is compiled, recorded and told of on its own, and one that fails holds up nobody."""

from uuid import UUID, uuid4

import dagster as dg
import pytest

from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.stores.ledger import bundles, snapshots
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock, is_held
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.brand_runs import ASSETS, Brands, interrupt, meanwhile
from tests.fakes.fake_apify import replay_of
from tests.use_cases.collecting import utc_now

LONG_SECONDS = 600.0
"""How long an actor run takes that nobody waits for to the end."""


def versions(ledger: Ledger, brand_id: UUID) -> list[int]:
    with ledger.read() as conn:
        return [entry.version for entry in snapshots.list_snapshots(conn, brand_id=brand_id)]


def bundle_id(ledger: Ledger, brand_id: UUID) -> str:
    with ledger.read() as conn:
        bundle = bundles.find_newest_bundle(conn, brand_id=brand_id)
    assert bundle is not None
    return str(bundle.id)


def test_brand_that_fails_in_a_batch_fails_alone(brands: Brands, ledger: Ledger) -> None:
    good, bad, other = brands.add(3)
    brands.spoil_lake(bad)
    result = brands.run_batch(brands.enqueue([good, bad, other]))
    assert result.success
    for brand_id in (good, other):
        run = brands.newest_compile(brand_id)
        assert (run.status, run.dagster_run_id) == (WorkStatus.SUCCEEDED, result.run_id)
        made = brands.materialized(brand_id)
        assert tuple(made) == ASSETS
        assert made["evidence_bundle"] == bundle_id(ledger, brand_id)
        assert all(brands.checks(result, brand_id).values())
    assert set(brands.materialized(good).values()).isdisjoint(brands.materialized(other).values())
    failed = brands.newest_compile(bad)
    assert (failed.status, failed.attempts, failed.lease_token) == (WorkStatus.PENDING, 1, None)
    assert failed.available_at > utc_now()
    assert "the lake" in str(failed.last_error)
    assert brands.materialized(bad) == {}
    assert brands.checks(result, bad) == {"compile_succeeds": False}
    assert versions(ledger, bad) == []


def test_batch_says_what_became_of_its_brands(brands: Brands) -> None:
    good, bad, taken = brands.add(3)
    brands.spoil_lake(bad)
    compile_run_ids = brands.enqueue([good, bad, taken])
    with brands.ledger.begin() as conn:
        COMPILES.finish_failed(conn, work_id=compile_run_ids[2], lease_token=None, now=utc_now(), error="cancelled")
    result = brands.run_batch(compile_run_ids)
    (output,) = [event for event in result.all_events if event.event_type is dg.DagsterEventType.STEP_OUTPUT]
    metadata = output.step_output_data.metadata
    assert (metadata["brands"].value, metadata["left to others"].value) == (3, 1)
    assert isinstance(metadata["failed"].value, dict)
    assert set(metadata["failed"].value) == {str(bad)}


def test_compile_that_another_process_has_taken_is_left_to_it(brands: Brands, ledger: Ledger) -> None:
    ours, theirs = brands.add(2)
    compile_run_ids, token = brands.enqueue([ours, theirs]), uuid4()
    with ledger.begin() as conn:
        COMPILES.claim(
            conn,
            work_id=compile_run_ids[1],
            lease_token=token,
            now=utc_now(),
            lease_seconds=60,
            dagster_run_id="theirs",
        )
    with brand_lock(ledger, theirs) as is_held_by_them:
        assert is_held_by_them
        assert brands.run_batch(compile_run_ids).success
    assert versions(ledger, ours) == [1]
    run = brands.newest_compile(theirs)
    assert (run.status, run.lease_token, run.attempts) == (WorkStatus.RUNNING, token, 1)
    assert brands.actor_runs(theirs) == []


def test_batch_that_was_launched_twice_compiles_once(brands: Brands, ledger: Ledger) -> None:
    brand_ids = brands.add(2)
    compile_run_ids = brands.enqueue(brand_ids)
    assert brands.run_batch(compile_run_ids).success
    assert brands.run_batch(compile_run_ids).success
    assert [versions(ledger, brand_id) for brand_id in brand_ids] == [[1], [1]]
    assert [brands.newest_compile(brand_id).attempts for brand_id in brand_ids] == [1, 1]
    assert brands.place.started_runs == 2


def test_partitions_of_a_run_fail_one_by_one_and_the_run_names_them(brands: Brands) -> None:
    first, bad, last = brands.add(3)
    brands.spoil_lake(bad)
    result = brands.run_partitions(first, last)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    told = str(failure.step_failure_data.user_failure_data or failure.event_specific_data)
    assert str(bad) in told
    assert str(first) not in told
    for brand_id in (first, last):
        assert brands.newest_compile(brand_id).status is WorkStatus.SUCCEEDED
        assert tuple(brands.materialized(brand_id)) == ASSETS
    assert brands.newest_compile(bad).status is WorkStatus.PENDING
    assert brands.materialized(bad) == {}


def test_partitions_of_a_run_succeed_together(brands: Brands) -> None:
    first, last = brands.add(2)
    result = brands.run_partitions(first, last)
    assert result.success
    assert set(brands.materialized(first).values()).isdisjoint(brands.materialized(last).values())
    assert {brands.newest_compile(brand_id).dagster_run_id for brand_id in (first, last)} == {result.run_id}


@pytest.mark.parametrize("run_seconds", [LONG_SECONDS])
def test_interrupted_batch_hands_its_compiles_back_and_actor_runs_go_on(brands: Brands, ledger: Ledger) -> None:
    brand_ids = brands.add(3)
    compile_run_ids = brands.enqueue(brand_ids)
    with meanwhile(lambda: has_started(brands, 3), interrupt):
        assert not brands.run_batch(compile_run_ids).success
    for brand_id in brand_ids:
        run = brands.newest_compile(brand_id)
        assert (run.status, run.attempts, run.max_attempts) == (WorkStatus.PENDING, 1, 4)
        assert run.available_at <= utc_now()
        assert [entry.status for entry in brands.actor_runs(brand_id)] == [ActorRunStatus.RUNNING]
        assert not is_held(ledger, brand_id)


@pytest.mark.parametrize("run_seconds", [LONG_SECONDS])
def test_terminated_batch_cancels_its_compiles_and_aborts_their_actor_runs(brands: Brands) -> None:
    brand_ids = brands.add(2)
    compile_run_ids = brands.enqueue(brand_ids)

    def terminate() -> None:
        (run,) = brands.instance.get_runs()
        brands.instance.report_run_canceling(run)
        interrupt()

    with meanwhile(lambda: has_started(brands, 2), terminate):
        assert not brands.run_batch(compile_run_ids).success
    for brand_id in brand_ids:
        run = brands.newest_compile(brand_id)
        assert (run.status, run.error) == (WorkStatus.FAILED, "cancelled")
        assert was_aborted(brands, brand_id)


@pytest.mark.parametrize("run_seconds", [LONG_SECONDS])
def test_cancelled_compile_ends_at_once_and_its_actor_runs_are_aborted(brands: Brands, ledger: Ledger) -> None:
    (brand_id,) = brands.add(1)
    (compile_run_id,) = brands.enqueue([brand_id])

    def cancel() -> None:
        with ledger.begin() as conn:
            COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=utc_now(), error="cancelled")

    with meanwhile(lambda: has_started(brands, 1), cancel):
        result = brands.run_batch([compile_run_id])
    assert result.success
    assert brands.checks(result, brand_id) == {"compile_succeeds": False}
    run = brands.newest_compile(brand_id)
    assert (run.status, run.error) == (WorkStatus.FAILED, "cancelled")
    assert was_aborted(brands, brand_id)


@pytest.mark.parametrize("run_seconds", [LONG_SECONDS])
def test_actor_runs_are_aborted_where_no_compile_and_nobody_else_wants_them(brands: Brands, ledger: Ledger) -> None:
    given_up, waiting, busy = brands.add(3)
    compile_run_ids = brands.enqueue([given_up, waiting, busy])
    with meanwhile(lambda: has_started(brands, 3), interrupt):
        brands.run_batch(compile_run_ids)
    with ledger.begin() as conn:
        for compile_run_id in (compile_run_ids[0], compile_run_ids[2]):
            COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=utc_now(), error="cancelled")
    with brand_lock(ledger, busy) as is_held_by_them:
        assert is_held_by_them
        assert brands.run_abortion([given_up, waiting, busy]).success
    assert [was_aborted(brands, brand_id) for brand_id in (given_up, waiting, busy)] == [True, False, False]


def has_started(brands: Brands, count: int) -> bool:
    """Whether so many actor runs are recorded as going on."""
    with brands.ledger.read() as conn:
        statement = "SELECT count(*) FROM apify_run WHERE status = 'RUNNING'"
        return bool(conn.exec_driver_sql(statement).scalar_one() == count)


def was_aborted(brands: Brands, brand_id: UUID) -> bool:
    """Whether the brand's one actor run was aborted, at Apify and in the ledger."""
    (run,) = brands.actor_runs(brand_id)
    replayed = replay_of(brands.place.app).runs.find(str(run.apify_run_id))
    return run.status is ActorRunStatus.ABORTED and replayed is not None and replayed.aborted_at is not None
