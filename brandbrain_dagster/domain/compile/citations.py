"""Citations: does everything a profile claims to rest on exist, and does it say so word for word?"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import SourceRef, TextField
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem

TEXT_FIELDS: tuple[TextField, ...] = get_args(TextField)


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


def located(source: SourceRef, item: EvidenceItem) -> SourceRef | None:
    """Returns an evidence source with its quote's place in the item's NFC text and the item's hash.

    A source without a quote gets the hash alone. None: the item does not hold the quote, character for character.
    """
    if source.quote is None:
        return msgspec.structs.replace(source, field=None, start=None, end=None, item_hash=item.content_hash)
    for field in (source.field,) if source.field else TEXT_FIELDS:
        start = (getattr(item, field) or "").find(source.quote) if source.quote else -1
        if start >= 0:
            end = start + len(source.quote)
            return msgspec.structs.replace(source, field=field, start=start, end=end, item_hash=item.content_hash)
    return None


def citation_problems(snapshot_json: Mapping[str, Any], items: Mapping[str, EvidenceItem]) -> list[str]:
    """Returns a sentence for every citation of an item that is not there, has changed, or does not hold the quote."""
    return [
        f"{path} {problem}"
        for path, source in cited_evidence(snapshot_json)
        if (problem := source_problem(source, items.get(source["id"]))) is not None
    ]


def source_problem(source: Mapping[str, Any], item: EvidenceItem | None) -> str | None:
    """Returns what is wrong with one evidence source; None when it holds."""
    if item is None:
        return f"cites {source['id']}, which is not in the bundle"
    if source.get("item_hash", item.content_hash) != item.content_hash:
        return f"cites {source['id']} as it was before it changed"
    quote = source.get("quote")
    if quote is None:
        return None
    if "start" in source:
        text = getattr(item, source["field"]) or ""
        holds = text[source["start"] : source["end"]] == quote
    else:
        fields = [source["field"]] if source.get("field") else TEXT_FIELDS
        holds = any(quote in (getattr(item, field) or "") for field in fields)
    return None if holds else f"quotes words that {source['id']} does not hold"
