"""The texts of a draft that a compiler wrote, each with its path."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

from brandbrain_dagster.domain.compile.proof import profile_nodes
from brandbrain_dagster.domain.compile.snapshot_schema import Abstention, EvidenceRef, FieldNode
from brandbrain_dagster.domain.qa.subject import QaSubject


def entries_of(path: str, node: FieldNode[Any]) -> Iterator[tuple[str, str]]:
    """Yields (path, text) for the text of a field, or for every text of its list; a choice from a list is no text."""
    if isinstance(node.value, list):
        yield from ((f"{path}.value.{index}", entry) for index, entry in enumerate(node.value))
    elif isinstance(node.value, str) and not isinstance(node.value, Enum):
        yield f"{path}.value", node.value


def written_texts(subject: QaSubject) -> Iterator[tuple[str, str]]:
    """Yields (path, text) for everything that says something of the brand, except what its people said themselves."""
    for path, text in _profile_texts(subject):
        if text not in subject.own_words:
            yield path, text


def guiding_texts(subject: QaSubject) -> Iterator[tuple[str, str]]:
    """Yields (path, text) for what a profile tells its owner: why a field has no value, and what is missing.

    Left out is what a source itself gave as its reason.
    """
    for path, node in profile_nodes(subject.document):
        if isinstance(node.abstained, Abstention):
            yield f"{path}.abstained.reason", node.abstained.reason
            yield f"{path}.abstained.next_step", node.abstained.next_step
    told = tuple(f"{outcome.source} ({outcome.identifier})" for outcome in subject.evidence_status.outcomes)
    for index, text in enumerate(subject.document.meta.missing_inputs):
        if not text.startswith(told):
            yield f"meta.missing_inputs.{index}", text


def _profile_texts(subject: QaSubject) -> Iterator[tuple[str, str]]:
    document = subject.document
    for path, node in profile_nodes(document):
        yield from entries_of(path, node)
        yield from (
            (f"{path}.sources.{index}.quote", source.quote) for index, source in enumerate(node.sources) if source.quote
        )
    for number, pillar in enumerate(document.pillars):
        yield from ((f"pillars.{number}.keyphrases.{index}", text) for index, text in enumerate(pillar.keyphrases))
    for index, ref in enumerate(document.examples.canonical_evidence):
        yield from _example_texts(f"examples.canonical_evidence.{index}", ref)
    for platform, profile in document.platform_profiles.items():
        for index, ref in enumerate(profile.top_examples):
            yield from _example_texts(f"platform_profiles.{platform}.top_examples.{index}", ref)


def _example_texts(path: str, ref: EvidenceRef) -> Iterator[tuple[str, str]]:
    yield f"{path}.excerpt", ref.excerpt
    yield f"{path}.why", ref.why
