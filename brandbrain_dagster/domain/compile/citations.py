"""Citations: does everything a profile claims to rest on exist, and does it say so word for word?"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from brandbrain_dagster.domain.compile.snapshot_schema import TextField
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem


def cited_evidence(node: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields (path, source) for every evidence source in a snapshot."""
    if isinstance(node, Mapping):
        if node.get("type") == "evidence" and "id" in node:
            yield path, node
            return
        for key, value in node.items():
            yield from cited_evidence(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from cited_evidence(value, f"{path}.{index}")


def citation_problems(snapshot_json: Mapping[str, Any], items: Mapping[str, EvidenceItem]) -> list[str]:
    """Returns a sentence for every citation of an item that is not there or does not hold the quote."""
    problems = []
    for path, source in cited_evidence(snapshot_json):
        item = items.get(source["id"])
        if item is None:
            problems.append(f"{path} cites {source['id']}, which is not in the bundle")
        elif not _holds(item, source):
            problems.append(f"{path} quotes words that {source['id']} does not hold")
    return problems


def _holds(item: EvidenceItem, source: Mapping[str, Any]) -> bool:
    """Says whether the item holds the quote, in the field that is named or, where none is, in any."""
    fields = [source["field"]] if source.get("field") else get_args(TextField)
    quote = source.get("quote") or ""
    return any(quote in (getattr(item, field) or "") for field in fields)
