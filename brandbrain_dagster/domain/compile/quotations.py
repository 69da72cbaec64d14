"""Quotations: words that a text puts in quotation marks as somebody's, and whether evidence holds them."""

from collections.abc import Iterable

import regex

from brandbrain_dagster.domain.compile.citations import TEXT_FIELDS
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem

_MIN_CHARACTERS = 20
"""Length from which words in quotation marks are a quotation; shorter ones name something."""
_MARKS = (("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("「", "」"), ("『", "』"), ('"', '"'))
_QUOTED = regex.compile("|".join(rf"{start}([^{start}{end}\n]*){end}" for start, end in _MARKS))
_SENTENCE_END = ".,;:!?…"
"""Marks that the sentence around a quotation may put inside its quotation marks."""


def quotations_in(text: str) -> list[str]:
    """Returns the words that a text quotes, in their order."""
    quoted = ("".join(filter(None, match.groups())) for match in _QUOTED.finditer(text))
    return [words for words in quoted if len(words) >= _MIN_CHARACTERS]


def is_quoted_from(quotation: str, items: Iterable[EvidenceItem]) -> bool:
    """Says whether a text of one of the items holds the quotation, character for character."""
    words = quotation.rstrip(_SENTENCE_END)
    return any(words in (getattr(item, field) or "") for item in items for field in TEXT_FIELDS)
