from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.errors import ConflictError, LeaseLostError, NotFoundError
from brandbrain_dagster.stores.ledger import compile_progress, compile_runs
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.bundles import insert_bundle
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.stores.ledger_rows import LEASE_SECONDS, NOW, add_brand, add_compile, claim, later


def test_brand_has_at_most_one_live_compile(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        first = add_compile(conn, brand)
        again, is_created = compile_runs.insert_compile_run(
            conn, compile_run_id=uuid4(), brand_id=brand.id, force_refresh=True, available_at=NOW, now=NOW
        )
        assert (again, is_created) == (first, False)
        COMPILES.finish_failed(conn, work_id=first.id, lease_token=None, now=NOW, error="cancelled")
        assert compile_runs.find_live_compile_run(conn, brand_id=brand.id) is None
        second = add_compile(conn, brand)
        assert compile_runs.find_live_compile_run(conn, brand_id=brand.id) == second


def test_kickoffs_at_the_same_moment_agree_on_one_compile(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)

    def kick_off(_: int) -> UUID:
        with ledger.begin() as conn:
            return add_compile(conn, brand).id

    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(kick_off, range(16)))
    assert len(ids) == 1


def test_compile_is_claimed_once(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, add_brand(conn))

    def try_claim(_: int) -> bool:
        with ledger.begin() as conn:
            return claim(conn, run, uuid4()) is not None

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(try_claim, range(8))) == [False] * 7 + [True]


def test_claim_starts_an_attempt_under_a_lease(ledger: Ledger) -> None:
    token = uuid4()
    with ledger.begin() as conn:
        run = claim(conn, add_compile(conn, add_brand(conn)), token)
        assert run is not None
        assert (run.status, run.attempts, run.started_at) == (WorkStatus.RUNNING, 1, NOW)
        assert (run.lease_token, run.lease_expires_at) == (token, later(LEASE_SECONDS))
        assert run.dagster_run_id == "dagster-1"


def test_process_that_lost_its_lease_can_write_nothing(ledger: Ledger) -> None:
    old, new = uuid4(), uuid4()
    with ledger.begin() as conn:
        brand = add_brand(conn)
        run = add_compile(conn, brand)
        claim(conn, run, old)
        bundle_id = add_bundle(conn, brand)
        taken = COMPILES.take_over(
            conn, work_id=run.id, lease_token=new, now=later(1), lease_seconds=60, dagster_run_id=None
        )
        assert taken is not None
        assert (taken.attempts, taken.lease_token, taken.started_at) == (2, new, NOW)
        for write in leased_writes(bundle_id):
            with pytest.raises(LeaseLostError):
                write(conn, run.id, old)
        assert compile_runs.get_compile_run(conn, compile_run_id=run.id) == taken
        for write in leased_writes(bundle_id)[:-4]:
            write(conn, run.id, new)
        done = COMPILES.finish_succeeded(conn, work_id=run.id, lease_token=new, now=later(2))
    assert (done.status, done.finished_at, done.lease_token) == (WorkStatus.SUCCEEDED, later(2), None)
    assert (done.input_hash, done.bundle_id, done.sources_total) == ("hash", bundle_id, 2)


def test_finished_compile_can_not_be_finished_again(ledger: Ledger) -> None:
    token = uuid4()
    with ledger.begin() as conn:
        run = add_compile(conn, add_brand(conn))
        claim(conn, run, token)
        COMPILES.finish_succeeded(conn, work_id=run.id, lease_token=token, now=NOW)
        with pytest.raises(LeaseLostError):
            COMPILES.finish_succeeded(conn, work_id=run.id, lease_token=token, now=NOW)
        with pytest.raises(ConflictError, match="SUCCEEDED"):
            COMPILES.finish_failed(conn, work_id=run.id, lease_token=None, now=NOW, error="cancelled")
        with pytest.raises(NotFoundError):
            COMPILES.finish_failed(conn, work_id=uuid4(), lease_token=None, now=NOW, error="cancelled")


def test_attempt_that_failed_waits_in_the_queue_until_none_are_left(ledger: Ledger) -> None:
    token = uuid4()
    with ledger.begin() as conn:
        run = add_compile(conn, add_brand(conn), max_attempts=2)
        for attempt in (1, 2):
            claimed = claim(conn, run, token)
            assert claimed is not None
            assert claimed.attempts == attempt
            if attempt == 1:
                waiting = COMPILES.requeue(
                    conn, work_id=run.id, lease_token=token, available_at=later(30), last_error="no answer"
                )
                assert (waiting.status, waiting.last_error) == (WorkStatus.PENDING, "no answer")
                assert COMPILES.list_due(conn, now=later(29), limit=9) == []
                assert COMPILES.list_due(conn, now=later(30), limit=9)[0].id == run.id
        exhausted = COMPILES.take_over(
            conn, work_id=run.id, lease_token=uuid4(), now=NOW, lease_seconds=60, dagster_run_id=None
        )
    assert exhausted is None


def test_lease_that_is_not_renewed_expires(ledger: Ledger) -> None:
    token = uuid4()
    with ledger.begin() as conn:
        run = add_compile(conn, add_brand(conn))
        claim(conn, run, token)
        held = COMPILES.renew_leases(conn, leases={run.id: token, uuid4(): token}, now=later(500), lease_seconds=600)
        assert held == {run.id}
        assert COMPILES.list_held_leases(conn, leases={run.id: token}) == {run.id}
        assert COMPILES.list_held_leases(conn, leases={run.id: uuid4()}) == frozenset()
        assert COMPILES.list_expired(conn, now=later(1099), limit=9) == []
        assert [entry.id for entry in COMPILES.list_expired(conn, now=later(1100), limit=9)] == [run.id]


def test_due_compiles_are_taken_from_the_tenants_in_turn(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        big = [add_compile(conn, add_brand(conn, f"big-{n}"), available_at=later(n)) for n in range(3)]
        small = add_compile(conn, add_brand(conn, tenant_id=UUID(int=2)), available_at=later(10))
        due = COMPILES.list_due(conn, now=later(10), limit=3)
        assert [run.id for run in due] == [big[0].id, small.id, big[1].id]


def test_compiles_of_a_brand_are_listed_newest_first(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        runs = []
        for number in range(3):
            run, _ = compile_runs.insert_compile_run(
                conn,
                compile_run_id=uuid4(),
                brand_id=brand.id,
                force_refresh=False,
                available_at=NOW,
                now=later(number),
            )
            runs.append(COMPILES.finish_failed(conn, work_id=run.id, lease_token=None, now=later(number), error="x"))
        assert compile_runs.list_compile_runs(conn, brand_id=brand.id, limit=2) == [runs[2], runs[1]]


def add_bundle(conn: Any, brand: Brand) -> UUID:
    return insert_bundle(
        conn,
        bundle_id=uuid4(),
        brand_id=brand.id,
        criteria_json={},
        item_ids=[],
        item_hashes=[],
        summary_json={},
        evidence_version="v1",
        now=NOW,
    ).id


def leased_writes(bundle_id: UUID) -> list[Any]:
    """Every write of a process that runs a compile; the last four end its attempt."""
    return [
        lambda conn, run, token: compile_progress.record_inputs(
            conn,
            compile_run_id=run,
            lease_token=token,
            inputs_json={"a": 1},
            input_hash="hash",
            prompt_version=None,
            model=None,
        ),
        lambda conn, run, token: compile_progress.record_stage(
            conn,
            compile_run_id=run,
            lease_token=token,
            stage=CompileStage.INGESTION,
            sources_completed=1,
            sources_total=2,
        ),
        lambda conn, run, token: compile_progress.record_evidence_status(
            conn, compile_run_id=run, lease_token=token, evidence_status_json={"reused": []}
        ),
        lambda conn, run, token: compile_progress.record_bundle(
            conn, compile_run_id=run, lease_token=token, bundle_id=bundle_id, feature_report_id=None
        ),
        lambda conn, run, token: compile_progress.record_draft(
            conn, compile_run_id=run, lease_token=token, draft_json={}, qa_report_json={}, llm_usage_json={}
        ),
        lambda conn, run, token: COMPILES.requeue(
            conn, work_id=run, lease_token=token, available_at=NOW, last_error=None
        ),
        lambda conn, run, token: COMPILES.finish_failed(conn, work_id=run, lease_token=token, now=NOW, error="x"),
        lambda conn, run, token: COMPILES.hand_back(conn, work_id=run, lease_token=token, now=NOW),
        lambda conn, run, token: COMPILES.finish_succeeded(conn, work_id=run, lease_token=token, now=NOW),
    ]
