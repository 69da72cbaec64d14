"""What changed from one snapshot to another, by path over values and confidences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_VOLATILE_META = ("compiled_at", "feature_report_id", "confidence_summary", "fleet")
_VOLATILE_SUMMARY = ("bundle_id",)
_CONFIDENCE = ".confidence"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A path whose value moved."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The changes from one profile to the next; ``added`` and ``removed`` hold the values by path."""

    added: Mapping[str, Any]
    removed: Mapping[str, Any]
    changed: tuple[Change, ...]

    @property
    def paths(self) -> list[str]:
        """Every path that is in the difference, in order."""
        return sorted([*self.added, *self.removed, *(change.path for change in self.changed)])


def profile_values(snapshot_json: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a profile as values by dotted path.

    A field gives its value at its own path and its confidence at ``<path>.confidence``; other parts their plain values,
    lists whole. Times, ids of one compile, and what follows from other paths are left out.
    """
    meta = {name: value for name, value in snapshot_json.get("meta", {}).items() if name not in _VOLATILE_META}
    summary = meta.pop("evidence_summary", {})
    meta["evidence_summary"] = {name: value for name, value in summary.items() if name not in _VOLATILE_SUMMARY}
    return dict(_flattened({**snapshot_json, "meta": meta}, ""))


def _flattened(part: Any, path: str) -> Iterator[tuple[str, Any]]:
    if is_field(part):
        yield path, part["value"]
        yield path + _CONFIDENCE, part["confidence"]
        below: Mapping[str, Any] = {name: value for name, value in part.items() if is_field(value)}
    elif isinstance(part, Mapping):
        below = part
    elif isinstance(part, list) and part and all(_holds_fields(entry) for entry in part):
        below = {str(number): entry for number, entry in enumerate(part)}
    else:
        yield path, part
        return
    for name, value in below.items():
        yield from _flattened(value, f"{path}.{name}" if path else name)


def is_field(part: Any) -> bool:
    """Says whether a part of a snapshot is a field: a value with what it rests on."""
    return isinstance(part, Mapping) and "value" in part and "sources" in part and "confidence" in part


def _holds_fields(entry: Any) -> bool:
    return isinstance(entry, Mapping) and any(is_field(value) for value in entry.values())


def diff_profiles(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Difference:
    """Returns the difference between two snapshots; before the first one there is nothing, so everything is added."""
    old = profile_values(before) if before is not None else {}
    new = profile_values(after)
    return Difference(
        added={path: new[path] for path in sorted(new.keys() - old.keys())},
        removed={path: old[path] for path in sorted(old.keys() - new.keys())},
        changed=tuple(
            Change(path=path, before=old[path], after=new[path])
            for path in sorted(old.keys() & new.keys())
            if old[path] != new[path]
        ),
    )


def apply_difference(difference: Difference, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values after the difference; ``apply_difference(diff(a, b), values of a)`` are the values of b."""
    kept = {path: value for path, value in values.items() if path not in difference.removed}
    return {**kept, **difference.added, **{change.path: change.after for change in difference.changed}}


def field_of(path: str) -> str:
    """Returns the path of the field that a path of a difference belongs to."""
    return path.removesuffix(_CONFIDENCE)


def field_at(snapshot_json: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """Returns the field at a dotted path of a snapshot, if there is one."""
    found: Any = snapshot_json
    for segment in path.split("."):
        if isinstance(found, list):
            found = found[int(segment)] if segment.isdecimal() and int(segment) < len(found) else None
        else:
            found = found.get(segment) if isinstance(found, Mapping) else None
    return found if is_field(found) else None
