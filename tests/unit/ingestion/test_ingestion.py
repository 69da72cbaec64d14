"""Freshness, caps, lost runs and evidence status: one row per reason."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus, UsageCertainty
from brandbrain_dagster.domain.ingestion.caps import effective_cap
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.ingestion.freshness import (
    FreshnessAction,
    FreshnessFacts,
    decide_freshness,
    effective_ttl_hours,
)
from brandbrain_dagster.domain.ingestion.lost_run import find_lost_run, start_mark

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = ActorRun(
    id=UUID(int=1),
    source_connection_id=UUID(int=2),
    brand_id=UUID(int=3),
    compile_run_id=None,
    actor_id="apify~instagram-scraper",
    input_json={},
    start_nonce="n",
    apify_run_id="r1",
    dataset_id="d1",
    status=ActorRunStatus.SUCCEEDED,
    started_at=NOW - timedelta(hours=24),
    finished_at=NOW,
    error_summary=None,
    raw_item_count=3,
    normalized_item_count=None,
    has_usable_rows=True,
    usage_usd=None,
    usage_certainty=UsageCertainty.UNKNOWN,
    created_at=NOW - timedelta(hours=24),
)
LIVE = replace(RUN, status=ActorRunStatus.RUNNING)


def aged(hours: float, *, has_usable_rows: bool | None = True) -> ActorRun:
    return replace(RUN, started_at=NOW - timedelta(hours=hours), has_usable_rows=has_usable_rows)


@pytest.mark.parametrize(
    ("compile_run_id", "action"), [(UUID(int=9), FreshnessAction.REUSE), (UUID(int=8), FreshnessAction.REFRESH)]
)
def test_refresh_that_was_asked_for_is_made_once_in_a_compile(compile_run_id: UUID, action: FreshnessAction) -> None:
    collected = replace(aged(1), compile_run_id=UUID(int=9))
    facts = FreshnessFacts(
        force_refresh=True, newest_succeeded=collected, live=None, ttl_hours=0, compile_run_id=compile_run_id
    )
    assert decide_freshness(facts, NOW).action is action


@pytest.mark.parametrize(
    ("force_refresh", "newest", "live", "ttl_hours", "action"),
    [
        (True, aged(1), None, 24, FreshnessAction.REFRESH),
        (False, None, None, 24, FreshnessAction.REFRESH),
        (False, aged(24.001), None, 24, FreshnessAction.REFRESH),
        (False, aged(24), None, 24, FreshnessAction.REUSE),
        (False, aged(0), None, 24, FreshnessAction.REUSE),
        (False, aged(-1), None, 24, FreshnessAction.REUSE),
        (False, aged(0), None, 0, FreshnessAction.REUSE),
        (False, aged(0.1), None, 0, FreshnessAction.REFRESH),
        (False, aged(1, has_usable_rows=False), None, 24, FreshnessAction.REUSE),
        (False, aged(1.1, has_usable_rows=False), None, 24, FreshnessAction.REFRESH),
        (False, aged(0.6, has_usable_rows=False), None, 0.5, FreshnessAction.REFRESH),
        (False, aged(1.1, has_usable_rows=None), None, 24, FreshnessAction.REUSE),
        (False, aged(1), LIVE, 24, FreshnessAction.ATTACH),
        (True, None, LIVE, 24, FreshnessAction.ATTACH),
    ],
)
def test_freshness_follows_the_ttl_table(
    force_refresh: bool, newest: ActorRun | None, live: ActorRun | None, ttl_hours: float, action: FreshnessAction
) -> None:
    facts = FreshnessFacts(force_refresh=force_refresh, newest_succeeded=newest, live=live, ttl_hours=ttl_hours)
    verdict = decide_freshness(facts, NOW)
    assert verdict.action is action
    assert verdict.run is {FreshnessAction.REUSE: newest, FreshnessAction.ATTACH: live}.get(action)


def test_freshness_says_age_and_ttl() -> None:
    facts = FreshnessFacts(force_refresh=False, newest_succeeded=aged(30), live=None, ttl_hours=24)
    assert decide_freshness(facts, NOW).reason == "the newest run is 30.0 h old, TTL 24 h"


@pytest.mark.parametrize(
    ("own", "hours"),
    [(6, 6), (0.5, 0.5), (0, 0), (-1, 24), ("6", 24), (True, 24), (None, 24), (float("nan"), 24), (1e300, 876_000)],
)
def test_ttl_of_a_source_wins_where_it_is_one(own: Any, hours: float) -> None:
    assert effective_ttl_hours(24, {"ttl_hours": own}) == hours


@pytest.mark.parametrize(
    ("own", "cap"), [(3, 3), (8, 8), (9, 8), (0, 8), (-1, 8), (True, 8), (2.5, 8), ("3", 8), (None, 8)]
)
def test_cap_of_a_source_lowers_and_never_raises(own: Any, cap: int) -> None:
    assert effective_cap(8, {"cap": own}) == cap
    assert effective_cap(8, {}) == 8


@dataclass(frozen=True)
class Listed:
    user_agent: str | None


def test_lost_run_is_found_by_its_whole_nonce() -> None:
    listed = [Listed(None), Listed("Mozilla"), Listed("brandbrain/1 (start/ab)"), Listed("brandbrain/1 (start/a)")]
    assert find_lost_run(listed, "a") is listed[3]
    assert find_lost_run(listed, "b") is None
    assert start_mark("a") == "(start/a)"


def test_evidence_status_has_the_four_lists_and_comes_back_as_it_was() -> None:
    reused = SourceOutcome(
        disposition=Disposition.REUSED,
        source="instagram.posts",
        source_connection_id=UUID(int=7),
        identifier="nova",
        reason="the newest run is 3.0 h old, TTL 24 h",
        apify_run_id="r1",
        apify_run_status="SUCCEEDED",
        run_age_hours=3.0,
        raw_items_count=0,
        usage_usd=Decimal("0.02"),
    )
    failed = replace(reused, disposition=Disposition.FAILED, error="private", usage_usd=None)
    status = EvidenceStatus((reused, failed))
    document = json.loads(json.dumps(status.to_json()))
    assert document["refreshed"] == document["skipped"] == []
    assert document["reused"] == [
        {
            "source": "instagram.posts",
            "source_connection_id": "00000000-0000-0000-0000-000000000007",
            "identifier": "nova",
            "reason": "the newest run is 3.0 h old, TTL 24 h",
            "apify_run_id": "r1",
            "apify_run_status": "SUCCEEDED",
            "run_age_hours": 3.0,
            "raw_items_count": 0,
            "usage_usd": 0.02,
        }
    ]
    assert document["failed"][0]["error"] == "private"
    assert EvidenceStatus.from_json(document) == status
