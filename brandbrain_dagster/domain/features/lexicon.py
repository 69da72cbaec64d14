"""Phrase lexicons: data files of phrases per language, each kind matched by one regular expression.

A file has a ``version`` and tables ``[scope.language]`` of ``"canonical phrase" = ["other form", …]``. Scope
``opening`` counts only within the opening of a text, ``anywhere`` in all of it. In a phrase ``{n}`` stands for a number
in digits, ``{ing}`` for an English verb in -ing, ``{word}`` for any one word.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from brandbrain_dagster.domain.features.language_detection import UNDETERMINED
from brandbrain_dagster.domain.features.phrase_pattern import compile_phrases

OPENING_CHARACTERS = 120
"""The opening of a text is its first line or this many characters, whichever is shorter."""

SHOWN_PLACEHOLDERS = {"{n}": "N", "{ing}": "…ing", "{word}": "…"}
"""How a canonical phrase shows its placeholders to people."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One canonical phrase of one language."""

    label: str
    language: str
    is_opening: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One kind of phrases, ready to match.

    ``phrases`` maps a form to its phrase in each language that has the form; ``templates`` are the patterns of the
    forms with placeholders, longest form first.
    """

    version: str
    pattern: re.Pattern[str]
    phrases: dict[str, dict[str, Phrase]]
    templates: dict[str, re.Pattern[str]]

    def find_phrases(self, text: str, language: str) -> list[str]:
        """Return the canonical phrases that ``text`` holds, in order, repeated as often as they occur.

        Phrases of the text's language and of English count; of all languages where its language is ``und``.
        Of overlapping phrases the one that starts first counts, of those the longest.
        """
        return [label for label, _, _ in self.find_places(fold_text(text).lstrip(), language)]

    def find_places(self, folded: str, language: str) -> Iterator[tuple[str, int, int]]:
        """Yield (canonical phrase, start, end) of the same phrases in a text that is folded already."""
        opening_end = min(len(folded.partition("\n")[0]), OPENING_CHARACTERS)
        for match in self.pattern.finditer(folded):
            phrase = self._find_phrase(" ".join(match.group().split()), language)
            if phrase and (not phrase.is_opening or match.end() <= opening_end):
                yield phrase.label, match.start(), match.end()

    def _find_phrase(self, matched: str, language: str) -> Phrase | None:
        by_language = self.phrases.get(matched)
        if by_language is None:
            by_language = next(self.phrases[form] for form, one in self.templates.items() if one.fullmatch(matched))
        if language == UNDETERMINED:
            return by_language.get("en") or by_language[min(by_language)]
        return by_language.get(language) or by_language.get("en")


@cache
def load_lexicon(kind: str) -> Lexicon:
    """Return the lexicon in ``lexicons/<kind>.toml``; read and compiled once."""
    content = read_lexicon_file(kind)
    phrases: dict[str, dict[str, Phrase]] = {}
    for scope in ("anywhere", "opening"):
        for language, forms_by_phrase in content.get(scope, {}).items():
            for canonical, other_forms in forms_by_phrase.items():
                phrase = Phrase(_label(canonical), language, scope == "opening")
                for form in (canonical, *other_forms):
                    phrases.setdefault(fold_text(form), {}).setdefault(language, phrase)
    templates = sorted((form for form in phrases if "{" in form), key=lambda form: (-len(form), form))
    return Lexicon(
        version=content["version"],
        pattern=compile_phrases(phrases),
        phrases=phrases,
        templates={form: compile_phrases([form]) for form in templates},
    )


@cache
def read_lexicon_file(kind: str) -> dict[str, Any]:
    """Return the content of ``lexicons/<kind>.toml`` as it is."""
    file = files("brandbrain_dagster.domain.features").joinpath("lexicons", f"{kind}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def fold_text(text: str) -> str:
    """Return ``text`` for comparing: NFC, case-folded, apostrophes straight, and the two Turkish i's one letter."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return folded.replace("i\u0307", "i").replace("ı", "i").replace("’", "'")


def _label(canonical: str) -> str:
    for placeholder, shown in SHOWN_PLACEHOLDERS.items():
        canonical = canonical.replace(placeholder, shown)
    return canonical
