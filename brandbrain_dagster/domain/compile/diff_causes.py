"""Why a profile changed: what moved each path, from what two compiles worked from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.compile.diff import Difference, field_at, field_of

Cause = dict[str, Any]
_MOST_ITEMS = 10


@dataclass(frozen=True, kw_only=True)
class CompiledSnapshot:
    """A snapshot and what it was compiled from.

    ``inputs_json`` are the recorded inputs; ``evidence`` the bundle's content hashes by item id.
    """

    version: int
    snapshot_json: Mapping[str, Any]
    inputs_json: Mapping[str, Any]
    evidence: Mapping[str, str]


def hashes_by_item(item_ids: Iterable[UUID], item_hashes: Sequence[str] | None) -> dict[str, str]:
    """Returns a bundle's content hashes by item id; empty ones where they were not kept."""
    ids = [str(item_id) for item_id in item_ids]
    return dict(zip(ids, item_hashes or [""] * len(ids), strict=True))


Proofs = Mapping[str, Sequence[str]]
"""By path of a difference, the ids of the items that are proved to have moved it."""


def diff_json(
    difference: Difference, before: CompiledSnapshot | None, after: CompiledSnapshot, *, proofs: Proofs | None = None
) -> dict[str, Any]:
    """Returns ``diff_from_previous_json``: from_version, added, removed, changed with causes, values of what was added.

    ``cause`` is {"kind": answer | override | pin | evidence | sources | configuration | unknown} with the ``ids`` of
    answers or paths, or the ``items`` {id, change: added | changed | gone, basis: proved | attributed}. Proved means
    that leaving the item out takes the change back; attributed, that it is among what changed.
    """
    return {
        "from_version": before.version if before else None,
        "added": list(difference.added),
        "removed": list(difference.removed),
        "changed": [
            {
                "path": change.path,
                "before": change.before,
                "after": change.after,
                "cause": cause_of(change.path, before, after, proofs or {}) if before else {"kind": "unknown"},
            }
            for change in difference.changed
        ],
        "added_values": dict(difference.added),
    }


def cause_of(path: str, before: CompiledSnapshot, after: CompiledSnapshot, proofs: Proofs) -> Cause:
    """Returns what moved a path, the most direct cause first: people's decisions, answers, evidence, configuration."""
    field = field_of(path)
    for find in (_decision, _answer):
        cause = find(field, before, after)
        if cause is not None:
            return cause
    items = list(_changed_items(field, before, after, proofs.get(path, ())))
    if items:
        return {"kind": "evidence", "items": items[:_MOST_ITEMS]}
    if before.inputs_json.get("sources") != after.inputs_json.get("sources"):
        return {"kind": "sources"}
    for name in ("compiler", "model", "prompt_version"):
        if before.inputs_json.get(name) != after.inputs_json.get(name):
            return {"kind": "configuration", "ids": [name]}
    return {"kind": "unknown"}


def _decision(field: str, before: CompiledSnapshot, after: CompiledSnapshot) -> Cause | None:
    old, new = before.inputs_json.get("overrides", {}), after.inputs_json.get("overrides", {})
    if old.get(field) != new.get(field):
        return {"kind": "override", "ids": [field]}
    was_pinned, is_pinned = (field in side.inputs_json.get("pinned_paths", []) for side in (before, after))
    return {"kind": "pin", "ids": [field]} if was_pinned != is_pinned else None


def _answer(field: str, before: CompiledSnapshot, after: CompiledSnapshot) -> Cause | None:
    old, new = before.inputs_json.get("answers", {}), after.inputs_json.get("answers", {})
    moved = {question for question in {*old, *new} if old.get(question) != new.get(question)}
    cited = {source["id"] for side in (before, after) for source in _sources(field, side, "answer")}
    ids = sorted(moved & cited)
    if not ids and not _is_field(field, before, after):
        ids = sorted(moved) if evidence_changes(before, after) == {} else []
    return {"kind": "answer", "ids": ids} if ids else None


def _changed_items(
    field: str, before: CompiledSnapshot, after: CompiledSnapshot, proved: Sequence[str]
) -> Iterator[dict[str, str]]:
    """Those that are proved to have moved the path first, then those that the field cites, then the others."""
    changes = evidence_changes(before, after)
    cited = {item_id for side in (before, after) for item_id in evidence_ids_of(field, side)}
    order = {item_id: number for number, item_id in enumerate(proved)}
    for item_id in sorted(changes, key=lambda name: (order.get(name, len(order)), name not in cited, name)):
        basis = "proved" if item_id in order else "attributed"
        yield {"id": item_id, "change": changes[item_id], "basis": basis}


def evidence_changes(before: CompiledSnapshot, after: CompiledSnapshot) -> dict[str, str]:
    """Returns what became of the bundle's items (added, gone or changed), by id."""
    added = {item_id: "added" for item_id in after.evidence if item_id not in before.evidence}
    gone = {item_id: "gone" for item_id in before.evidence if item_id not in after.evidence}
    both = before.evidence.keys() & after.evidence.keys()
    known = [item_id for item_id in both if before.evidence[item_id] and after.evidence[item_id]]
    changed = {item_id: "changed" for item_id in known if before.evidence[item_id] != after.evidence[item_id]}
    return {**added, **gone, **changed}


def evidence_ids_of(field: str, side: CompiledSnapshot) -> list[str]:
    """Returns the ids of the items that a field cites, as often as it cites them."""
    return [source["id"] for source in _sources(field, side, "evidence")]


def _is_field(field: str, *sides: CompiledSnapshot) -> bool:
    return any(field_at(side.snapshot_json, field) is not None for side in sides)


def _sources(field: str, side: CompiledSnapshot, kind: str) -> list[Mapping[str, Any]]:
    node = field_at(side.snapshot_json, field)
    return [source for source in node["sources"] if source["type"] == kind] if node else []
