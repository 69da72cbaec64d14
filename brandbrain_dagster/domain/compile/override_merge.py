"""Merging what people decided into a draft: overrides and pinned values win, per path.

| pinned | override | value |
| --- | --- | --- |
| yes | yes | the override |
| yes | no | the value that was kept when the path was pinned, or else the draft's, which is kept from now on |
| no | yes | the override; what was inferred stays beside it |
| no | no | the inferred value |
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from brandbrain_dagster.domain.compile.confidence import ANSWER_CEILING, set_confidence_summary
from brandbrain_dagster.domain.compile.diff import field_at
from brandbrain_dagster.domain.compile.override_paths import colliding_paths, field_path, value_problem
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Pillar, PlatformProfile, SnapshotDocument

_EMPTY_LISTS = ("formats", "hooks", "cta")


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """A brand's overrides (value by path), its pinned paths, and the values kept for them."""

    overrides: Mapping[str, Any]
    pinned_paths: Sequence[str]
    pinned_values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class MergedProfile:
    """The profile with people's decisions in it.

    ``kept_values`` are those of pinned paths that had none kept so far; ``unfit_paths`` are decisions that could not be
    applied: the value does not fit the field, or the path names none.
    """

    snapshot_json: dict[str, Any]
    kept_values: Mapping[str, Any]
    unfit_paths: Sequence[str]


def merge_decisions(draft_json: Mapping[str, Any], decisions: Decisions) -> MergedProfile:
    """Merges decisions into a draft; the draft stays as it is.

    A pillar or platform profile that a decision is about and that the draft lacks is added, empty but for it.
    """
    merged = copy.deepcopy(dict(draft_json))
    kept: dict[str, Any] = {}
    unfit: set[str] = set()
    paths = sorted({*decisions.overrides, *decisions.pinned_paths})
    colliding = set(colliding_paths(paths))
    pinned = set(decisions.pinned_paths)
    for path in paths:
        if path in colliding or field_path(path) is None:
            unfit.add(path)
            continue
        if path in pinned and path not in decisions.pinned_values:
            node = _find(merged, path)
            if node is not None:
                kept[path] = copy.deepcopy(node["value"])
        decided = _decided(path, decisions, kept)
        if decided not in (_NOTHING, None) and value_problem(path, decided) is not None:
            unfit.add(path)
            decided = _NOTHING
        _apply(merged, path, decided, is_override=path in decisions.overrides, is_pinned=path in pinned)
    return MergedProfile(snapshot_json=_summarised(merged), kept_values=kept, unfit_paths=sorted(unfit))


_NOTHING = object()


def _decided(path: str, decisions: Decisions, kept: Mapping[str, Any]) -> Any:
    if path in decisions.overrides:
        return decisions.overrides[path]
    return decisions.pinned_values.get(path, kept.get(path, _NOTHING))


def _apply(profile: dict[str, Any], path: str, decided: Any, *, is_override: bool, is_pinned: bool) -> None:
    node = _find(profile, path) if decided is _NOTHING else _made(profile, path)
    if node is None:
        return
    node["locked"] = is_pinned
    if decided is _NOTHING:
        return
    if is_override:
        node["override_value"] = decided
    if not is_override and decided == node["value"]:
        return
    if node["sources"] or node["value"]:
        node["inferred"] = {name: node[name] for name in ("value", "confidence", "sources")}
    node["value"], node["confidence"] = decided, ANSWER_CEILING
    node["sources"] = [{"type": "override", "id": path}]
    node.pop("abstained", None)


def _find(profile: dict[str, Any], path: str) -> dict[str, Any] | None:
    """Returns the field at a path, if there is one, to be changed in place."""
    return cast("dict[str, Any] | None", field_at(profile, path))


def _made(profile: dict[str, Any], path: str) -> dict[str, Any]:
    """Returns the field at a path, made if there is none."""
    *above, last = path.split(".")
    place: Any = profile
    for number, segment in enumerate(above):
        if isinstance(place, list):
            while len(place) <= int(segment):
                place.append(msgspec.to_builtins(_empty_pillar(len(place))))
            place = place[int(segment)]
        elif number == 1 and above[0] == "platform_profiles" and segment not in place:
            place[segment] = msgspec.to_builtins(_empty_platform_profile(segment))
            place = place[segment]
        else:
            place = place.setdefault(segment, {})
    made: dict[str, Any] = place.setdefault(last, msgspec.to_builtins(FieldNode(value=None)))
    return made


def _empty_pillar(number: int) -> Pillar:
    name, description = FieldNode[str](value=None), FieldNode[str](value=None)
    return Pillar(
        id=f"pillar-{number + 1}", name=name, description=description, share=0.0, keyphrases=[], example_ids=[]
    )


def _empty_platform_profile(platform: str) -> PlatformProfile:
    names = [name for name in PlatformProfile.__struct_fields__ if name not in ("platform", "rules", "top_examples")]
    fields: dict[str, Any] = {name: FieldNode(value=[] if name in _EMPTY_LISTS else None) for name in names}
    return PlatformProfile(platform=platform, rules=None, top_examples=[], **fields)


def _summarised(profile: dict[str, Any]) -> dict[str, Any]:
    """Brings the summary of confidences up to date; the merged profile must fit the schema for that."""
    document = msgspec.convert(profile, SnapshotDocument)
    set_confidence_summary(document)
    profile["meta"]["confidence_summary"] = msgspec.to_builtins(document.meta.confidence_summary)
    return profile
