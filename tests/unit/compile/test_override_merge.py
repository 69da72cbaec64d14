"""People's words always win: overrides and pins merged per path."""

import copy
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brandbrain_dagster.domain.compile.diff import field_at
from brandbrain_dagster.domain.compile.override_merge import Decisions, MergedProfile, merge_decisions
from brandbrain_dagster.domain.compile.override_paths import MAX_PILLARS, colliding_paths, field_path, value_problem
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster, world
from tests.unit.compile.profiles import compile_profile

VALIDATOR = jsonschema.Draft202012Validator(snapshot_json_schema())
DRAFTS = [
    compile_profile(roaster()),
    compile_profile(roaster(), ROASTER_ANSWERS),
    compile_profile(world()),
    compile_profile([]),
]
VALUES: dict[str, list[Any]] = {
    "voice.tone_tags": [["warm"], ["dry", "short"], []],
    "voice.cta_policy": ["soft", "none"],
    "positioning.what_we_do": ["We roast.", "We brew."],
    "pillars.0.name": ["Coffee", "Farms"],
    "pillars.6.name": ["A seventh"],
    "platform_profiles.tiktok.hashtags": ["None at all."],
    "custom.slogan": ["Wake up", {"any": ["JSON"]}, 7],
    "voice.signature": ["Yours, A."],
}


def merged(
    draft: dict[str, Any],
    overrides: dict[str, Any] | None = None,
    pins: list[str] | None = None,
    kept: dict[str, Any] | None = None,
) -> MergedProfile:
    return merge_decisions(
        draft, Decisions(overrides=overrides or {}, pinned_paths=pins or [], pinned_values=kept or {})
    )


def node(profile: MergedProfile, path: str) -> Any:
    return field_at(profile.snapshot_json, path)


@pytest.mark.parametrize("path", ["voice.tone_tags", "pillars.0.name", "platform_profiles.instagram.cadence"])
def test_override_wins_and_what_was_inferred_stays_beside_it(path: str) -> None:
    draft = DRAFTS[0]
    inferred = field_at(draft, path)
    assert inferred is not None
    value = ["theirs"] if path == "voice.tone_tags" else "theirs"
    found = node(merged(draft, {path: value}), path)
    assert (found["value"], found["override_value"], found["locked"]) == (value, value, False)
    assert found["sources"] == [{"type": "override", "id": path}]
    assert found["inferred"] == {name: inferred[name] for name in ("value", "confidence", "sources")}


@pytest.mark.parametrize(
    ("is_pinned", "override", "expected"),
    [(True, "theirs", "theirs"), (True, None, "kept"), (False, "theirs", "theirs"), (False, None, "drafted")],
)
def test_table_of_pins_and_overrides(*, is_pinned: bool, override: str | None, expected: str) -> None:
    draft = copy.deepcopy(DRAFTS[1])
    draft["positioning"]["what_we_do"]["value"] = "drafted"
    path = "positioning.what_we_do"
    found = node(merged(draft, {path: override} if override else {}, [path] if is_pinned else [], {path: "kept"}), path)
    assert (found["value"], found["locked"]) == (expected, is_pinned)


def test_pin_without_a_kept_value_keeps_what_the_draft_says() -> None:
    profile = merged(DRAFTS[1], pins=["positioning.what_we_do", "custom.never_given"])
    assert profile.kept_values == {"positioning.what_we_do": ROASTER_ANSWERS["tier0.what_we_do"]}
    found = node(profile, "positioning.what_we_do")
    assert (found["locked"], found["sources"][0]["type"]) == (True, "answer")


def test_pinned_pillar_stays_when_no_evidence_is_left() -> None:
    profile = merged(DRAFTS[3], pins=["pillars.0.name"], kept={"pillars.0.name": "Espresso"})
    assert node(profile, "pillars.0.name")["value"] == "Espresso"


def test_custom_path_becomes_a_field_of_its_own() -> None:
    found = node(merged(DRAFTS[0], {"custom.slogan": "Wake up"}, ["custom.slogan"]), "custom.slogan")
    assert (found["value"], found["locked"], found["confidence"]) == ("Wake up", True, 0.9)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("voice.cta_policy", "loud"),
        ("voice.emoji_policy", 3),
        ("voice.tone_tags", "warm"),
        ("voice.tone_tags", [1]),
        ("positioning.what_we_do", ["x"]),
        ("positioning", {}),
        ("pillars", []),
        ("pillars.0", {}),
        ("pillars.0.share", 1.0),
        ("pillars.x.name", "x"),
        ("pillars.00.name", "x"),
        (f"pillars.{MAX_PILLARS}.name", "x"),
        ("meta.compiled_at", "now"),
        ("platform_profiles.instagram", {}),
        ("platform_profiles.instagram.rules", {}),
        ("voice.tone_tags.value", []),
        ("examples.canonical_evidence.0", "x"),
    ],
)
def test_value_that_does_not_fit_is_refused_and_if_stored_not_merged(path: str, value: Any) -> None:
    assert value_problem(path, value) is not None
    profile = merged(DRAFTS[0], {path: value})
    assert list(profile.unfit_paths) == [path]
    VALIDATOR.validate(json.loads(json.dumps(profile.snapshot_json)))


def test_field_within_a_field_is_no_path() -> None:
    assert colliding_paths(["custom.a", "custom.a.b", "custom.ab"]) == ["custom.a.b"]
    assert list(merged(DRAFTS[0], {"custom.a": 1, "custom.a.b": 2}).unfit_paths) == ["custom.a.b"]


@pytest.mark.parametrize("path", sorted(VALUES))
def test_every_value_of_these_tests_fits(path: str) -> None:
    assert field_path(path) is not None
    assert [value_problem(path, value) for value in VALUES[path]] == [None] * len(VALUES[path])


_overrides = st.fixed_dictionaries({}, optional={path: st.sampled_from(values) for path, values in VALUES.items()})
_pins = st.lists(st.sampled_from(sorted(VALUES)), unique=True)


@settings(max_examples=100)
@given(draft=st.sampled_from(DRAFTS), overrides=_overrides, pins=_pins, kept=_overrides)
def test_merge_laws(draft: dict[str, Any], overrides: dict[str, Any], pins: list[str], kept: dict[str, Any]) -> None:
    untouched = copy.deepcopy(draft)
    kept = {path: value for path, value in kept.items() if path in pins}
    first = merged(draft, overrides, pins, kept)
    assert draft == untouched
    VALIDATOR.validate(json.loads(json.dumps(first.snapshot_json)))
    assert merged(draft, dict(reversed(overrides.items())), pins[::-1], kept) == first
    assert not first.unfit_paths
    for path, value in overrides.items():
        assert node(first, path)["value"] == value
    for path in set(pins) - overrides.keys():
        expected = {**first.kept_values, **kept}
        if path in expected:
            assert node(first, path)["value"] == expected[path]
    # What is merged once more with the values that were kept says the same again.
    assert merged(draft, overrides, pins, {**first.kept_values, **kept}).snapshot_json == first.snapshot_json


class PinStability(RuleBasedStateMachine):
    """Compiles and edits in any order: a pinned path without an override never moves."""

    def __init__(self) -> None:
        super().__init__()
        self.overrides: dict[str, Any] = {}
        self.pins: list[str] = []
        self.kept: dict[str, Any] = {}
        self.published: dict[str, Any] | None = None
        self.expected: dict[str, Any] = {}

    @rule(draft=st.sampled_from(DRAFTS))
    def compile(self, draft: dict[str, Any]) -> None:
        profile = merged(draft, self.overrides, self.pins, self.kept)
        self.kept |= profile.kept_values
        self.published = dict(profile.snapshot_json)
        for path in self.pins:
            self.expected.setdefault(path, self.kept.get(path))

    @rule(path=st.sampled_from(sorted(VALUES)), number=st.integers(0, 1))
    def override(self, path: str, number: int) -> None:
        self.overrides[path] = VALUES[path][number % len(VALUES[path])]

    @rule(path=st.sampled_from(sorted(VALUES)))
    def take_override_back(self, path: str) -> None:
        self.overrides.pop(path, None)

    @rule(path=st.sampled_from(sorted(VALUES)))
    def pin(self, path: str) -> None:
        if path not in self.pins:
            self.pins.append(path)
            shown = field_at(self.published, path) if self.published else None
            if shown is not None:
                self.kept[path] = self.expected[path] = copy.deepcopy(shown["value"])

    @rule(path=st.sampled_from(sorted(VALUES)))
    def unpin(self, path: str) -> None:
        if path in self.pins:
            self.pins.remove(path)
            self.kept.pop(path, None)
            self.expected.pop(path, None)

    @invariant()
    def what_is_kept_never_moves(self) -> None:
        for path, value in self.expected.items():
            if value is not None:
                assert self.kept[path] == value

    @rule(draft=st.sampled_from(DRAFTS))
    def compiled_profile_shows_what_is_pinned(self, draft: dict[str, Any]) -> None:
        self.compile(draft)
        assert self.published is not None
        for path in self.pins:
            shown = field_at(self.published, path)
            if path in self.overrides:
                assert shown is not None
                assert (shown["value"], shown["locked"]) == (self.overrides[path], True)
            elif self.expected.get(path) is not None:
                assert shown is not None
                assert (shown["value"], shown["locked"]) == (self.expected[path], True)


TestPinStability = PinStability.TestCase
TestPinStability.settings = settings(max_examples=40, stateful_step_count=25)
