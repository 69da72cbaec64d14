"""``answers_contradict_evidence``: what people want against what the brand publishes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags
from tests.fakes.evidence_items import SEEN_AT, make_item
from tests.unit.qa.drafts import check_of, subject_of

CHECK = "answers_contradict_evidence"
PLAIN = "Our bread rests for two days before it is baked."
RULES = "tier2.platform_rules.instagram"


def posts(*texts: str, every_days: float = 2, **fields: Any) -> list[EvidenceItem]:
    """Posts with these texts, the first the newest."""
    return [
        make_item(str(number), text, published_at=SEEN_AT - timedelta(days=every_days * number), **fields)
        for number, text in enumerate(texts)
    ]


def paths(items: Sequence[EvidenceItem], answers: dict[str, Any]) -> list[str]:
    return list(check_of(subject_of(items, answers), CHECK).paths)


PLAIN_POSTS = posts(*[PLAIN] * 10)
EMOJI_POSTS = posts(*["Fresh bread 🥖🔥"] * 3, *[PLAIN] * 7)
LOUD_POSTS = posts(*["Bread!!!"] * 5, *[PLAIN] * 5)
ASKING_POSTS = posts(*["Sign up for bread. Link in bio."] * 4, *[PLAIN] * 6)
TAGGED_POSTS = posts(*[PLAIN] * 10, hashtags=["bread", "bakery", "a", "b", "c", "d"])
LINKING_POSTS = posts(*["Order at https://bakery.example/order"] * 3, *[PLAIN] * 7)


@pytest.mark.parametrize(
    ("items", "answers", "path"),
    [
        (EMOJI_POSTS, {"tier0.taboos": ["emoji"]}, "voice.emoji_policy"),
        (EMOJI_POSTS, {"tier0.taboos": ["No emojis"]}, "voice.emoji_policy"),
        (EMOJI_POSTS, {"tier2.risk_boundaries": ["Never use emoji"]}, "voice.emoji_policy"),
        (EMOJI_POSTS, {"tier0.tone_words": ["geen emoji’s"]}, "voice.emoji_policy"),
        (EMOJI_POSTS, {"tier0.tone_words": ["emoji-free"]}, "voice.emoji_policy"),
        (EMOJI_POSTS, {"tier0.tone_words": ["이모지 없이"]}, "voice.emoji_policy"),
        (EMOJI_POSTS, {RULES: {"forbidden_patterns": ["emoji"]}}, "voice.emoji_policy"),
        (LOUD_POSTS, {"tier0.tone_words": ["calm and warm"]}, "voice.tone_tags"),
        (posts(*["🥖 Bread"] * 10), {"tier0.tone_words": ["Formal"]}, "voice.tone_tags"),
        (ASKING_POSTS, {"tier0.cta_posture": "none"}, "voice.cta_policy"),
        (ASKING_POSTS, {RULES: {"cta_policy_override": "none"}}, "platform_profiles.instagram.rules"),
        (PLAIN_POSTS, {"tier0.cta_posture": "aggressive"}, "voice.cta_policy"),
        (PLAIN_POSTS, {RULES: {"cadence_per_week": 1}}, "platform_profiles.instagram.cadence"),
        (PLAIN_POSTS, {RULES: {"cadence_per_week": 14}}, "platform_profiles.instagram.cadence"),
        (TAGGED_POSTS, {RULES: {"hashtag_policy": {"usage": "none"}}}, "platform_profiles.instagram.hashtags"),
        (TAGGED_POSTS, {RULES: {"hashtag_policy": {"usage": "minimal"}}}, "platform_profiles.instagram.hashtags"),
        (
            TAGGED_POSTS,
            {RULES: {"hashtag_policy": {"usage": "heavy", "max_count": 5}}},
            "platform_profiles.instagram.hashtags",
        ),
        (PLAIN_POSTS, {RULES: {"hashtag_policy": {"usage": "heavy"}}}, "platform_profiles.instagram.hashtags"),
        (LINKING_POSTS, {RULES: {"link_policy": "bio_only"}}, "platform_profiles.instagram.rules"),
        (PLAIN_POSTS, {"tier0.taboos": ["baked"]}, "constraints.taboos"),
        (PLAIN_POSTS, {RULES: {"forbidden_patterns": ["two days"]}}, "platform_profiles.instagram.rules"),
    ],
)
def test_a_contradiction_is_found(items: Sequence[EvidenceItem], answers: dict[str, Any], path: str) -> None:
    assert paths(items, answers) == [path]


@pytest.mark.parametrize(
    ("items", "answers"),
    [
        (EMOJI_POSTS, {}),
        (EMOJI_POSTS, {"tier0.tone_words": ["warm", "emoji welcome"]}),
        (EMOJI_POSTS, {"tier2.platform_rules.linkedin": {"forbidden_patterns": ["emoji"]}}),
        (PLAIN_POSTS, {"tier0.taboos": ["emoji"]}),
        (posts("Bread 🥖", *[PLAIN] * 2), {"tier0.taboos": ["emoji"]}),
        (LOUD_POSTS, {"tier0.tone_words": ["lively"]}),
        (PLAIN_POSTS, {"tier0.tone_words": ["calm", "formal"]}),
        (ASKING_POSTS, {"tier0.cta_posture": "soft"}),
        (ASKING_POSTS, {"tier0.cta_posture": "none", RULES: {"cta_policy_override": "direct"}}),
        (PLAIN_POSTS[:7], {"tier0.cta_posture": "direct"}),
        (PLAIN_POSTS, {"tier0.cta_posture": "none"}),
        (PLAIN_POSTS, {RULES: {"cadence_per_week": 3}}),
        (posts(*[PLAIN] * 3, every_days=0), {RULES: {"cadence_per_week": 3}}),
        (PLAIN_POSTS[:2], {RULES: {"cadence_per_week": 14}}),
        (TAGGED_POSTS, {RULES: {"hashtag_policy": {"usage": "moderate", "max_count": 6}}}),
        (PLAIN_POSTS, {RULES: {"hashtag_policy": {"usage": "none", "max_count": 0}}}),
        (LINKING_POSTS, {RULES: {"link_policy": "in_post"}}),
        (PLAIN_POSTS, {RULES: {"link_policy": "never"}}),
        (PLAIN_POSTS, {"tier0.taboos": ["cheap"]}),
        (posts(*[PLAIN] * 4, flags=Flags(is_repost=True)), {"tier0.taboos": ["baked"]}),
        ([], {"tier0.taboos": ["emoji"], "tier0.cta_posture": "direct", RULES: {"cadence_per_week": 3}}),
    ],
)
def test_what_agrees_or_shows_too_little_is_no_contradiction(
    items: Sequence[EvidenceItem], answers: dict[str, Any]
) -> None:
    assert paths(items, answers) == []


def test_an_old_success_in_the_bundle_does_not_make_the_cadence_slow() -> None:
    viral = make_item("viral", PLAIN, published_at=SEEN_AT - timedelta(days=900))
    assert paths([*PLAIN_POSTS[:4], viral], {RULES: {"cadence_per_week": 3}}) == []


def test_web_pages_contradict_no_rule_for_posts() -> None:
    pages = [make_item(f"page-{n}", "Sign up! Order now 🥖 at our shop", platform="web") for n in range(9)]
    assert paths(pages, {"tier0.cta_posture": "none", "tier2.risk_boundaries": ["no emoji"]}) == []


def test_the_message_says_what_was_answered_and_what_is_published() -> None:
    found = check_of(subject_of(ASKING_POSTS, {"tier0.cta_posture": "none"}), CHECK)
    assert (found.status, found.severity) == ("WARN", "warning")
    said = "the answers want no calls to action, but 4 of 10 items on Instagram ask readers to act"
    assert said in found.message


def test_a_feature_report_without_the_figures_contradicts_nothing() -> None:
    subject = subject_of(EMOJI_POSTS, {"tier0.taboos": ["emoji"], RULES: {"hashtag_policy": {"usage": "heavy"}}})
    assert check_of(replace(subject, stats={}), CHECK).status == "PASS"
