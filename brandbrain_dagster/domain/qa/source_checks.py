"""Does everything that was inferred rest on evidence that is there, and that says so word for word?"""

from collections.abc import Iterator, Mapping

from brandbrain_dagster.domain.compile.citations import TEXT_FIELDS
from brandbrain_dagster.domain.compile.proof import profile_nodes
from brandbrain_dagster.domain.compile.quotations import is_quoted_from, quotations_in
from brandbrain_dagster.domain.compile.snapshot_schema import EvidenceRef, SnapshotDocument, SourceRef
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.produced_text import entries_of
from brandbrain_dagster.domain.qa.subject import QaSubject


def find_values_without_source(subject: QaSubject) -> Iterator[Finding]:
    """Finds values that rest on nothing."""
    for path, node in profile_nodes(subject.document):
        if node.value not in (None, "", []) and not node.sources:
            yield Finding(path, "has a value that rests on nothing")


def find_unknown_evidence(subject: QaSubject) -> Iterator[Finding]:
    """Finds every evidence id that the bundle lacks, and examples that tell their item otherwise than it is."""
    cited = [
        *((path, source.id) for path, source in _evidence_sources(subject.document)),
        *(
            (f"pillars.{number}.example_ids.{index}", item_id)
            for number, pillar in enumerate(subject.document.pillars)
            for index, item_id in enumerate(pillar.example_ids)
        ),
        *((f"{path}.id", ref.id) for path, ref in examples_of(subject.document)),
    ]
    for path, item_id in cited:
        if item_id not in subject.items:
            yield Finding(path, "names evidence that this compile does not have")
    for path, ref in examples_of(subject.document):
        for name in _misstated(ref, subject.items):
            yield Finding(f"{path}.{name}", "is not what the evidence says")


def find_unproven_quotes(subject: QaSubject) -> Iterator[Finding]:
    """Finds quotes that do not stand where they are said to, in sources, in examples and within values."""
    for path, source in _evidence_sources(subject.document):
        item = subject.items.get(source.id)
        problem = None if item is None else _quote_problem(source, item)
        if problem is not None:
            yield Finding(path, problem)
    for path, ref in examples_of(subject.document):
        if ref.id in subject.items and not _holds(subject.items[ref.id], ref.excerpt):
            yield Finding(f"{path}.excerpt", "is not what the evidence says, word for word")
    yield from _invented_quotations(subject)


def examples_of(document: SnapshotDocument) -> Iterator[tuple[str, EvidenceRef]]:
    """Yields (path, example) for every evidence item that a profile shows."""
    for index, ref in enumerate(document.examples.canonical_evidence):
        yield f"examples.canonical_evidence.{index}", ref
    for platform, profile in document.platform_profiles.items():
        for index, ref in enumerate(profile.top_examples):
            yield f"platform_profiles.{platform}.top_examples.{index}", ref


def _evidence_sources(document: SnapshotDocument) -> Iterator[tuple[str, SourceRef]]:
    for path, node in profile_nodes(document):
        for index, source in enumerate(node.sources):
            if source.type == "evidence":
                yield f"{path}.sources.{index}", source


def _misstated(ref: EvidenceRef, items: Mapping[str, EvidenceItem]) -> list[str]:
    item = items.get(ref.id)
    if item is None:
        return []
    said = {
        "platform": item.platform,
        "content_type": item.content_type,
        "url": item.canonical_url,
        "published_at": item.published_at,
    }
    return [name for name, value in said.items() if getattr(ref, name) != value]


def _quote_problem(source: SourceRef, item: EvidenceItem) -> str | None:
    if source.item_hash != item.content_hash:
        return "does not cite the evidence as it is now"
    if source.quote is None:
        return None
    if not source.quote.strip():
        return "quotes nothing"
    if source.field is None or source.start is None or source.end is None:
        return "does not say where its quote stands"
    text = getattr(item, source.field) or ""
    if source.start < 0 or text[source.start : source.end] != source.quote:
        return "quotes words that do not stand there"
    return None


def _invented_quotations(subject: QaSubject) -> Iterator[Finding]:
    for path, node in profile_nodes(subject.document):
        cited = [subject.items[source.id] for source in node.sources if source.id in subject.items]
        for place, text in entries_of(path, node):
            is_own = text in subject.own_words
            if not is_own and not all(is_quoted_from(quotation, cited) for quotation in quotations_in(text)):
                yield Finding(place, "quotes words that no evidence it cites holds")


def _holds(item: EvidenceItem, text: str) -> bool:
    return any(text in (getattr(item, field) or "") for field in TEXT_FIELDS)
