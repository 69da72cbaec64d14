"""Proving a draft: what its citations do not bear out is taken out before anybody sees it."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from brandbrain_dagster.domain.compile.citations import located
from brandbrain_dagster.domain.compile.snapshot_schema import (
    Abstention,
    EvidenceRef,
    FieldNode,
    SnapshotDocument,
    SourceRef,
    nodes_of,
)
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem

_UNPROVEN = Abstention(
    reason="What was inferred here is not borne out by the evidence it cites.",
    next_step="Answer the question for this field, or override it.",
)
_UNSUPPORTED = Abstention(
    reason="Nothing that was collected supports a value.",
    next_step="Answer the question for this field, or connect a source that shows it.",
)


def prove_citations(document: SnapshotDocument, items: Mapping[str, EvidenceItem]) -> list[str]:
    """Gives every citation its place and the hash of its item, in place; takes out what fails.

    A source whose item is not among ``items``, or whose quote does not stand in it, goes; so does the value, or the
    entry of a list, that shows the quote; and a value that is left without a source. Examples that are not in ``items``
    or are excerpted wrongly go too. A field without a value says why.

    Returns:
        The paths at which something was taken out.
    """
    dropped = [path for path, node in profile_nodes(document) if _prove(node, items)]
    document.pillars = [pillar for pillar in document.pillars if _has_value(pillar.name.value)]
    for pillar in document.pillars:
        pillar.example_ids = [item_id for item_id in pillar.example_ids if item_id in items]
    for profile in document.platform_profiles.values():
        profile.top_examples = _shown(profile.top_examples, items)
    document.examples.canonical_evidence = _shown(document.examples.canonical_evidence, items)
    return dropped


def profile_nodes(document: SnapshotDocument) -> Iterator[tuple[str, FieldNode[Any]]]:
    """Yields (dotted path, node) for every field of a profile."""
    sections: dict[str, Any] = {
        "positioning": document.positioning,
        "voice": document.voice,
        **{f"pillars.{number}": pillar for number, pillar in enumerate(document.pillars)},
        "constraints": document.constraints,
        **{f"platform_profiles.{name}": profile for name, profile in document.platform_profiles.items()},
        "examples": document.examples,
    }
    for prefix, section in sections.items():
        for name, node in nodes_of(section):
            yield f"{prefix}.{name}", node


def _prove(node: FieldNode[Any], items: Mapping[str, EvidenceItem]) -> bool:
    """Says whether something was taken out of the node."""
    kept, failed = [], []
    for source in node.sources:
        proven = _proven(source, items)
        kept.append(proven) if proven else failed.append(source)
    node.sources = kept
    if failed:
        _drop_quoted([source.quote for source in failed if source.quote], node)
    had_value = _has_value(node.value)
    if had_value and not kept:
        node.value = [] if isinstance(node.value, list) else None
    if _has_value(node.value):
        node.abstained = UNSET
    elif node.abstained is UNSET:
        node.abstained = _UNPROVEN if failed or had_value else _UNSUPPORTED
    return bool(failed) or (had_value and not kept)


def _proven(source: SourceRef, items: Mapping[str, EvidenceItem]) -> SourceRef | None:
    if source.type != "evidence":
        return source
    item = items.get(source.id)
    return None if item is None else located(source, item)


def _drop_quoted(quotes: list[str], node: FieldNode[Any]) -> None:
    if isinstance(node.value, list):
        node.value = [part for part in node.value if not any(quote in str(part) for quote in quotes)]
    elif isinstance(node.value, str) and any(quote in node.value for quote in quotes):
        node.value = None


def _has_value(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _shown(refs: list[EvidenceRef], items: Mapping[str, EvidenceItem]) -> list[EvidenceRef]:
    return [ref for ref in refs if ref.id in items and _is_excerpt(ref.excerpt, items[ref.id])]


def _is_excerpt(excerpt: str, item: EvidenceItem) -> bool:
    return any(excerpt in (text or "") for text in (item.text_primary, item.text_secondary, item.title))
