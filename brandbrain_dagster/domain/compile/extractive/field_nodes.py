"""Field nodes as the extractive compiler makes them: answered, inferred, or without a value."""

from collections.abc import Iterable, Sequence
from typing import Any

from brandbrain_dagster.domain.compile.extractive.reading import Sentence
from brandbrain_dagster.domain.compile.snapshot_schema import Abstention, FieldNode, SourceRef

_UNSUPPORTED = "Nothing that was collected supports a value."
_ANSWER_OR_CONNECT = "Answer the question for this field, or connect a source that shows it."


def answered(value: Any, question: str) -> FieldNode[Any]:
    """A value as the brand's people gave it."""
    return FieldNode(value=value, sources=[SourceRef(type="answer", id=question)])


def inferred(value: Any, sources: Iterable[SourceRef]) -> FieldNode[Any]:
    """A value that rests on evidence."""
    return FieldNode(value=value, sources=list(dict.fromkeys(sources)))


def no_text(reason: str = _UNSUPPORTED, next_step: str = _ANSWER_OR_CONNECT) -> FieldNode[Any]:
    """No value: nothing supports one, and this is what would."""
    return FieldNode(value=None, abstained=Abstention(reason=reason, next_step=next_step))


def no_list(reason: str = _UNSUPPORTED, next_step: str = _ANSWER_OR_CONNECT) -> FieldNode[Any]:
    """An empty list: nothing supports an entry, and this is what would."""
    return FieldNode(value=[], abstained=Abstention(reason=reason, next_step=next_step))


def quoted_list(sentences: Sequence[Sentence]) -> FieldNode[Any]:
    """A list of sentences in the brand's own words, each cited."""
    return inferred([sentence.text for sentence in sentences], [sentence.source() for sentence in sentences])
