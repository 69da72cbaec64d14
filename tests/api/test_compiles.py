"""POST compile, the status of one, its events, and cancelling it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from brandbrain_dagster.domain.compile.brand_inputs import input_hash
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.stores.ledger import compile_progress, compile_runs, onboarding
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.request_tables import idempotency_key
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.brand_inputs import read_brand_inputs
from tests.api.profile_api import ProfileApi, profile_url, row_counts
from tests.stores.ledger_rows import (
    LEASE_SECONDS,
    NOW,
    add_brand,
    add_compile,
    add_finished_run,
    add_snapshot,
    add_source,
    claim,
)
from tests.workplace import ANSWERS

PROFILE = {"z": 1.0, "a": "Zoë"}


@pytest.fixture
def brand(ledger: Ledger) -> Brand:
    """One that may be compiled."""
    with ledger.begin() as conn:
        brand = add_brand(conn)
        add_finished_run(conn, add_source(conn, brand))
        onboarding.upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json=ANSWERS, now=NOW)
    return brand


@pytest.fixture
def unchanged(ledger: Ledger, brand: Brand) -> Snapshot:
    """The snapshot of a brand in which nothing changed since."""
    with ledger.begin() as conn:
        inputs = read_brand_inputs(conn, brand_id=brand.id, disabled_capabilities=frozenset())
        recorded = inputs.to_json(ExtractiveCompiler().identity)
        return add_snapshot(conn, brand, snapshot_json=PROFILE, inputs_json=recorded, input_hash=input_hash(recorded))


def kick_off(api: ProfileApi, brand: Brand, *, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.client.post(profile_url(brand.id, "compile"), json=body, headers=headers)


def runs_of(ledger: Ledger, brand: Brand) -> list[compile_runs.CompileRun]:
    with ledger.read() as conn:
        return compile_runs.list_compile_runs(conn, brand_id=brand.id)


def status_of(api: ProfileApi, brand: Brand, compile_run_id: UUID) -> dict[str, Any]:
    answer = api.client.get(profile_url(brand.id, f"compile/{compile_run_id}/status"))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_kickoff_enqueues_and_says_where_to_look(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    answer = api.client.post(profile_url(brand.id, "compile"))
    (run,) = runs_of(ledger, brand)
    assert answer.status_code == 202
    assert answer.json() == {
        "compile_run_id": str(run.id),
        "status": "PENDING",
        "poll_url": f"/api/brands/{brand.id}/brandbrain/compile/{run.id}/status",
    }
    assert (run.status, run.force_refresh, run.inputs_revision) == (
        WorkStatus.PENDING,
        False,
        brand_revision(ledger),
    )
    assert run.configuration_hash is not None
    assert api.client.get(answer.json()["poll_url"]).status_code == 200


def brand_revision(ledger: Ledger) -> int:
    with ledger.read() as conn:
        revision: int = conn.exec_driver_sql("SELECT inputs_revision FROM brand").scalar_one()
    return revision


def test_unchanged_brand_is_answered_in_two_queries(
    api: ProfileApi, ledger: Ledger, brand: Brand, unchanged: Snapshot
) -> None:
    before = row_counts(ledger)
    with api.queries(at_most=2):
        answer = kick_off(api, brand)
    assert answer.status_code == 200
    assert answer.json() == {
        "compile_run_id": str(unchanged.compile_run_id),
        "status": "UNCHANGED",
        "snapshot": {
            "snapshot_id": str(unchanged.id),
            "brand_id": str(brand.id),
            "created_at": NOW.isoformat(),
            "snapshot_json": PROFILE,
        },
    }
    assert row_counts(ledger) == before


def test_forced_refresh_of_an_unchanged_brand_is_enqueued(
    api: ProfileApi, ledger: Ledger, brand: Brand, unchanged: Snapshot
) -> None:
    assert kick_off(api, brand, force_refresh=True).status_code == 202
    assert sorted(run.force_refresh for run in runs_of(ledger, brand)) == [False, True]


def test_everything_in_the_way_is_named(api: ProfileApi, ledger: Ledger) -> None:
    with ledger.begin() as conn:
        bare = add_brand(conn, "bare")
    answer = kick_off(api, bare)
    assert answer.status_code == 422
    assert answer.json()["error"] == "Compile gating failed"
    assert [problem["code"] for problem in answer.json()["errors"]] == ["MISSING_TIER0_FIELDS", "NO_ENABLED_SOURCES"]
    assert all(problem["message"] for problem in answer.json()["errors"])
    assert runs_of(ledger, bare) == []


@pytest.mark.parametrize("value", [1, "true", None, [], {}])
def test_force_refresh_must_be_a_boolean(api: ProfileApi, ledger: Ledger, brand: Brand, value: object) -> None:
    answer = kick_off(api, brand, force_refresh=value)
    assert (answer.status_code, answer.json()) == (400, {"error": "force_refresh must be a boolean"})
    assert runs_of(ledger, brand) == []


def test_hundred_kickoffs_at_once_make_one_compile(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    together = Barrier(100)

    def click(number: int) -> tuple[int, str]:
        together.wait()
        answer = kick_off(api, brand, key=f"click-{number}" if number % 2 else None, force_refresh=number % 3 == 0)
        return answer.status_code, answer.json()["compile_run_id"]

    with ThreadPoolExecutor(100) as people:
        answers = list(people.map(click, range(100)))
    (run,) = runs_of(ledger, brand)
    assert set(answers) == {(202, str(run.id))}
    assert run.force_refresh


def test_forced_refresh_upgrades_a_compile_that_waits(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    first = kick_off(api, brand)
    second = kick_off(api, brand, force_refresh=True)
    assert first.json() == second.json()
    assert [run.force_refresh for run in runs_of(ledger, brand)] == [True]


def test_compile_that_runs_is_the_answer_as_it_is(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
        claim(conn, run, uuid4())
    answer = kick_off(api, brand, force_refresh=True)
    assert (answer.status_code, answer.json()["compile_run_id"]) == (202, str(run.id))
    assert [run.force_refresh for run in runs_of(ledger, brand)] == [False]


def test_same_key_gets_the_same_answer_for_a_day(
    api: ProfileApi, ledger: Ledger, brand: Brand, unchanged: Snapshot
) -> None:
    first = kick_off(api, brand, key="k")
    assert first.status_code == 200
    with ledger.begin() as conn:
        onboarding.upsert_onboarding(conn, brand_id=brand.id, tier=0, answers_json={}, now=NOW)
    api.clock.now = NOW + timedelta(hours=23, minutes=59)
    again = kick_off(api, brand, key="k")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    api.clock.now = NOW + timedelta(hours=24)
    assert kick_off(api, brand, key="k").status_code == 422
    assert kick_off(api, brand, key="k").json()["error"] == "Compile gating failed"


def test_same_key_with_another_request_is_refused(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    assert kick_off(api, brand, key="k").status_code == 202
    assert kick_off(api, brand, key="k", force_refresh=False, note="ignored").status_code == 202
    answer = kick_off(api, brand, key="k", force_refresh=True)
    assert answer.status_code == 422
    assert "use a new key" in answer.json()["error"]
    assert [run.force_refresh for run in runs_of(ledger, brand)] == [False]


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "tab\t1", "é"])
def test_key_that_cannot_be_kept_is_refused(api: ProfileApi, ledger: Ledger, brand: Brand, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    answer = api.client.post(profile_url(brand.id, "compile"), headers=headers)
    assert answer.status_code == 400
    assert runs_of(ledger, brand) == []


def test_key_of_one_brand_is_not_that_of_another(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        bare = add_brand(conn, "bare")
    assert kick_off(api, brand, key="k").status_code == 202
    assert kick_off(api, bare, key="k").status_code == 422


def test_same_key_at_once_is_answered_the_same(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    together = Barrier(30)

    def click(_: int) -> tuple[int, bytes]:
        together.wait()
        answer = kick_off(api, brand, key="same")
        return answer.status_code, answer.content

    with ThreadPoolExecutor(30) as people:
        assert len(set(people.map(click, range(30)))) == 1
    assert row_counts(ledger)["idempotency_key"] == 1


def test_outlived_keys_are_taken_away(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    for number in range(5):
        kick_off(api, brand, key=f"old-{number}")
    api.clock.now = NOW + timedelta(hours=24)
    kick_off(api, brand, key="fresh")
    with ledger.read() as conn:
        assert list(conn.scalars(select(idempotency_key.c.key))) == ["fresh"]


def test_status_of_a_waiting_compile(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
    waiting = {"compile_run_id": str(run.id), "status": "PENDING", "progress": None}
    fresh = {"attempts": 0, "last_error": None, "available_at": NOW.isoformat()}
    before = row_counts(ledger)
    with api.queries(at_most=1):
        assert status_of(api, brand, run.id) == waiting | fresh
    assert row_counts(ledger) == before
    with ledger.begin() as conn:
        token = uuid4()
        claim(conn, run, token)
        COMPILES.requeue(
            conn,
            work_id=run.id,
            lease_token=token,
            available_at=NOW + timedelta(seconds=30),
            last_error="Apify is away.",
        )
    tried = {"attempts": 1, "last_error": "Apify is away.", "available_at": "2026-03-01T12:00:30+00:00"}
    assert status_of(api, brand, run.id) == waiting | tried


def test_status_of_a_running_compile(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    token = uuid4()
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
        claim(conn, run, token)
    running = {"compile_run_id": str(run.id), "status": "RUNNING"}
    begun = {"stage": None, "sources_completed": 0, "sources_total": 0}
    assert status_of(api, brand, run.id) == running | {"progress": begun}
    collected = {"stage": "ingestion", "sources_completed": 1, "sources_total": 2}
    with ledger.begin() as conn:
        compile_progress.record_stage(
            conn,
            compile_run_id=run.id,
            lease_token=token,
            stage=CompileStage.INGESTION,
            sources_completed=1,
            sources_total=2,
        )
    assert status_of(api, brand, run.id) == running | {"progress": collected}


def test_status_of_a_compile_that_published(api: ProfileApi, brand: Brand, unchanged: Snapshot) -> None:
    assert status_of(api, brand, unchanged.compile_run_id) == {
        "compile_run_id": str(unchanged.compile_run_id),
        "status": "SUCCEEDED",
        "evidence_status": {"reused": [{"source": "web.pages"}]},
        "snapshot": {
            "snapshot_id": str(unchanged.id),
            "created_at": NOW.isoformat(),
            "snapshot_json": PROFILE,
        },
    }


def test_cancelled_compile_is_failed(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    token = uuid4()
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
        claim(conn, run, token)
    url = profile_url(brand.id, f"compile/{run.id}")
    answer = api.client.delete(url)
    failed = {"compile_run_id": str(run.id), "status": "FAILED", "error": "cancelled", "evidence_status": {}}
    assert (answer.status_code, answer.json()) == (200, failed)
    assert status_of(api, brand, run.id) == failed
    with ledger.begin() as conn:
        still_held = COMPILES.renew_leases(conn, leases={run.id: token}, now=NOW, lease_seconds=LEASE_SECONDS)
    assert still_held == frozenset()
    assert api.client.delete(url).status_code == 409
    assert kick_off(api, brand).status_code == 202


@pytest.mark.parametrize(("method", "rest"), [("GET", "/status"), ("GET", "/events"), ("DELETE", "")])
def test_compiles_of_others_answer_like_absent_ones(
    api: ProfileApi, ledger: Ledger, brand: Brand, method: str, rest: str
) -> None:
    with ledger.begin() as conn:
        theirs = add_compile(conn, add_brand(conn, "other"))
    answers = [
        api.client.request(method, profile_url(brand.id, f"compile/{run_id}{rest}")) for run_id in (uuid4(), theirs.id)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b'{"error":"Compile run not found"}')}
    with ledger.read() as conn:
        assert compile_runs.get_compile_run(conn, compile_run_id=theirs.id).status is WorkStatus.PENDING
    malformed = api.client.request(method, profile_url(brand.id, f"compile/7{rest}"))
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid compile_run_id"})


@pytest.mark.parametrize("key", [None, "k"])
def test_absent_brand_and_malformed_id_are_told_apart(api: ProfileApi, ledger: Ledger, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    absent = api.client.post(profile_url(uuid4(), "compile"), headers=headers)
    assert (absent.status_code, absent.json()) == (404, {"error": "Brand not found"})
    malformed = api.client.post(profile_url("7", "compile"), headers=headers)
    assert (malformed.status_code, malformed.json()) == (400, {"error": "Invalid brand_id"})
    assert row_counts(ledger)["idempotency_key"] == 0


def test_events_tell_every_change_until_the_end(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
    token = uuid4()
    with api.client.stream("GET", profile_url(brand.id, f"compile/{run.id}/events")) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = (json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: "))
        assert next(events)["status"] == "PENDING"
        assert idle_transactions(ledger) == 0
        with ledger.begin() as conn:
            claim(conn, run, token)
        assert next(events)["status"] == "RUNNING"
        with ledger.begin() as conn:
            COMPILES.finish_failed(conn, work_id=run.id, lease_token=token, now=NOW, error="No.")
        last = next(events)
        assert list(events) == []
    assert last == status_of(api, brand, run.id)


def idle_transactions(ledger: Ledger) -> int:
    with ledger.read() as conn:
        count: int = conn.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%%'"
        ).scalar_one()
    return count


def test_events_of_a_compile_that_is_over_are_one(api: ProfileApi, brand: Brand, unchanged: Snapshot) -> None:
    answer = api.client.get(profile_url(brand.id, f"compile/{unchanged.compile_run_id}/events"))
    (data,) = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    assert json.loads(data.removeprefix("data: ")) == status_of(api, brand, unchanged.compile_run_id)


def test_many_who_watch_hold_no_connection_and_leave_in_peace(api: ProfileApi, ledger: Ledger, brand: Brand) -> None:
    with ledger.begin() as conn:
        run = add_compile(conn, brand)
    limits = httpx.Limits(max_connections=40)
    url = profile_url(brand.id, f"compile/{run.id}/events")
    seen: list[str] = []

    def watch_first(client: httpx.Client) -> None:
        with client.stream("GET", url) as stream:
            seen.append(next(line for line in stream.iter_lines() if line.startswith("data: ")))

    with httpx.Client(base_url=api.client.base_url, limits=limits, timeout=30) as client:
        watchers = [Thread(target=watch_first, args=(client,)) for _ in range(40)]
        for watcher in watchers:
            watcher.start()
        for watcher in watchers:
            watcher.join()
    assert len(seen) == 40
    assert status_of(api, brand, run.id)["status"] == "PENDING"
