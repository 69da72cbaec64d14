"""Whatever goes wrong with one source is its outcome, and the others stay intact."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultKind, FaultPlan, RunEnding
from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from brandbrain_dagster.use_cases.collect_ports import ApifySlots
from tests.fakes.fake_apify import client_of, replay_of, served
from tests.use_cases.collecting import INSTAGRAM, add_brand, ports_for, utc_now
from tests.use_cases.replayed_brand import (
    COMPANY,
    NO_ITEMS,
    POSTS,
    collect,
    dispositions,
    runs_of,
    started_count,
    write_brand,
    write_rows,
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return write_brand(tmp_path / "data")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def test_run_that_takes_too_long_is_aborted(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir, run_seconds=3600)
    brand_id, _ = add_brand(ledger, POSTS)
    (outcome,) = collect(app, ledger, lake, brand_id, poll_timeout_seconds=0.2).of(Disposition.FAILED)
    (run,) = runs_of(ledger, brand_id)
    assert run.status is ActorRunStatus.TIMED_OUT
    assert outcome.apify_run_status == "TIMED-OUT"
    replayed = replay_of(app).runs.find(str(run.apify_run_id))
    assert replayed is not None
    assert replayed.aborted_at is not None


def test_missing_credit_stops_the_sources_that_have_not_started(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    no_credit = Fault(endpoint=Endpoint.START, status=402, error_type="not-enough-usage-to-run-paid-actor")
    app = create_replay(data_dir, faults=FaultPlan([no_credit]))
    brand_id, _ = add_brand(ledger, *(("instagram", "posts", f"nova{number}") for number in range(4)))
    status = collect(app, ledger, lake, brand_id, slots=ApifySlots(1))
    assert ["add credit" in str(outcome.error) for outcome in status.of(Disposition.FAILED)] == [True] * 4
    assert started_count(app) == 0


def fault_plan(endpoint: Endpoint, **fault: Any) -> FaultPlan:
    return FaultPlan([Fault(endpoint=endpoint, actor_id=INSTAGRAM, times=99, **fault)])


def ending_plan(status: str) -> FaultPlan:
    return FaultPlan(endings={INSTAGRAM: RunEnding(status=status, status_message="Blocked by the site")})


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (fault_plan(Endpoint.START, status=429, error_type="rate-limit-exceeded"), "429"),
        (fault_plan(Endpoint.START, status=500), "neither answered nor knows"),
        (fault_plan(Endpoint.START, status=401, error_type="invalid-token"), "APIFY_TOKEN"),
        (fault_plan(Endpoint.START, status=400, error_type="invalid-input"), "invalid-input"),
        (fault_plan(Endpoint.START, status=400, error_type="actor-memory-limit-exceeded"), "memory-limit"),
        (fault_plan(Endpoint.RUN, status=500), "500"),
        (fault_plan(Endpoint.RUN, kind=FaultKind.GARBAGE), "broken"),
        (fault_plan(Endpoint.RUN, status=404, error_type="record-not-found"), "404"),
        (fault_plan(Endpoint.ITEMS, status=503), "503"),
        (fault_plan(Endpoint.ITEMS, kind=FaultKind.GARBAGE), "broken"),
        (fault_plan(Endpoint.ITEMS, kind=FaultKind.EMPTY_PAGE), "no rows"),
        (ending_plan("FAILED"), "Blocked by the site"),
        (ending_plan("TIMED-OUT"), "Blocked by the site"),
        (ending_plan("ABORTED"), "Blocked by the site"),
    ],
)
def test_failed_source_leaves_the_others_intact(
    data_dir: Path, ledger: Ledger, lake: Lake, plan: FaultPlan, said: str
) -> None:
    brand_id, _ = add_brand(ledger, POSTS, COMPANY)
    status = collect(create_replay(data_dir, faults=plan), ledger, lake, brand_id)
    assert dispositions(status) == {"instagram.posts": "failed", "linkedin.company_posts": "refreshed"}
    (failed,) = status.of(Disposition.FAILED)
    assert said in str(failed.error)


@pytest.mark.parametrize(("kind", "endpoint"), [(FaultKind.DROP, Endpoint.ITEMS), (FaultKind.HANG, Endpoint.ITEMS)])
def test_broken_connection_fails_one_source_and_the_next_collection_reads_on(
    data_dir: Path, ledger: Ledger, lake: Lake, kind: FaultKind, endpoint: Endpoint
) -> None:
    fault = Fault(endpoint=endpoint, kind=kind, actor_id=INSTAGRAM, times=5)
    app = create_replay(data_dir, faults=FaultPlan([fault]))
    brand_id, _ = add_brand(ledger, POSTS, COMPANY)

    async def collect_at(url: str) -> EvidenceStatus:
        async with client_of(url, read_timeout_seconds=0.6) as apify:
            ports = ports_for(ledger, lake, apify)
            return await collect_brand(brand_id, force_refresh=False, compile_run_id=None, ports=ports)

    with served(app) as url:
        assert dispositions(asyncio.run(collect_at(url)))["instagram.posts"] == "failed"
        again = dispositions(asyncio.run(collect_at(url)))
    assert again == {"instagram.posts": "refreshed", "linkedin.company_posts": "reused"}
    assert started_count(app) == 2


def test_new_run_that_cannot_be_seen_is_attached_to_later(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    unseen = Fault(endpoint=Endpoint.RUN, status=404, error_type="record-not-found", times=13)
    app = create_replay(data_dir, faults=FaultPlan([unseen]))
    brand_id, _ = add_brand(ledger, POSTS)
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "failed"}
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "refreshed"}
    assert started_count(app) == 1


def test_run_that_is_gone_is_replaced(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    brand_id, _ = add_brand(ledger, POSTS)
    unreadable = Fault(endpoint=Endpoint.RUN, status=500, times=99)
    collect(create_replay(data_dir, faults=FaultPlan([unreadable])), ledger, lake, brand_id)
    gone = Fault(endpoint=Endpoint.RUN, status=404, error_type="record-not-found")
    app = create_replay(data_dir, faults=FaultPlan([gone]))
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "refreshed"}
    assert sorted(run.status for run in runs_of(ledger, brand_id)) == ["FAILED", "SUCCEEDED"]


def test_error_rows_only_are_a_failure_that_lasts_an_hour(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    write_rows(data_dir, INSTAGRAM, NO_ITEMS)
    app = create_replay(data_dir)
    brand_id, _ = add_brand(ledger, POSTS)
    for hours, runs in ((0.0, 1), (0.9, 1), (1.1, 2)):
        status = collect(app, ledger, lake, brand_id, now=lambda hours=hours: utc_now() + timedelta(hours=hours))
        (failed,) = status.of(Disposition.FAILED)
        assert "Empty or private data" in failed.reason
        assert failed.apify_run_status == "SUCCEEDED"
        assert started_count(app) == runs
