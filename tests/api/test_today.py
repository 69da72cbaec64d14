"""GET today: what is answered in every state, in which order, and from which board."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from brandbrain_dagster.domain.evidence.evidence_item import Flags
from brandbrain_dagster.domain.opportunities.board import (
    BoardState,
    EvidenceShortfall,
    GenerationStage,
    ReadyReason,
)
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType
from brandbrain_dagster.domain.opportunities.opportunity import Opportunity, OpportunityType
from brandbrain_dagster.stores.ledger.board_generations import record_stage
from brandbrain_dagster.stores.ledger.boards import insert_decision
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.snapshots import Snapshot
from tests.api.profile_api import ProfileApi
from tests.api.tenants import OTHER_TENANT, add_token
from tests.api.test_reads import row_versions
from tests.stores.board_rows import (
    add_board,
    add_evidence,
    add_generation,
    make_board,
    make_idea,
    start_generation,
)
from tests.stores.ledger_rows import NOW, add_brand, add_snapshot, later

PROFILE = {
    "positioning": {"what_we_do": {"value": "We roast coffee."}, "who_for": {"value": "People who brew at home"}},
    "voice": {"tone_tags": {"value": ["warm"]}, "cta_policy": {"value": "soft"}},
    "pillars": [
        {"id": "pillar-1", "name": {"value": "Beans"}, "description": {"value": None}, "share": 0.5, "example_ids": []}
    ],
    "constraints": {"taboos": {"value": ["sugar"]}},
    "meta": {"content_goal": "More visits"},
}
SHORTFALL = EvidenceShortfall(
    required_items=8,
    found_items=2,
    required_platforms=("instagram", "tiktok"),
    found_platforms=("instagram",),
    missing_platforms=("tiktok",),
    transcript_coverage=0.5,
    min_transcript_coverage=0.3,
    failures=("insufficient_items", "insufficient_text_items"),
)
INSUFFICIENT = make_board(
    state=BoardState.INSUFFICIENT_EVIDENCE,
    evidence_shortfall=SHORTFALL,
    reason="There are 2 items, 8 are needed.",
    remediation="Connect another source.",
    source=None,
)
FAILED = make_board(
    state=BoardState.ERROR, evidence_summary=None, reason="Three attempts failed.", total_candidates=None, source=None
)


@pytest.fixture
def snapshot(ledger: Ledger, brand: Brand) -> Snapshot:
    with ledger.begin() as conn:
        return add_snapshot(conn, brand, snapshot_json=PROFILE)


def today_of(api: ProfileApi, brand: Brand, *, at_most: int = 2) -> dict[str, Any]:
    with api.queries(at_most):
        answer = api.client.get(f"/api/brands/{brand.id}/today")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    description = api.app.openapi()
    schema = {"$ref": "#/components/schemas/TodayShape", "components": description["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(found)
    assert found["meta"]["opportunity_count"] == len(found["opportunities"])
    assert found["meta"]["stale"] == (found["meta"]["stale_since"] is not None)
    return found


def ready_board(
    ledger: Ledger, brand: Brand, *titles: str, seconds: float = 0, **fields: Any
) -> tuple[UUID, list[Opportunity]]:
    """Adds a ready board with an idea for each title."""
    with ledger.begin() as conn:
        ideas = [make_idea(brand, title, add_evidence(conn, brand), **fields) for title in titles]
        return add_board(conn, brand, make_board(ideas), now=later(seconds)), ideas


def decide(ledger: Ledger, brand: Brand, idea: Opportunity, decision_type: DecisionType, **fields: Any) -> None:
    values: dict[str, Any] = {"snoozed_until": None, "recorded_at": NOW} | fields
    with ledger.begin() as conn:
        insert_decision(
            conn,
            decision_id=uuid4(),
            brand_id=brand.id,
            opportunity_id=idea.id,
            decision=Decision(decision_type=decision_type, **values),
            reason=None,
            recorded_by="a test",
        )


def titles_of(today: dict[str, Any]) -> list[str]:
    return [idea["title"] for idea in today["opportunities"]]


def test_brand_without_a_snapshot_has_no_board_yet(api: ProfileApi, brand: Brand) -> None:
    today = today_of(api, brand)
    assert today == {
        "brand_id": str(brand.id),
        "snapshot": {
            "brand_id": str(brand.id),
            "brand_name": brand.name,
            "positioning": None,
            "pillars": [],
            "personas": [],
            "voice_tone_tags": [],
            "taboos": [],
            "cta_policy": "none",
            "content_goal": None,
        },
        "opportunities": [],
        "evidence_summary": {
            "total_items": 0,
            "platforms": {},
            "items_with_text": 0,
            "items_with_transcript": 0,
            "transcript_coverage": 0,
            "newest_item_age_hours": None,
            "oldest_item_age_hours": None,
        },
        "meta": {
            "generated_at": NOW.isoformat(),
            "source": "none",
            "state": "not_generated_yet",
            "board_id": None,
            "job_id": None,
            "progress_stage": None,
            "ready_reason": None,
            "stale": False,
            "stale_since": None,
            "degraded": False,
            "reason": None,
            "remediation": None,
            "evidence_shortfall": None,
            "total_candidates": None,
            "opportunity_count": 0,
            "notes": [],
            "gate_config_version": today["meta"]["gate_config_version"],
            "timings_ms": {},
        },
    }
    assert today["meta"]["gate_config_version"].startswith("v1-")


def test_evidence_is_counted_where_no_board_has_looked_at_it(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    with ledger.begin() as conn:
        add_evidence(conn, brand, 2, published_at=NOW - timedelta(hours=12))
        add_evidence(conn, brand, platform="tiktok", capability="profile_videos", published_at=None, flags=Flags())
        add_evidence(conn, brand, text=" ", published_at=NOW - timedelta(hours=1.5), flags=Flags())
        add_evidence(conn, add_brand(conn, "other"), 5)
    today = today_of(api, brand)
    assert today["meta"]["state"] == "not_generated_yet"
    assert today["evidence_summary"] == {
        "total_items": 4,
        "platforms": {"instagram": 3, "tiktok": 1},
        "items_with_text": 3,
        "items_with_transcript": 2,
        "transcript_coverage": 0.5,
        "newest_item_age_hours": 1.5,
        "oldest_item_age_hours": 12,
    }


def test_ready_board_is_answered_whole(api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot) -> None:
    with ledger.begin() as conn:
        (cited,) = add_evidence(conn, brand, text="a" * 199 + "👩‍🍳!")
        idea = make_idea(brand, "Beans of the month", [cited])
        board_id = add_board(conn, brand, make_board([idea], notes=("Worded by rules.",)))
    api.clock.now = later(3600)
    today = today_of(api, brand, at_most=1)
    assert today["snapshot"] == {
        "brand_id": str(brand.id),
        "brand_name": brand.name,
        "positioning": "We roast coffee.",
        "pillars": [{"id": "pillar-1", "name": "Beans", "description": None, "share": 0.5}],
        "personas": ["People who brew at home"],
        "voice_tone_tags": ["warm"],
        "taboos": ["sugar"],
        "cta_policy": "soft",
        "content_goal": "More visits",
    }
    assert today["opportunities"] == [
        {
            "id": str(idea.id),
            "brand_id": str(brand.id),
            "board_id": str(board_id),
            "title": "Beans of the month",
            "angle": idea.angle,
            "why_now": idea.why_now,
            "type": "trend",
            "primary_channel": "instagram",
            "suggested_channels": ["instagram", "tiktok"],
            "score": 70,
            "band": "strong",
            "score_breakdown": {
                "clarity": 3,
                "strategic_fit": 3,
                "timeliness": 2,
                "differentiation": 3,
                "execution_readiness": 3,
            },
            "score_explanation": idea.score_explanation,
            "pillar_id": "pillar-1",
            "persona": "People who brew at home",
            "evidence_ids": [str(cited)],
            "evidence_preview": [
                {
                    "id": str(cited),
                    "platform": "instagram",
                    "canonical_url": f"https://www.instagram.com/p/{cited}/",
                    "author_ref": "acme.roasters",
                    "text_snippet": "a" * 199,
                    "has_transcript": True,
                }
            ],
            "is_pinned": False,
            "is_snoozed": False,
            "snoozed_until": None,
            "is_ignored": False,
            "created_via": "ai_suggested",
        }
    ]
    assert today["evidence_summary"] == {
        "total_items": 9,
        "platforms": {"instagram": 6, "tiktok": 3},
        "items_with_text": 8,
        "items_with_transcript": 3,
        "transcript_coverage": 0.333333,
        "newest_item_age_hours": 7,
        "oldest_item_age_hours": 241,
    }
    assert today["meta"] == {
        "generated_at": NOW.isoformat(),
        "source": "deterministic",
        "state": "ready",
        "board_id": str(board_id),
        "job_id": None,
        "progress_stage": None,
        "ready_reason": "generated",
        "stale": False,
        "stale_since": None,
        "degraded": False,
        "reason": None,
        "remediation": None,
        "evidence_shortfall": None,
        "total_candidates": 3,
        "opportunity_count": 1,
        "notes": ["Worded by rules."],
        "gate_config_version": "v1-of-the-test",
        "timings_ms": {"scoring": 3},
    }


@pytest.mark.parametrize("reason", [reason for reason in ReadyReason if reason is not ReadyReason.GENERATED])
def test_ready_board_without_ideas_says_why(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot, reason: ReadyReason
) -> None:
    with ledger.begin() as conn:
        add_board(conn, brand, make_board(ready_reason=reason))
    today = today_of(api, brand)
    assert (today["meta"]["state"], today["meta"]["ready_reason"], today["opportunities"]) == ("ready", reason, [])


def test_shortfall_is_told(api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot) -> None:
    with ledger.begin() as conn:
        board_id = add_board(conn, brand, INSUFFICIENT)
    today = today_of(api, brand)
    meta = today["meta"]
    assert (meta["state"], meta["degraded"], meta["board_id"]) == ("insufficient_evidence", True, str(board_id))
    assert (meta["reason"], meta["remediation"]) == (INSUFFICIENT.reason, INSUFFICIENT.remediation)
    assert meta["evidence_shortfall"] == {
        "required_items": 8,
        "found_items": 2,
        "required_platforms": ["instagram", "tiktok"],
        "found_platforms": ["instagram"],
        "missing_platforms": ["tiktok"],
        "transcript_coverage": 0.5,
        "min_transcript_coverage": 0.3,
        "failures": ["insufficient_items", "insufficient_text_items"],
    }
    assert (meta["ready_reason"], meta["stale"], meta["source"]) == (None, False, "none")


def test_failure_is_told_with_the_evidence_as_it_is(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    with ledger.begin() as conn:
        add_evidence(conn, brand, 12)
        add_board(conn, brand, FAILED)
    today = today_of(api, brand)
    assert (today["meta"]["state"], today["meta"]["degraded"]) == ("error", True)
    assert today["meta"]["reason"] == "Three attempts failed."
    assert today["evidence_summary"]["total_items"] == 12


@pytest.mark.parametrize("failing", [INSUFFICIENT, FAILED], ids=["insufficient", "error"])
def test_failing_board_does_not_hide_the_last_good_one(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot, failing: Any
) -> None:
    ready_board(ledger, brand, "An older idea", seconds=-60)
    good, _ = ready_board(ledger, brand, "A good idea")
    with ledger.begin() as conn:
        add_board(conn, brand, failing, now=later(60))
        newest = add_board(conn, brand, failing, now=later(120))
    today = today_of(api, brand)
    meta = today["meta"]
    assert titles_of(today) == ["A good idea"]
    assert today["opportunities"][0]["board_id"] == str(good)
    assert (meta["state"], meta["board_id"], meta["reason"]) == (failing.state, str(newest), failing.reason)
    assert (meta["stale"], meta["stale_since"]) == (True, later(60).isoformat())
    assert (meta["degraded"], meta["ready_reason"]) == (True, None)
    assert meta["source"] == "deterministic"


def test_board_that_fails_no_longer_is_ready_again(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    with ledger.begin() as conn:
        add_board(conn, brand, FAILED)
    ready_board(ledger, brand, "A good idea", seconds=60)
    today = today_of(api, brand)
    assert (today["meta"]["state"], today["meta"]["stale"], titles_of(today)) == ("ready", False, ["A good idea"])


def test_newer_snapshot_makes_a_board_stale(api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot) -> None:
    ready_board(ledger, brand, "A good idea")
    with ledger.begin() as conn:
        for seconds in (60, 120):
            add_snapshot(conn, brand, snapshot_json=PROFILE, now=later(seconds))
    meta = today_of(api, brand)["meta"]
    assert (meta["state"], meta["stale"], meta["stale_since"]) == ("ready", True, later(60).isoformat())


def test_first_generation_is_shown_as_it_goes(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    with ledger.begin() as conn:
        generation = add_generation(conn, brand)
    meta = today_of(api, brand)["meta"]
    assert (meta["state"], meta["job_id"], meta["progress_stage"]) == ("generating", str(generation.id), None)
    with ledger.begin() as conn:
        token = start_generation(conn, generation)
        record_stage(conn, generation_id=generation.id, lease_token=token, stage=GenerationStage.SCORING)
    meta = today_of(api, brand)["meta"]
    assert (meta["state"], meta["job_id"], meta["progress_stage"]) == ("generating", str(generation.id), "scoring")
    assert (meta["board_id"], meta["degraded"]) == (None, False)


def test_board_stays_while_the_next_one_is_made(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    board_id, _ = ready_board(ledger, brand, "A good idea")
    with ledger.begin() as conn:
        add_generation(conn, brand)
    today = today_of(api, brand)
    assert (today["meta"]["state"], today["meta"]["board_id"]) == ("generating", str(board_id))
    assert (titles_of(today), today["meta"]["ready_reason"]) == (["A good idea"], None)


@pytest.mark.parametrize("is_taken", [False, True])
def test_generation_that_nobody_works_on_is_not_shown_as_generating_for_ever(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot, is_taken: bool
) -> None:
    ready_board(ledger, brand, "A good idea", seconds=-60)
    with ledger.begin() as conn:
        generation = add_generation(conn, brand)
        if is_taken:
            start_generation(conn, generation)
    api.clock.now = NOW + timedelta(minutes=21)
    today = today_of(api, brand)
    meta = today["meta"]
    assert (meta["state"], meta["degraded"], meta["job_id"]) == ("error", True, None)
    assert "brandbrain up" in meta["reason"]
    assert titles_of(today) == ["A good idea"]


def test_pinned_come_first_then_the_best_score_then_the_id(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    with ledger.begin() as conn:
        scores = {"One": 50, "Two": 90, "Three": 70, "Four": 70, "Five": 10}
        ideas = {
            title: make_idea(brand, f"Idea {title}", add_evidence(conn, brand), score=score)
            for title, score in scores.items()
        }
        add_board(conn, brand, make_board(list(ideas.values())))
    for title in ("Five", "One"):
        decide(ledger, brand, ideas[title], DecisionType.PINNED)
    equal = sorted((ideas["Three"], ideas["Four"]), key=lambda idea: str(idea.id))
    today = today_of(api, brand)
    assert titles_of(today) == ["Idea One", "Idea Five", "Idea Two", *(idea.title for idea in equal)]
    assert [idea["is_pinned"] for idea in today["opportunities"]] == [True, True, False, False, False]
    assert [idea["band"] for idea in today["opportunities"]] == ["weak", "weak", "strong", "strong", "strong"]
    assert today["meta"]["notes"] == []


def test_snoozed_idea_comes_back_when_its_time_is_over(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    _, (_, snoozed) = ready_board(ledger, brand, "Stays here", "Comes back")
    decide(ledger, brand, snoozed, DecisionType.SNOOZED, snoozed_until=later(60))
    today = today_of(api, brand)
    assert titles_of(today) == ["Stays here"]
    assert today["meta"]["notes"] == ["1 of 2 ideas of this board are left out here: people snoozed or ignored them."]
    api.clock.now = later(60)
    today = today_of(api, brand)
    assert sorted(titles_of(today)) == ["Comes back", "Stays here"]
    assert today["meta"]["notes"] == []
    back = next(idea for idea in today["opportunities"] if idea["title"] == "Comes back")
    assert (back["is_snoozed"], back["snoozed_until"]) == (False, later(60).isoformat())


def test_board_all_of_whose_ideas_are_ignored_stays_ready_and_generated(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    _, ideas = ready_board(ledger, brand, "First idea", "Second idea")
    for idea in ideas:
        decide(ledger, brand, idea, DecisionType.IGNORED)
    today = today_of(api, brand)
    assert today["opportunities"] == []
    assert (today["meta"]["state"], today["meta"]["ready_reason"]) == ("ready", "generated")
    assert today["meta"]["notes"] == ["All ideas of this board are left out here: people snoozed or ignored them."]
    assert today["meta"]["reason"] is None


def test_decisions_hold_for_the_same_idea_on_the_next_board(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot
) -> None:
    _, (pinned, ignored) = ready_board(ledger, brand, "Pinned idea", "Ignored idea")
    decide(ledger, brand, pinned, DecisionType.PINNED)
    decide(ledger, brand, ignored, DecisionType.IGNORED)
    ready_board(ledger, brand, "Better idea", "Ignored idea", "Pinned idea", seconds=60, score=99)
    assert titles_of(today_of(api, brand)) == ["Pinned idea", "Better idea"]


def test_ten_are_shown_of_two_types(api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot) -> None:
    with ledger.begin() as conn:
        ideas = [make_idea(brand, f"Trend {number}", add_evidence(conn, brand)) for number in range(12)]
        ideas.append(make_idea(brand, "Evergreen", add_evidence(conn, brand), type=OpportunityType.EVERGREEN, score=20))
        add_board(conn, brand, make_board(ideas))
    today = today_of(api, brand)
    assert len(today["opportunities"]) == 10
    assert {idea["type"] for idea in today["opportunities"]} == {"trend", "evergreen"}


@pytest.mark.parametrize("other_titles", [["Second idea"], []], ids=["one of two", "the only one"])
@pytest.mark.parametrize("sql", ["DELETE FROM opportunity", "DELETE FROM evidence_item"])
def test_dangling_id_is_an_error_with_its_name(
    api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot, *, sql: str, other_titles: list[str]
) -> None:
    _, (idea, *_) = ready_board(ledger, brand, "First idea", *other_titles)
    lost = idea.id if sql.endswith("opportunity") else idea.evidence_ids[0]
    with ledger.begin() as conn:
        conn.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no keys, no triggers
        conn.exec_driver_sql(f"{sql} WHERE id = '{lost}'")
    answer = api.client.get(f"/api/brands/{brand.id}/today")
    assert answer.status_code == 500
    assert str(lost) in answer.json()["error"]


def test_slash_at_the_end_is_accepted(api: ProfileApi, brand: Brand, snapshot: Snapshot) -> None:
    answer = api.client.get(f"/api/brands/{brand.id}/today/")
    assert answer.json() == today_of(api, brand)


def test_board_of_another_tenant_is_absent(api: ProfileApi, ledger: Ledger, brand: Brand, snapshot: Snapshot) -> None:
    ready_board(ledger, brand, "A good idea")
    headers, _ = add_token(ledger, tenant_id=OTHER_TENANT)
    with api.queries(at_most=2):
        answer = api.client.get(f"/api/brands/{brand.id}/today", headers=headers)
    assert (answer.status_code, answer.json()) == (404, {"error": "Brand not found"})


def test_malformed_brand_id_is_refused(api: ProfileApi) -> None:
    answer = api.client.get("/api/brands/x/today")
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid brand_id"})


def seeded(ledger: Ledger, brand: Brand, state: str) -> None:
    with ledger.begin() as conn:
        add_snapshot(conn, brand, snapshot_json=PROFILE)
        add_evidence(conn, brand, 7 if state == "not_generated_yet" else 20)
    if state in {"ready", "stale", "stuck"}:
        ready_board(ledger, brand, "A good idea")
    with ledger.begin() as conn:
        match state:
            case "generating":
                add_generation(conn, brand)
            case "stuck":
                add_generation(conn, brand, now=NOW - timedelta(hours=1))
            case "stale":
                add_snapshot(conn, brand, snapshot_json=PROFILE, now=later(1))
            case "insufficient_evidence":
                add_board(conn, brand, INSUFFICIENT)
            case "error":
                add_board(conn, brand, FAILED)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("not_generated_yet", "not_generated_yet"),
        ("generating", "generating"),
        ("stuck", "error"),
        ("ready", "ready"),
        ("stale", "ready"),
        ("insufficient_evidence", "insufficient_evidence"),
        ("error", "error"),
    ],
)
def test_look_writes_nothing(api: ProfileApi, ledger: Ledger, brand: Brand, state: str, told: str) -> None:
    seeded(ledger, brand, state)
    before = row_versions(ledger)
    for _ in range(3):
        assert today_of(api, brand)["meta"]["state"] == told
    assert row_versions(ledger) == before
