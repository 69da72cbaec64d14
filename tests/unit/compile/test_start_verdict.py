"""What the wish to compile comes to, fact by fact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, CompilerIdentity, input_hash, used_sources
from brandbrain_dagster.domain.compile.gating import MISSING_TIER0_FIELDS, NO_ENABLED_SOURCES
from brandbrain_dagster.domain.compile.start_verdict import (
    CompileFacts,
    Enqueue,
    Join,
    Keep,
    LiveCompile,
    Refuse,
    SourceFacts,
    StandingSnapshot,
    StartVerdict,
    judge_start,
)
from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection
from tests.workplace import ANSWERS

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ID = UUID(int=1)
COMPILER = CompilerIdentity(name="fake", version="1", model=None, prompt_version=None, schema_version="1")
SOURCE = SourceConnection(
    id=ID,
    brand_id=ID,
    platform="instagram",
    capability="posts",
    identifier="acme",
    is_enabled=True,
    settings_json={},
    created_at=NOW,
    updated_at=NOW,
)
LIVE = LiveCompile(id=ID, is_waiting=True, force_refresh=False)


def actor_run(status: ActorRunStatus, *, hours_ago: float) -> ActorRun:
    return ActorRun(
        id=ID,
        source_connection_id=ID,
        brand_id=ID,
        compile_run_id=None,
        actor_id="actor",
        input_json={},
        start_nonce="",
        apify_run_id="run",
        dataset_id=None,
        status=status,
        started_at=NOW - timedelta(hours=hours_ago),
        finished_at=None,
        error_summary=None,
        raw_item_count=None,
        normalized_item_count=None,
        has_usable_rows=True,
        usage_usd=None,
        usage_certainty=UsageCertainty.UNKNOWN,
        created_at=NOW,
    )


COLLECTED = SourceFacts(source=SOURCE, newest_succeeded=actor_run(ActorRunStatus.SUCCEEDED, hours_ago=23), live=None)
STANDING = StandingSnapshot(
    id=ID,
    version=1,
    created_at=NOW,
    compile_run_id=ID,
    input_hash=input_hash(
        BrandInputs(
            answers_json=ANSWERS, overrides_json={}, pinned_paths=["b", "a"], sources=used_sources([SOURCE])
        ).to_json(COMPILER)
    ),
)
UNCHANGED = CompileFacts(
    answers_json=ANSWERS, overrides_json={}, pinned_paths=["a", "b"], sources=[COLLECTED], standing=STANDING, live=None
)


def judge(facts: CompileFacts, *, force_refresh: bool = False, disabled: frozenset[str] = frozenset()) -> StartVerdict:
    return judge_start(
        facts,
        force_refresh=force_refresh,
        ttl_hours=24,
        disabled_capabilities=disabled,
        compiler=COMPILER,
        now=NOW,
    )


def test_nothing_changed_and_everything_fresh_keeps_the_snapshot() -> None:
    assert judge(UNCHANGED) == Keep(STANDING)


def test_forced_refresh_never_keeps() -> None:
    assert judge(UNCHANGED, force_refresh=True) == Enqueue()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"standing": None}, id="no snapshot yet"),
        pytest.param({"standing": replace(STANDING, input_hash=None)}, id="inputs of the snapshot unknown"),
        pytest.param({"answers_json": ANSWERS | {"tier0.edge": ["Speed"]}}, id="answer"),
        pytest.param({"overrides_json": {"voice.do": []}}, id="override"),
        pytest.param({"pinned_paths": ["a"]}, id="pin"),
        pytest.param({"sources": [COLLECTED, COLLECTED]}, id="another source"),
        pytest.param({"sources": [replace(COLLECTED, newest_succeeded=None)]}, id="never collected"),
        pytest.param(
            {"sources": [replace(COLLECTED, live=actor_run(ActorRunStatus.RUNNING, hours_ago=0))]}, id="live actor run"
        ),
        pytest.param(
            {"sources": [replace(COLLECTED, newest_succeeded=actor_run(ActorRunStatus.SUCCEEDED, hours_ago=25))]},
            id="stale",
        ),
    ],
)
def test_any_change_is_compiled(change: dict[str, Any]) -> None:
    assert judge(replace(UNCHANGED, **change)) == Enqueue()


@pytest.mark.parametrize("force_refresh", [False, True])
def test_compile_under_way_is_joined_whatever_changed(force_refresh: bool) -> None:
    assert judge(replace(UNCHANGED, live=LIVE), force_refresh=force_refresh) == Join(LIVE)
    assert judge(replace(UNCHANGED, live=LIVE, standing=None), force_refresh=force_refresh) == Join(LIVE)


def test_every_reason_of_a_refusal_is_told_before_anything_else() -> None:
    verdict = judge(replace(UNCHANGED, answers_json={}, sources=[], live=LIVE), force_refresh=True)
    assert isinstance(verdict, Refuse)
    assert [code for code, _ in verdict.reasons] == [MISSING_TIER0_FIELDS, NO_ENABLED_SOURCES]


def test_source_of_a_disabled_capability_does_not_count() -> None:
    verdict = judge(UNCHANGED, disabled=frozenset({"instagram.posts"}))
    assert isinstance(verdict, Refuse)
    assert [code for code, _ in verdict.reasons] == [NO_ENABLED_SOURCES]
