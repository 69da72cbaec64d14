"""Platform rules: bounds, formats of each platform, policies, and keys that nobody knows."""

from typing import Any

import pytest

from brandbrain_dagster.domain.onboarding.answers import read_answers
from brandbrain_dagster.domain.onboarding.platform_rules import (
    CtaPolicy,
    HashtagPolicy,
    LinkPolicy,
    PlatformRules,
    Usage,
    read_platform_rules,
)

FORMATS = {
    "instagram": ["carousel", "single_image", "reel", "story", "text_post"],
    "linkedin": ["text_only", "image", "carousel", "video", "document", "poll", "article"],
    "tiktok": ["video", "photo_carousel", "duet", "stitch"],
    "youtube": ["long_form", "shorts", "livestream"],
}


def _paths(platform: str, value: Any) -> list[str]:
    rules, errors, _ = read_platform_rules(platform, value, path="rules")
    assert (rules is None) == bool(errors)
    return [error.path for error in errors]


def test_all_rules_are_read() -> None:
    value = {
        "cadence_per_week": 3,
        "preferred_formats": ["reel"],
        "hashtag_policy": {"usage": "minimal", "max_count": 5},
        "link_policy": "bio_only",
        "cta_policy_override": "direct",
        "forbidden_patterns": ["!!!"],
    }
    assert read_platform_rules("instagram", value, path="rules") == (
        PlatformRules(3, ["reel"], HashtagPolicy(Usage.MINIMAL, 5), LinkPolicy.BIO_ONLY, CtaPolicy.DIRECT, ["!!!"]),
        [],
        [],
    )


@pytest.mark.parametrize("cadence", [1, 1.5, 14])
def test_a_cadence_from_1_to_14_is_taken(cadence: float) -> None:
    assert _paths("tiktok", {"cadence_per_week": cadence}) == []


@pytest.mark.parametrize("cadence", [0, 0.9, 14.1, 15, -3, float("nan"), 10**400, "3", True])
def test_any_other_cadence_is_refused(cadence: Any) -> None:
    assert _paths("tiktok", {"cadence_per_week": cadence}) == ["rules.cadence_per_week"]


@pytest.mark.parametrize("platform", FORMATS)
def test_a_platform_takes_its_own_formats_only(platform: str) -> None:
    assert _paths(platform, {"preferred_formats": FORMATS[platform]}) == []
    foreign = {name for names in FORMATS.values() for name in names} - set(FORMATS[platform])
    for name in sorted(foreign):
        assert _paths(platform, {"preferred_formats": [FORMATS[platform][0], name]}) == ["rules.preferred_formats"]


@pytest.mark.parametrize("usage", ["none", "minimal", "moderate", "heavy"])
def test_a_hashtag_policy_has_one_of_four_usages(usage: str) -> None:
    assert _paths("linkedin", {"hashtag_policy": {"usage": usage}}) == []


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ({"usage": "lots"}, "rules.hashtag_policy.usage"),
        ({"max_count": 3}, "rules.hashtag_policy"),
        ({"usage": "none", "max_count": -1}, "rules.hashtag_policy.max_count"),
        ({"usage": "none", "max_count": 1.5}, "rules.hashtag_policy.max_count"),
        ("none", "rules.hashtag_policy"),
    ],
)
def test_a_wrong_hashtag_policy_is_refused_at_its_path(policy: Any, path: str) -> None:
    assert _paths("linkedin", {"hashtag_policy": policy}) == [path]


@pytest.mark.parametrize("policy", ["never", "bio_only", "comments_only", "in_post", "any"])
def test_a_link_policy_is_one_of_five(policy: str) -> None:
    assert _paths("youtube", {"link_policy": policy}) == []
    assert _paths("youtube", {"link_policy": policy.upper()}) == ["rules.link_policy"]


def test_at_most_ten_patterns_may_be_forbidden() -> None:
    assert _paths("youtube", {"forbidden_patterns": ["x"] * 10}) == []
    assert _paths("youtube", {"forbidden_patterns": ["x"] * 11}) == ["rules.forbidden_patterns"]
    assert _paths("youtube", {"forbidden_patterns": ["x", 1]}) == ["rules.forbidden_patterns[1]"]


def test_unknown_keys_are_dropped_with_a_warning_each() -> None:
    answers = {"tier2.platform_rules.tiktok": {"mood": "bright", "cadence_per_week": 2, "colour": "red"}}
    read = read_answers(answers)
    assert read.answers.platform_rules == {"tiktok": PlatformRules(cadence_per_week=2)}
    assert read.errors == ()
    assert [problem.path for problem in read.warnings] == [
        "tier2.platform_rules.tiktok.colour",
        "tier2.platform_rules.tiktok.mood",
    ]
