"""Collecting against a replay: caps, reuse, attaching, concurrency; nothing is paid for twice."""

import asyncio
import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from brandbrain_dagster.apify_replay.app import create_replay
from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultPlan
from brandbrain_dagster.domain.ingestion.actor_run import ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import actor_runs
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.collect_brand import collect_brand
from brandbrain_dagster.use_cases.collect_ports import ApifySlots
from brandbrain_dagster.use_cases.settle_costs import settle_costs
from tests.fakes.fake_apify import client_of, in_process_client, replay_of, served
from tests.use_cases.collecting import INSTAGRAM, add_brand, ports_for, utc_now
from tests.use_cases.replayed_brand import (
    COMPANY,
    POSTS,
    collect,
    dispositions,
    instagram_rows,
    runs_of,
    started_count,
    write_brand,
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return write_brand(tmp_path / "data")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def test_caps_bind_though_the_actor_ignores_its_own(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    brand_id, (source,) = add_brand(ledger, POSTS)
    status = collect(create_replay(data_dir, apply_result_limit=False), ledger, lake, brand_id)
    (outcome,) = status.of(Disposition.REFRESHED)
    assert outcome.raw_items_count == 6
    stored = lake.read_raw_run(
        brand_id=brand_id, source_connection_id=source.id, apify_run_id=str(outcome.apify_run_id)
    )
    assert stored is not None
    assert [json.loads(row) for row in stored.rows] == instagram_rows(6)


def test_cap_of_a_source_lowers_what_the_actor_is_asked_for(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    brand_id, _ = add_brand(ledger, POSTS, cap=2)
    collect(create_replay(data_dir), ledger, lake, brand_id)
    (run,) = runs_of(ledger, brand_id)
    assert run.input_json["resultsLimit"] == 2
    assert run.raw_item_count == 2


def test_second_collection_within_the_ttl_starts_nothing(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir)
    brand_id, _ = add_brand(ledger, POSTS, COMPANY)
    first = collect(app, ledger, lake, brand_id)
    second = collect(app, ledger, lake, brand_id)
    assert set(dispositions(first).values()) == {"refreshed"}
    assert set(dispositions(second).values()) == {"reused"}
    assert started_count(app) == 2


def test_collection_after_the_ttl_or_by_force_starts_again(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir)
    brand_id, _ = add_brand(ledger, POSTS)
    collect(app, ledger, lake, brand_id)
    collect(app, ledger, lake, brand_id, force_refresh=True)
    collect(app, ledger, lake, brand_id, now=lambda: utc_now() + timedelta(hours=25))
    assert started_count(app) == 3


def test_switched_off_capability_is_skipped(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir)
    brand_id, _ = add_brand(ledger, POSTS, COMPANY)
    status = collect(app, ledger, lake, brand_id, disabled=frozenset({"instagram.posts"}))
    assert dispositions(status) == {"instagram.posts": "skipped", "linkedin.company_posts": "refreshed"}


def test_start_whose_answer_is_lost_is_attached_to_at_once(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    lost = Fault(endpoint=Endpoint.START, status=502, is_after=True)
    app = create_replay(data_dir, faults=FaultPlan([lost]))
    brand_id, _ = add_brand(ledger, POSTS)
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "refreshed"}
    assert started_count(app) == 1


def test_start_that_did_not_happen_is_made_again(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir, faults=FaultPlan([Fault(endpoint=Endpoint.START, status=502)]))
    brand_id, _ = add_brand(ledger, POSTS)
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "refreshed"}
    assert started_count(app) == 1
    assert sorted(run.status for run in runs_of(ledger, brand_id)) == ["FAILED", "SUCCEEDED"]


def test_intent_without_a_run_is_closed_and_a_run_started(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir)
    brand_id, (source,) = add_brand(ledger, POSTS)
    intent_id = uuid4()
    with ledger.begin() as conn:
        actor_runs.insert_intent(
            conn,
            run_id=intent_id,
            source=source,
            compile_run_id=None,
            actor_id=INSTAGRAM,
            input_json={},
            start_nonce="never-sent",
            now=utc_now(),
        )
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "refreshed"}
    by_id = {run.id: run for run in runs_of(ledger, brand_id)}
    assert by_id[intent_id].status is ActorRunStatus.FAILED
    assert "never started" in str(by_id[intent_id].error_summary)
    assert started_count(app) == 1


@pytest.mark.parametrize("moment", ["start", "wait"])
def test_killed_collection_is_attached_to(
    data_dir: Path, ledger: Ledger, lake: Lake, ledger_url: str, moment: str
) -> None:
    app = create_replay(data_dir)
    brand_id, _ = add_brand(ledger, POSTS)
    with served(app) as url:
        command = [
            sys.executable,
            "-m",
            "tests.use_cases.collecting",
            ledger_url,
            lake.url,
            url,
            str(brand_id),
            moment,
        ]
        child = subprocess.run(command, check=False, capture_output=True)
        assert child.returncode == -signal.SIGKILL, child.stderr.decode()
        (left,) = runs_of(ledger, brand_id)
        assert left.is_live
        assert (left.apify_run_id is None) is (moment == "start")

        async def main() -> EvidenceStatus:
            async with client_of(url) as apify:
                ports = ports_for(ledger, lake, apify)
                return await collect_brand(brand_id, force_refresh=True, compile_run_id=None, ports=ports)

        assert dispositions(asyncio.run(main())) == {"instagram.posts": "refreshed"}
    (done,) = runs_of(ledger, brand_id)
    assert done.status is ActorRunStatus.SUCCEEDED
    assert started_count(app) == 1


def test_cancelled_collection_leaves_the_run_to_the_next(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir, run_seconds=1)
    brand_id, _ = add_brand(ledger, POSTS)

    async def cancel_while_waiting() -> None:
        is_waiting = asyncio.Event()

        def report(source: SourceConnection, step: str) -> None:
            if step.startswith("waiting"):
                is_waiting.set()

        async with in_process_client(app) as apify:
            ports = ports_for(ledger, lake, apify, report=report)
            task = asyncio.create_task(collect_brand(brand_id, force_refresh=False, compile_run_id=None, ports=ports))
            await is_waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancel_while_waiting())
    assert runs_of(ledger, brand_id)[0].is_live
    assert dispositions(collect(app, ledger, lake, brand_id)) == {"instagram.posts": "refreshed"}
    assert started_count(app) == 1


def test_ten_sources_are_waited_for_at_the_same_time(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir, run_seconds=3)
    brand_id, _ = add_brand(ledger, *(("instagram", "posts", f"nova{number}") for number in range(10)))
    status = collect(app, ledger, lake, brand_id)
    assert len(status.of(Disposition.REFRESHED)) == 10
    assert replay_of(app).runs.most_live_count == 10


def test_simultaneous_runs_are_bounded(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir, run_seconds=0.2)
    brand_id, _ = add_brand(ledger, *(("instagram", "posts", f"nova{number}") for number in range(5)))
    collect(app, ledger, lake, brand_id, slots=ApifySlots(2))
    assert replay_of(app).runs.most_live_count <= 2
    assert started_count(app) == 5


def test_estimated_cost_is_settled_later(data_dir: Path, ledger: Ledger, lake: Lake) -> None:
    app = create_replay(data_dir, usd_per_item=0.5)
    brand_id, _ = add_brand(ledger, POSTS)
    collect(app, ledger, lake, brand_id)
    assert runs_of(ledger, brand_id)[0].usage_certainty is UsageCertainty.ESTIMATED

    async def settle(later: timedelta) -> int:
        async with in_process_client(app) as apify:
            return await settle_costs(brand_id, ports=ports_for(ledger, lake, apify, now=lambda: utc_now() + later))

    assert asyncio.run(settle(timedelta(0))) == 0
    assert asyncio.run(settle(timedelta(seconds=30))) == 1
    (run,) = runs_of(ledger, brand_id)
    assert run.usage_certainty is UsageCertainty.EXACT
    assert run.usage_usd == 3
