"""A draft as the rules read it: where its links, hashtags, emoji, words and calls to action are."""

import re
from collections.abc import Iterable
from functools import cached_property

import regex

from brandbrain_dagster.domain.draft_check.finding import Span
from brandbrain_dagster.domain.features.folded_text import FoldedText
from brandbrain_dagster.domain.features.graphemes import emoji_places
from brandbrain_dagster.domain.features.item_text import E_MAIL, HASHTAG, LINK, MENTION, WORD
from brandbrain_dagster.domain.features.language_detection import detect_language
from brandbrain_dagster.domain.features.lexicon import load_lexicon


class Draft:
    """A text before it is published; every place is one in the text as it was given."""

    def __init__(self, text: str) -> None:
        self.text = text

    def spans(self, places: Iterable[tuple[int, int]]) -> list[Span]:
        """Returns the stretches at these places."""
        return [Span(start=start, end=end, text=self.text[start:end]) for start, end in places]

    @cached_property
    def links(self) -> list[Span]:
        """Web addresses; an e-mail address is none."""
        return self.spans(match.span() for match in LINK.finditer(_blanked(E_MAIL, self.text)))

    @cached_property
    def hashtags(self) -> list[Span]:
        """Hashtags with at least one letter: ``#1`` is a number."""
        found = (match for match in HASHTAG.finditer(self._without_links) if not match.group()[1:].isdecimal())
        return self.spans(match.span() for match in found)

    @cached_property
    def emoji(self) -> list[Span]:
        """Emoji, each once for each time it is there."""
        return self.spans(emoji_places(self.text))

    @cached_property
    def calls_to_action(self) -> list[Span]:
        """What asks readers to act, in words that the lexicon knows in the language of the text."""
        folded = FoldedText(self._without_links)
        language = detect_language(self._prose, None)
        places = load_lexicon("cta").find_places(folded.text, language)
        return self.spans(folded.origin(start, end) for _, start, end in places)

    def length_in(self, noun: str) -> int:
        """Returns how many words, without links, mentions and hashtags, or how many characters the text has."""
        return len(WORD.findall(self._prose)) if noun == "word" else len(self.text)

    @cached_property
    def _without_links(self) -> str:
        return _blanked(LINK, _blanked(E_MAIL, self.text))

    @cached_property
    def _prose(self) -> str:
        return _blanked(HASHTAG, _blanked(MENTION, self._without_links))


def _blanked(pattern: re.Pattern[str] | regex.Pattern[str], text: str) -> str:
    """Returns the text with blanks for what the pattern finds, so that everything else keeps its place."""
    return pattern.sub(lambda match: " " * len(match.group()), text)
