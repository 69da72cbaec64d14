"""Abstentions: a field without a value says why, and what to do about it; one with a value says nothing of the kind."""

from typing import Any

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from tests.fakes.evidence_items import make_item
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster, world
from tests.unit.compile.profiles import compile_profile, fields_of

PLATFORMS = ("instagram", "linkedin", "tiktok", "web", "youtube")


@pytest.mark.parametrize(
    ("items", "answers"),
    [
        ([], {}),
        ([], ROASTER_ANSWERS),
        (roaster(), {}),
        (roaster(), ROASTER_ANSWERS),
        (roaster()[:2], {}),
        (world(), {"tier1.pillars_seed": ["Astronomy"]}),
        (roaster(), {"tier0.taboos": ["espresso", "farm", "we", "items"]}),
        ([make_item(str(number), flags=Flags(is_repost=True), published_at=None) for number in range(4)], {}),
    ],
)
def test_a_field_abstains_exactly_where_it_has_no_value(items: list[EvidenceItem], answers: dict[str, Any]) -> None:
    for path, node in fields_of(compile_profile(items, answers, platforms=PLATFORMS)).items():
        has_value = node["value"] not in (None, [])
        assert ("abstained" in node) is not has_value, path
        if not has_value:
            assert node["abstained"]["reason"].endswith("."), path
            assert node["abstained"]["next_step"].endswith("."), path


def test_a_platform_says_how_much_it_lacks() -> None:
    profile = compile_profile(roaster()[:2], platforms=("tiktok",))["platform_profiles"]
    assert profile["instagram"]["length"]["abstained"]["reason"] == (
        "Only 2 items came from Instagram, and a habit shows from 3 on."
    )
    assert profile["tiktok"]["cadence"]["abstained"]["reason"] == "Nothing was collected from TikTok."


def test_a_site_has_no_rhythm() -> None:
    page = make_item("1", "We are a roastery.", platform="web", published_at=None)
    profile = compile_profile([page])["platform_profiles"]["web"]
    assert profile["cadence"]["abstained"]["reason"] == "A website has no rhythm, formats or hashtags."


def test_days_that_do_alike_are_not_called_best() -> None:
    alike = [make_item(item.id, item.text_primary, published_at=item.published_at) for item in roaster()[:9]]
    best = compile_profile(alike)["platform_profiles"]["instagram"]["best_times"]
    assert best["value"] is None
    assert best["abstained"]["reason"] == "No weekday does clearly better than the others."


def test_hashtags_that_stand_once_are_not_called_usual() -> None:
    tags: tuple[list[str], ...] = (["acme", "bread"], ["acme", "rye"], [])
    items = [
        make_item(str(number), "Bread.", hashtags=tag, metrics=Metrics(likes=1)) for number, tag in enumerate(tags)
    ]
    hashtags = compile_profile(items)["platform_profiles"]["instagram"]["hashtags"]["value"]
    assert hashtags == "1.3 an item on average; 2 of 3 items have any; most often #acme (2)."
    single = compile_profile([make_item(str(number), "Bread.", hashtags=[f"tag{number}"]) for number in range(3)])
    assert single["platform_profiles"]["instagram"]["hashtags"]["value"] == (
        "1 an item on average; all 3 items have any; for example #tag0, #tag1 and #tag2."
    )
