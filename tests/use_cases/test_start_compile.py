"""Starting a compile: what stands in its way, what makes it needless, and that it starts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.domain.compile.gating import MISSING_TIER0_FIELDS, NO_ENABLED_SOURCES
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from brandbrain_dagster.errors import CompileGatingError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import compile_runs, overrides, sources
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.start_compile import StartOutcome
from tests.use_cases.collected_runs import add_run, record_intent
from tests.use_cases.collecting import add_brand
from tests.use_cases.compiling import COMPILER, NOW, begin, compile_brand, ready_brand, set_answers, start
from tests.use_cases.replayed_brand import COMPANY, POSTS, instagram_rows

Change = Callable[[Ledger, SourceConnection], None]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def compiled(ledger: Ledger, lake: Lake) -> SourceConnection:
    """The source, collected an hour ago, of a brand with a profile that is up to date."""
    brand_id, (source,) = ready_brand(ledger, POSTS)
    add_run(ledger, lake, source, "run", instagram_rows(2), hours=23)
    compile_brand(ledger, brand_id)
    assert start(ledger, brand_id).outcome is StartOutcome.UNCHANGED
    return source


def test_everything_that_stands_in_the_way_is_named(ledger: Ledger) -> None:
    brand_id, _ = add_brand(ledger)
    with pytest.raises(CompileGatingError) as raised:
        start(ledger, brand_id)
    assert [code for code, _ in raised.value.reasons] == [MISSING_TIER0_FIELDS, NO_ENABLED_SOURCES]
    with ledger.read() as conn:
        assert compile_runs.list_compile_runs(conn, brand_id=brand_id) == []


@pytest.mark.parametrize("question", ["what_we_do", "who_for", "primary_goal", "cta_posture"])
@pytest.mark.parametrize("force_refresh", [False, True])
def test_each_required_answer_is_required(ledger: Ledger, question: str, force_refresh: bool) -> None:
    brand_id, _ = ready_brand(ledger, POSTS)
    set_answers(ledger, brand_id, **{f"tier0.{question}": None})
    with pytest.raises(CompileGatingError, match=rf"tier0\.{question}\.$"):
        start(ledger, brand_id, force_refresh=force_refresh)


def test_sources_that_are_off_do_not_count(ledger: Ledger) -> None:
    brand_id, (source,) = ready_brand(ledger, POSTS)
    with pytest.raises(CompileGatingError, match="at least one source"):
        start(ledger, brand_id, disabled=frozenset({"instagram.posts"}))
    set_enabled(ledger, source, is_enabled=False)
    with pytest.raises(CompileGatingError, match="at least one source"):
        start(ledger, brand_id)


def test_first_compile_is_enqueued_and_then_in_progress(ledger: Ledger) -> None:
    brand_id, _ = ready_brand(ledger, POSTS)
    first, second = start(ledger, brand_id), start(ledger, brand_id)
    assert (first.outcome, second.outcome) == (StartOutcome.ENQUEUED, StartOutcome.IN_PROGRESS)
    begin(ledger, first.compile_run_id, uuid4())
    third = start(ledger, brand_id, force_refresh=True)
    assert third.outcome is StartOutcome.IN_PROGRESS
    assert first.compile_run_id == second.compile_run_id == third.compile_run_id
    with ledger.read() as conn:
        run = compile_runs.get_compile_run(conn, compile_run_id=first.compile_run_id)
    assert (run.max_attempts, run.attempts, run.available_at) == (3, 1, NOW)


def test_unchanged_brand_is_answered_with_the_standing_snapshot(ledger: Ledger, compiled: SourceConnection) -> None:
    answer = start(ledger, compiled.brand_id)
    assert answer.snapshot is not None
    assert (answer.snapshot.version, answer.snapshot.compile_run_id) == (1, answer.compile_run_id)
    with ledger.read() as conn:
        assert len(compile_runs.list_compile_runs(conn, brand_id=compiled.brand_id)) == 1


def set_enabled(ledger: Ledger, source: SourceConnection, *, is_enabled: bool) -> None:
    with ledger.begin() as conn:
        sources.update_source_enabled(conn, source_id=source.id, is_enabled=is_enabled, now=NOW)


def change_settings(**settings: Any) -> Change:
    def change(ledger: Ledger, source: SourceConnection) -> None:
        with ledger.begin() as conn:
            sources.update_source_settings(conn, source_id=source.id, settings_json=settings, now=NOW)

    return change


def change_answer(ledger: Ledger, source: SourceConnection) -> None:
    set_answers(ledger, source.brand_id, **{"tier0.what_we_do": "We sell bicycles."})


def change_override(ledger: Ledger, source: SourceConnection, *pinned_paths: str, **overridden: str) -> None:
    with ledger.begin() as conn:
        overrides.upsert_overrides(
            conn,
            brand_id=source.brand_id,
            overrides_json=overridden,
            pinned_paths=pinned_paths,
            pinned_values_json={},
            now=NOW,
        )


def add_second_source(ledger: Ledger, source: SourceConnection) -> None:
    platform, capability, identifier = COMPANY
    with ledger.begin() as conn:
        sources.insert_source(
            conn,
            source_id=uuid4(),
            brand_id=source.brand_id,
            platform=platform,
            capability=capability,
            identifier=identifier,
            settings_json={},
            now=NOW,
        )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change_answer, id="answer"),
        pytest.param(lambda ledger, source: change_override(ledger, source, positioning="Ours"), id="override"),
        pytest.param(lambda ledger, source: change_override(ledger, source, "voice.do"), id="pin"),
        pytest.param(add_second_source, id="another source"),
        pytest.param(change_settings(cap=3), id="cap"),
        pytest.param(change_settings(ttl_hours=0.5), id="shorter TTL, so stale"),
        pytest.param(lambda ledger, source: record_intent(ledger, source, "live", NOW), id="live run"),
    ],
)
def test_change_of_the_brand_is_compiled(ledger: Ledger, compiled: SourceConnection, change: Change) -> None:
    change(ledger, compiled)
    assert start(ledger, compiled.brand_id).outcome is StartOutcome.ENQUEUED


def test_disabled_source_is_a_change(ledger: Ledger, lake: Lake) -> None:
    brand_id, (posts, company) = ready_brand(ledger, POSTS, COMPANY)
    add_run(ledger, lake, posts, "run1", instagram_rows(1), hours=23)
    add_run(ledger, lake, company, "run2", instagram_rows(1), hours=23)
    compile_brand(ledger, brand_id)
    assert start(ledger, brand_id).outcome is StartOutcome.UNCHANGED
    set_enabled(ledger, company, is_enabled=False)
    assert start(ledger, brand_id).outcome is StartOutcome.ENQUEUED


@pytest.mark.parametrize("part", ["name", "version", "model", "prompt_version", "schema_version"])
def test_another_compiler_is_a_change(ledger: Ledger, compiled: SourceConnection, part: str) -> None:
    other = replace(COMPILER, **{part: "other"})
    assert start(ledger, compiled.brand_id, compiler=other).outcome is StartOutcome.ENQUEUED


def test_forced_refresh_makes_a_waiting_compile_a_forced_one(ledger: Ledger, compiled: SourceConnection) -> None:
    with ledger.begin() as conn:
        waiting, _ = compile_runs.insert_compile_run(
            conn,
            compile_run_id=uuid4(),
            brand_id=compiled.brand_id,
            force_refresh=False,
            available_at=compiled.created_at,
            now=compiled.created_at,
        )
    forced = start(ledger, compiled.brand_id, force_refresh=True)
    assert (forced.outcome, forced.compile_run_id) == (StartOutcome.IN_PROGRESS, waiting.id)
    with ledger.read() as conn:
        assert compile_runs.get_compile_run(conn, compile_run_id=waiting.id).force_refresh


def test_forced_refresh_is_enqueued_though_nothing_changed(ledger: Ledger, compiled: SourceConnection) -> None:
    forced = start(ledger, compiled.brand_id, force_refresh=True)
    assert forced.outcome is StartOutcome.ENQUEUED
    with ledger.read() as conn:
        assert compile_runs.get_compile_run(conn, compile_run_id=forced.compile_run_id).force_refresh


def test_source_older_than_its_ttl_is_stale(ledger: Ledger, compiled: SourceConnection) -> None:
    just_fresh = NOW + timedelta(hours=23)
    assert start(ledger, compiled.brand_id, now=just_fresh).outcome is StartOutcome.UNCHANGED
    too_late = just_fresh + timedelta(seconds=1)
    assert start(ledger, compiled.brand_id, now=too_late).outcome is StartOutcome.ENQUEUED


def test_source_that_never_succeeded_is_tried_again(ledger: Ledger) -> None:
    brand_id, _ = ready_brand(ledger, POSTS)
    compile_brand(ledger, brand_id)
    assert start(ledger, brand_id).outcome is StartOutcome.ENQUEUED


def test_longer_ttl_and_the_order_of_pins_change_nothing(
    ledger: Ledger, lake: Lake, compiled: SourceConnection
) -> None:
    change_settings(ttl_hours=48)(ledger, compiled)
    assert start(ledger, compiled.brand_id).outcome is StartOutcome.UNCHANGED
    change_override(ledger, compiled, "voice.do", "voice.dont")
    compile_brand(ledger, compiled.brand_id)
    change_override(ledger, compiled, "voice.dont", "voice.do")
    assert start(ledger, compiled.brand_id).outcome is StartOutcome.UNCHANGED


def test_twenty_that_start_at_once_start_one_compile(ledger: Ledger) -> None:
    brand_id, _ = ready_brand(ledger, POSTS)
    together = Barrier(20)

    def start_together(number: int) -> tuple[StartOutcome, UUID]:
        together.wait()
        started = start(ledger, brand_id, force_refresh=number % 2 == 0)
        return started.outcome, started.compile_run_id

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(start_together, range(20)))
    outcomes = [outcome for outcome, _ in answers]
    assert (outcomes.count(StartOutcome.ENQUEUED), outcomes.count(StartOutcome.IN_PROGRESS)) == (1, 19)
    assert len({compile_run_id for _, compile_run_id in answers}) == 1
    with ledger.read() as conn:
        (run,) = compile_runs.list_compile_runs(conn, brand_id=brand_id)
    assert run.status is WorkStatus.PENDING
