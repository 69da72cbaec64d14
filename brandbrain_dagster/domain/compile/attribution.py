"""Leave-one-out attribution: which evidence item moved a value.

A change is proved to be an item's when undoing that item alone, all else as it is now, gives the value from before.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brandbrain_dagster.domain.compile.diff import Difference, field_of, profile_values
from brandbrain_dagster.domain.compile.diff_causes import CompiledSnapshot, evidence_changes, evidence_ids_of

MOST_TRIED = 8
"""Items that are undone at most, each at the price of a draft."""

Redraft = Callable[[str, str], Mapping[str, Any]]
"""Drafts anew with one item's change undone: (item id, added or gone) to a profile."""


def attribute_changes(
    difference: Difference, before: CompiledSnapshot, after: CompiledSnapshot, redraft: Redraft
) -> dict[str, list[str]]:
    """Returns, by path of the difference, the items that are proved to have moved it.

    Only items that came into or left the bundle are undone; those that the changed fields cite are tried first.
    """
    changes = {item_id: change for item_id, change in evidence_changes(before, after).items() if change != "changed"}
    if not difference.changed or not changes:
        return {}
    fields = sorted({field_of(change.path) for change in difference.changed})
    cited = [item_id for field in fields for side in (after, before) for item_id in evidence_ids_of(field, side)]
    proved: dict[str, list[str]] = {}
    for item_id in _most_cited(changes, cited)[:MOST_TRIED]:
        values = profile_values(redraft(item_id, changes[item_id]))
        for change in difference.changed:
            if change.path in values and values[change.path] == change.before:
                proved.setdefault(change.path, []).append(item_id)
    return proved


def _most_cited(changes: Mapping[str, str], cited: Sequence[str]) -> list[str]:
    return sorted(changes, key=lambda item_id: (-cited.count(item_id), item_id))
