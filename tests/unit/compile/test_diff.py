"""What changed between two profiles, and what moved it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.compile.diff import apply_difference, diff_profiles, profile_values
from brandbrain_dagster.domain.compile.diff_causes import CompiledSnapshot, diff_json
from brandbrain_dagster.domain.compile.override_merge import Decisions, merge_decisions
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster, world
from tests.unit.compile.profiles import compile_profile

PROFILES = [
    compile_profile(roaster()),
    compile_profile(roaster(), ROASTER_ANSWERS),
    compile_profile(roaster()[:6]),
    compile_profile(world()),
    compile_profile([]),
    merge_decisions(
        compile_profile(roaster()),
        Decisions(overrides={"custom.slogan": "Wake up", "pillars.8.name": "x"}, pinned_paths=[], pinned_values={}),
    ).snapshot_json,
]


@pytest.mark.parametrize("before", PROFILES)
@pytest.mark.parametrize("after", PROFILES)
def test_difference_applied_to_the_first_gives_the_second(before: dict[str, Any], after: dict[str, Any]) -> None:
    difference = diff_profiles(before, after)
    assert apply_difference(difference, profile_values(before)) == profile_values(after)
    assert (difference.paths == []) == (profile_values(before) == profile_values(after))


_leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
_nodes = st.fixed_dictionaries({"value": _leaves, "confidence": _leaves, "sources": st.just([])})
_profiles = st.fixed_dictionaries(
    {"meta": st.just({"compiled_at": "x"}), "voice": st.dictionaries(st.sampled_from("abcd"), _nodes)},
    optional={"pillars": st.lists(st.fixed_dictionaries({"name": _nodes, "share": _leaves}), max_size=3)},
)


@settings(max_examples=300)
@given(before=_profiles, after=_profiles)
def test_difference_of_any_profiles_applies(before: dict[str, Any], after: dict[str, Any]) -> None:
    difference = diff_profiles(before, after)
    assert apply_difference(difference, profile_values(before)) == profile_values(after)


def test_times_and_ids_of_one_compile_are_no_change() -> None:
    later = json.loads(json.dumps(PROFILES[0], default=str))
    later["meta"] |= {"compiled_at": "2030-01-01T00:00:00Z", "feature_report_id": "other"}
    later["meta"]["evidence_summary"]["bundle_id"] = "other"
    assert [path for path in diff_profiles(PROFILES[0], later).paths if not path.startswith("meta.evidence")] == []


def test_first_snapshot_adds_every_field() -> None:
    written = diff_json(diff_profiles(None, PROFILES[0]), None, side(PROFILES[0]))
    assert (written["from_version"], written["removed"], written["changed"]) == (None, [], [])
    assert written["added"] == sorted(profile_values(PROFILES[0]))


def side(
    profile: dict[str, Any],
    *,
    answers: dict[str, Any] | None = None,
    overrides: dict[str, Any] | None = None,
    pins: list[str] | None = None,
    evidence: dict[str, str] | None = None,
    version: str = "1",
    sources: list[str] | None = None,
) -> CompiledSnapshot:
    inputs = {
        "answers": answers or {},
        "overrides": overrides or {},
        "pinned_paths": pins or [],
        "compiler": {"version": version},
        "sources": sources or [],
    }
    return CompiledSnapshot(version=3, snapshot_json=profile, inputs_json=inputs, evidence=evidence or {})


def profile_of(value: Any, *sources: dict[str, str]) -> dict[str, Any]:
    return {"meta": {}, "voice": {"tone_tags": {"value": value, "confidence": 0.5, "sources": list(sources)}}}


ANSWER = {"type": "answer", "id": "tier0.tone_words"}
ITEM = {"type": "evidence", "id": "i1"}


@pytest.mark.parametrize(
    ("old", "new", "kind", "detail"),
    [
        ({"overrides": {}}, {"overrides": {"voice.tone_tags": "b"}}, "override", ["voice.tone_tags"]),
        ({"pins": ["voice.tone_tags"]}, {}, "pin", ["voice.tone_tags"]),
        ({"answers": {"tier0.tone_words": 1}}, {"answers": {"tier0.tone_words": 2}}, "answer", ["tier0.tone_words"]),
        ({"version": "1"}, {"version": "2"}, "configuration", ["compiler"]),
        ({"sources": []}, {"sources": ["web"]}, "sources", None),
        ({}, {}, "unknown", None),
    ],
)
def test_cause_names_what_moved_the_value(old: Any, new: Any, kind: str, detail: Any) -> None:
    before, after = side(profile_of("a", ANSWER), **old), side(profile_of("b", ANSWER), **new)
    written = diff_json(diff_profiles(before.snapshot_json, after.snapshot_json), before, after)
    (change,) = written["changed"]
    assert (change["path"], change["before"], change["after"]) == ("voice.tone_tags", "a", "b")
    assert (change["cause"]["kind"], change["cause"].get("ids")) == (kind, detail)


def test_evidence_that_was_added_changed_or_has_gone_is_named_what_is_proved_first() -> None:
    before = side(profile_of("a", ITEM), evidence={"i1": "h1", "i2": "h2", "i3": "h3"})
    after = side(profile_of("b", ITEM), evidence={"i1": "h1x", "i3": "h3", "i4": "h4"})
    difference = diff_profiles(before.snapshot_json, after.snapshot_json)
    (change,) = diff_json(difference, before, after, proofs={"voice.tone_tags": ["i4"]})["changed"]
    assert change["cause"]["items"] == [
        {"id": "i4", "change": "added", "basis": "proved"},
        {"id": "i1", "change": "changed", "basis": "attributed"},
        {"id": "i2", "change": "gone", "basis": "attributed"},
    ]
