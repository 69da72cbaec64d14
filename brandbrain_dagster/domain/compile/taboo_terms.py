"""Taboo terms: does a text hold one, however it is spelled?"""

from collections.abc import Iterable, Iterator

import regex

from brandbrain_dagster.domain.features.folded_text import FoldedText
from brandbrain_dagster.domain.features.lexicon import fold_text

WRITTEN_TOGETHER = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Scripts in which a word is not set off from its neighbours or its endings."""

_PART = regex.compile(r"[^\W_]+")
"""What is written together in every spelling: a word, or what a hyphen or an apostrophe leaves of one."""


class TabooTerms:
    """The terms that must not appear in anything produced; blank ones are none."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._patterns = {term: _term_pattern(term) for term in terms if term.strip()}

    def held_by(self, text: str) -> str | None:
        """Returns the first term that the text holds, as it was given; None when it holds none."""
        folded = fold_text(text)
        return next((term for term, pattern in self._patterns.items() if pattern.search(folded)), None)

    def places_in(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yields (term as it was given, start, end) for every place of the text that holds a term."""
        folded = FoldedText(text)
        for term, pattern in self._patterns.items():
            for match in pattern.finditer(folded.text):
                yield term, *folded.origin(match.start(), match.end())


def _term_pattern(term: str) -> regex.Pattern[str]:
    """Finds the term in folded text, however its parts are joined: "no-brainer", "no brainer" and "#nobrainer"."""
    words = _PART.findall(fold_text(term))
    if not words:
        return regex.compile(regex.escape(fold_text(term).strip()))
    joined = r"[\W_]*".join(map(regex.escape, words))
    return regex.compile(joined if WRITTEN_TOGETHER.search(term) else rf"(?<!\w){joined}(?!\w)")
