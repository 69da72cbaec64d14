"""A profile as plain values: without confidences, sources and pins, for programs that want only what it says."""

from collections.abc import Mapping
from typing import Any

from brandbrain_dagster.domain.compile.diff import is_field

_KEPT_META = ("content_goal", "priority_platforms", "web_key_pages", "proof_library", "missing_inputs")


def plain_values(snapshot_json: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the profile with each field's value in its place; of ``meta`` what says something of the brand."""
    sections = {name: _plain(part) for name, part in sorted(snapshot_json.items()) if name != "meta"}
    return {**sections, "meta": {name: _plain(snapshot_json["meta"][name]) for name in _KEPT_META}}


def _plain(part: Any) -> Any:
    if is_field(part):
        return part["value"]
    if isinstance(part, Mapping):
        return {name: _plain(value) for name, value in sorted(part.items())}
    if isinstance(part, list):
        return [_plain(value) for value in part]
    return part
