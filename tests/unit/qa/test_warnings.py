"""Warnings: each appears exactly when it should, and keeps nothing from being published."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, EvidenceStatus, SourceOutcome
from brandbrain_dagster.domain.qa.shape_checks import is_near_duplicate
from brandbrain_dagster.domain.qa.subject import QaSubject
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster
from tests.unit.compile.profiles import COMPILED_AT
from tests.unit.qa.drafts import check_of, planted, source_outcome, subject_of


@pytest.fixture(scope="module")
def good() -> QaSubject:
    return subject_of()


@pytest.mark.parametrize(
    "check",
    [
        "platforms_have_profiles",
        "duplicate_values",
        "pillar_count",
        "evidence_age",
        "thin_evidence",
        "llm_fallback",
        "failed_sources",
        "quarantined_items",
        "unfit_decisions",
    ],
)
def test_a_good_draft_passes(good: QaSubject, check: str) -> None:
    assert check_of(good, check).status == "PASS"


def test_a_connected_platform_without_a_profile_is_an_error(good: QaSubject) -> None:
    found = check_of(replace(good, platforms=[*good.platforms, "youtube", "tiktok"]), "platforms_have_profiles")
    assert (found.status, found.severity) == ("FAIL", "error")
    assert list(found.paths) == ["platform_profiles.tiktok", "platform_profiles.youtube"]


def test_a_profile_of_a_platform_that_is_not_connected_is_an_error(good: QaSubject) -> None:
    found = check_of(replace(good, platforms=["instagram", "linkedin"]), "platforms_have_profiles")
    assert (found.status, list(found.paths)) == ("FAIL", ["platform_profiles.web"])


def test_a_profile_that_names_another_platform_is_an_error(good: QaSubject) -> None:
    found = check_of(planted(good, ("platform_profiles.web.platform", "linkedin")), "platforms_have_profiles")
    assert (found.status, list(found.paths)) == ("FAIL", ["platform_profiles.web.platform"])


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("voice.tone_tags.value", ["warm", "exact", "Warm!"]),
        ("voice.do.value", ["Ask readers a question", "Use emoji.", "Ask your readers questions"]),
        ("voice.dont.value", ["Schreeuw niet", "Overdrijf niet", "schreeuw  NIET"]),
        ("pillars.0.keyphrases", ["espresso roast", "farm", "espresso roasts"]),
        (
            "platform_profiles.instagram.hooks.value",
            ["아침에 신선한 커피를 볶습니다", "꽃", "아침에 신선한 커피를 볶습니다."],
        ),
        (
            "positioning.differentiators.value",
            ["We roast after you order, never before it", "Hand-picked", "We roast after you order, never before"],
        ),
    ],
)
def test_an_entry_that_repeats_another_is_found(good: QaSubject, path: str, values: list[str]) -> None:
    found = check_of(planted(good, (path, values)), "duplicate_values")
    assert (found.status, found.severity, list(found.paths)) == ("WARN", "warning", [f"{path}.2"])
    assert f"repeats {path}.0" in found.message


def test_pillars_of_one_name_are_found(good: QaSubject) -> None:
    spoilt = planted(good, ("pillars.2.name.value", "Espresso & roasts"))
    assert list(check_of(spoilt, "duplicate_values").paths) == ["pillars.2.name"]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("post: 9 of 10, median engagement score 50", "reel: 9 of 10, median engagement score 50"),
        ("how to (in 1 item)", "here's how (in 1 item)"),
        ("Don't shout: none of 11 items has words in capitals.", "Don't push: none of 11 items asks readers to act."),
        ("warm", "worm"),
        ("bread, bread, farm: 1", "bread, farm, harvest: 1"),
        ("posts: 12345 of 99", "posts: 12346 of 99"),
        ("🍞", "🥐"),
        ("farm", ""),
    ],
)
def test_texts_that_say_different_things_are_no_duplicates(text: str, other: str) -> None:
    assert not is_near_duplicate(text, other)
    assert not is_near_duplicate(other, text)


@pytest.mark.parametrize(("count", "status"), [(2, "WARN"), (3, "PASS"), (5, "PASS"), (6, "WARN"), (0, "WARN")])
def test_three_to_five_pillars_are_right(count: int, status: str) -> None:
    names = ["Espresso", "Farming", "Training", "Brewing", "Café life", "Machines"][:count]
    found = check_of(subject_of(answers={**ROASTER_ANSWERS, "tier1.pillars_seed": names}, items=[]), "pillar_count")
    assert (found.status, list(found.paths)) == (status, [] if status == "PASS" else ["pillars"])


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=90), "PASS"), (timedelta(days=90, seconds=1), "WARN")])
def test_evidence_is_old_when_a_platforms_newest_item_is(age: timedelta, status: str) -> None:
    aged = make_item("1", "Bread", platform="linkedin", published_at=COMPILED_AT - age)
    older = make_item("2", "Bread", platform="linkedin", published_at=COMPILED_AT - age - timedelta(days=9))
    undated = make_item("3", "Bread", platform="web", published_at=None)
    found = check_of(subject_of([*roaster(), aged, older, undated][9:]), "evidence_age")
    assert found.status == "PASS"
    found = check_of(subject_of([aged, older, undated]), "evidence_age")
    assert (found.status, list(found.paths)) == (status, [] if status == "PASS" else ["platform_profiles.linkedin"])


def test_one_fresh_item_makes_a_platform_fresh() -> None:
    items = [make_item(str(days), "Bread", published_at=COMPILED_AT - timedelta(days=days)) for days in (1, 400)]
    assert check_of(subject_of(items), "evidence_age").status == "PASS"


@pytest.mark.parametrize(("count", "status"), [(0, "WARN"), (7, "WARN"), (8, "PASS")])
def test_fewer_than_eight_items_are_thin(count: int, status: str) -> None:
    items = [make_item(str(number), f"Loaf number {number}") for number in range(count)]
    assert check_of(subject_of(items), "thin_evidence").status == status


def test_a_fallback_is_told(good: QaSubject) -> None:
    found = check_of(planted(good, ("meta.compiler.fallback_from", "llm")), "llm_fallback")
    assert (found.status, list(found.paths)) == ("WARN", ["meta.compiler"])
    assert "llm failed, extractive wrote the profile" in found.message


def test_a_failed_source_is_told_with_its_reason(good: QaSubject) -> None:
    failed = source_outcome(Disposition.FAILED, error="The account is private.")
    found = check_of(_with_outcomes(good, failed), "failed_sources")
    assert (found.status, list(found.paths)) == ("WARN", ["platform_profiles.linkedin"])
    assert "linkedin.profile_posts (jane) could not be collected (The account is private)" in found.message


@pytest.mark.parametrize("disposition", [Disposition.REUSED, Disposition.REFRESHED, Disposition.SKIPPED])
def test_a_source_that_did_not_fail_is_not_told(good: QaSubject, disposition: Disposition) -> None:
    assert check_of(_with_outcomes(good, source_outcome(disposition)), "failed_sources").status == "PASS"


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({"raw_items_count": 20, "quarantined_count": 2}, "PASS"),
        ({"raw_items_count": 20, "quarantined_count": 3}, "WARN"),
        ({"item_count": 9, "quarantined_count": 1}, "PASS"),
        ({"item_count": 8, "quarantined_count": 1}, "WARN"),
        ({"quarantined_count": 1}, "WARN"),
        ({"raw_items_count": 0, "quarantined_count": 0}, "PASS"),
        ({}, "PASS"),
    ],
)
def test_a_source_with_many_unreadable_rows_is_told(good: QaSubject, counts: dict[str, Any], status: str) -> None:
    fine = source_outcome(Disposition.REUSED, source="instagram.posts", raw_items_count=10_000, quarantined_count=0)
    subject = _with_outcomes(good, fine, source_outcome(Disposition.REFRESHED, **counts))
    found = check_of(subject, "quarantined_items")
    assert (found.status, list(found.paths)) == (status, [] if status == "PASS" else ["platform_profiles.linkedin"])


def test_decisions_that_could_not_be_merged_are_told(good: QaSubject) -> None:
    found = check_of(replace(good, unfit_decisions=["voice.cta_policy", "pillars.0"]), "unfit_decisions")
    assert (found.status, list(found.paths)) == ("WARN", ["pillars.0", "voice.cta_policy"])


def _with_outcomes(subject: QaSubject, *outcomes: SourceOutcome) -> QaSubject:
    return replace(subject, evidence_status=EvidenceStatus(outcomes))
