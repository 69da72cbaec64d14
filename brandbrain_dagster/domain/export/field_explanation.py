"""One field of a profile for somebody who asks what it says and why."""

from collections.abc import Mapping
from typing import Any

from brandbrain_dagster.domain.compile.confidence import confidence_band
from brandbrain_dagster.domain.compile.diff import field_at
from brandbrain_dagster.domain.export.profile_fields import fields_of
from brandbrain_dagster.errors import NotFoundError

_OPTIONAL_PARTS = ("abstained", "inferred")
_SHOWN_PATHS = 60


def field_values(snapshot_json: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Returns what a field says and how sure it is; ``abstained`` says why it says nothing, and what would help.

    A platform's rule, such as ``platform_profiles.instagram.rules.link_policy``, is found too: people made it.

    Raises:
        NotFoundError: the profile has no such field; the text names those it has.
    """
    node = _node_at(snapshot_json, path)
    said = {
        "path": path,
        "value": node["value"],
        "confidence": node["confidence"],
        "band": confidence_band(node["confidence"]),
        "locked": node["locked"],
    }
    return said | {name: node[name] for name in _OPTIONAL_PARTS if name in node}


def field_sources(snapshot_json: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """Returns the sources of a field as they are stored.

    Raises:
        NotFoundError: the profile has no such field.
    """
    return [dict(source) for source in _node_at(snapshot_json, path)["sources"]]


def _node_at(snapshot_json: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    node = field_at(snapshot_json, path) or _rule_at(snapshot_json, path)
    if node is None:
        known = sorted(found for found, _ in fields_of(snapshot_json))
        named = ", ".join(known[:_SHOWN_PATHS])
        more = f" and {len(known) - _SHOWN_PATHS} more" if len(known) > _SHOWN_PATHS else ""
        raise NotFoundError(f"The profile has no field at {path[:200]!r}; it has {named}{more}.")
    return node


def _rule_at(snapshot_json: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    match path.split("."):
        case ["platform_profiles", platform, "rules", name]:
            view = snapshot_json["platform_profiles"].get(platform) or {}
            value = (view.get("rules") or {}).get(name)
            source = {"type": "answer", "id": f"tier2.platform_rules.{platform}"}
            return None if value is None else {"value": value, "confidence": None, "locked": False, "sources": [source]}
    return None
