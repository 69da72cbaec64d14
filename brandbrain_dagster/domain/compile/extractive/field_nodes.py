"""Field nodes as the extractive compiler makes them: answered, inferred, or without a value."""

from collections.abc import Iterable, Sequence
from typing import Any

from brandbrain_dagster.domain.compile.extractive.reading import Sentence
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, SourceRef


def answered(value: Any, question: str) -> FieldNode[Any]:
    """A value as the brand's people gave it."""
    return FieldNode(value=value, sources=[SourceRef(type="answer", id=question)])


def inferred(value: Any, sources: Iterable[SourceRef]) -> FieldNode[Any]:
    """A value that rests on evidence."""
    return FieldNode(value=value, sources=list(dict.fromkeys(sources)))


def no_text() -> FieldNode[Any]:
    """No value: nothing supports one."""
    return FieldNode(value=None)


def no_list() -> FieldNode[Any]:
    """An empty list: nothing supports an entry."""
    return FieldNode(value=[])


def quoted_list(sentences: Sequence[Sentence]) -> FieldNode[Any]:
    """A list of sentences in the brand's own words, each cited."""
    return inferred([sentence.text for sentence in sentences], [sentence.source() for sentence in sentences])
