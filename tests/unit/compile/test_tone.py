"""Tone: each rule holds from its threshold on, and habits are told as often as they are shown."""

from dataclasses import replace
from typing import Any

import pytest

from brandbrain_dagster.domain.compile.extractive.habits import language_name
from brandbrain_dagster.domain.compile.extractive.tone import TONE_RULES
from brandbrain_dagster.domain.compile.extractive.voice_figures import VoiceFigures
from tests.fakes.evidence_items import make_item
from tests.unit.compile.profiles import compile_profile

PLAIN = VoiceFigures(
    item_count=20,
    questions=0,
    exclamations=0,
    we=0,
    you=0,
    all_caps=0,
    emoji=0,
    emoji_each=0,
    cta=0,
    hooks=0,
    words_each=60,
    words_a_sentence=18,
)


@pytest.mark.parametrize(
    ("tag", "on", "off"),
    [
        ("conversational", {"questions": 0.35}, {"questions": 0.34}),
        ("direct to the reader", {"you": 0.6}, {"you": 0.59}),
        ("team-spirited", {"we": 0.6}, {"we": 0.59}),
        ("enthusiastic", {"exclamations": 0.4}, {"exclamations": 0.39}),
        ("playful", {"emoji": 0.5}, {"emoji": 0.49}),
        ("instructive", {"hooks": 0.3}, {"hooks": 0.29}),
        ("calm", {"exclamations": 0.15}, {"exclamations": 0.1, "all_caps": 0.1}),
        ("plain-spoken", {"words_a_sentence": 12}, {"words_a_sentence": 12.1}),
        ("plain-spoken", {"words_a_sentence": 12}, {"words_a_sentence": 0}),
        ("story-led", {"words_each": 100}, {"words_each": 99}),
        ("concise", {"words_each": 30}, {"words_each": 31}),
        ("concise", {"words_each": 30}, {"words_each": 0}),
    ],
)
def test_a_tone_tag_holds_from_its_threshold_on(tag: str, on: dict[str, Any], off: dict[str, Any]) -> None:
    rule = next(rule for rule in TONE_RULES if rule.tag == tag)
    assert rule.figure(replace(PLAIN, **on)) >= rule.at_least
    assert rule.figure(replace(PLAIN, **off)) < rule.at_least


def _voice(*texts: str) -> dict[str, dict[str, Any]]:
    voice: dict[str, dict[str, Any]] = compile_profile(
        [make_item(str(number), text, language="en") for number, text in enumerate(texts)]
    )["voice"]
    return voice


QUIET = "The dough rests for a whole night before the oven is lit."
ASKING = "The dough rests for a whole night. Which bread is baked first?"
LOUD = "The dough rests for a whole night before the oven is lit!"


def test_two_items_show_no_habit_yet() -> None:
    assert [node["value"] for node in _voice(ASKING, ASKING).values()] == [[], [], [], None, None]


def test_a_habit_is_told_with_its_count_and_an_example() -> None:
    voice = _voice(ASKING, ASKING, QUIET, QUIET)
    assert "conversational" in voice["tone_tags"]["value"]
    assert "Ask your readers something, as 2 of 4 items do: “Which bread is baked first?”" in voice["do"]["value"]
    assert "conversational" not in _voice(ASKING, QUIET, QUIET, QUIET)["tone_tags"]["value"]


def test_what_one_item_does_is_no_habit() -> None:
    assert not [habit for habit in _voice(ASKING, QUIET, QUIET)["do"]["value"] if habit.startswith("Ask")]


def test_a_brand_exclaims_or_is_told_not_to() -> None:
    assert "enthusiastic" in _voice(LOUD, LOUD, QUIET)["tone_tags"]["value"]
    quiet = _voice(QUIET, QUIET, QUIET)["dont"]
    assert quiet["value"][0] == f"Don't exclaim: none of 3 items has exclamation marks; “{QUIET}” does without."
    assert QUIET in [source.get("quote") for source in quiet["sources"]]
    mostly_quiet = _voice(LOUD, *[QUIET] * 7)["dont"]["value"]
    assert mostly_quiet[0].startswith("Don't exclaim: only 1 of 8 items has exclamation marks; ")


@pytest.mark.parametrize(
    ("emoji", "usage"), [("", "none"), ("🥖", "minimal"), ("🥖🥖🥖🥖", "moderate"), ("🥖🥖🥖🥖🥖", "heavy")]
)
def test_emoji_usage_goes_by_the_average(emoji: str, usage: str) -> None:
    assert _voice(*[QUIET + emoji] * 3)["emoji_policy"]["value"] == usage


@pytest.mark.parametrize(
    ("asking", "policy"), [(0, "none"), (1, "soft"), (2, "direct"), (3, "direct"), (4, "aggressive"), (5, "aggressive")]
)
def test_the_call_to_action_policy_goes_by_the_share_of_items(asking: int, policy: str) -> None:
    texts = [f"{QUIET} Link in bio."] * asking + [QUIET] * (5 - asking)
    assert _voice(*texts)["cta_policy"]["value"] == policy


def test_pronouns_are_counted_over_all_items() -> None:
    items = [make_item(str(number), "We bake our bread at night.", language="en") for number in range(3)]
    items += [make_item(f"j{number}", "毎朝、焼きたてのパンをお届けします。", language="ja") for number in range(3)]
    habits = compile_profile(items)["voice"]["do"]["value"]
    assert "Say “we” and speak as a team, as 3 of 6 items do: “We bake our bread at night.”" in habits


@pytest.mark.parametrize(("code", "name"), [("nl", "Dutch"), ("ko", "Korean"), ("xx-yy-zz", None), ("", None)])
def test_languages_have_english_names(code: str, name: str | None) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize(
    ("texts", "tag", "told"),
    [
        ([ASKING] * 3, "conversational", "Ask your readers something, as all 3 items do"),
        (["You knead the dough and your oven does the rest."] * 3, "direct to the reader", "as all 3 items do"),
        (["We knead the dough and our oven does the rest."] * 3, "team-spirited", "as all 3 items do"),
        ([LOUD] * 3, "enthusiastic", "Show enthusiasm, as all 3 items do"),
        ([f"{QUIET} 🥖"] * 3, "playful", "Use emoji, about 1 an item (all 3 items have any)"),
        ([f"How to bake. {QUIET}"] * 3, "instructive", "Open with a hook, as all 3 items do"),
        ([QUIET] * 3, "calm", "Don't exclaim: none of 3 items has exclamation marks"),
        ([QUIET] * 3, "plain-spoken", "Keep sentences short: 12 words on average, as in"),
        ([" ".join([QUIET] * 9)] * 3, "story-led", "Take the room to tell it: 108 words an item on average."),
        ([QUIET] * 3, "concise", "Don't write long: 12 words an item on average."),
    ],
)
def test_the_figure_behind_every_tone_tag_is_told(texts: list[str], tag: str, told: str) -> None:
    voice = _voice(*texts)
    assert tag in voice["tone_tags"]["value"]
    assert [habit for node in ("do", "dont") for habit in voice[node]["value"] if told in habit]


def test_a_question_to_the_reader_is_quoted_before_any_other() -> None:
    other = "The dough rests for a whole night. Where does the flour come from?"
    to_reader = "The dough rests for a whole night. Which bread do you bake at home?"
    habits = _voice(other, other, to_reader)["do"]["value"]
    assert [habit for habit in habits if habit.endswith("do: “Which bread do you bake at home?”")]
