"""The language of a text, by py3langid; its model is loaded at the first use and kept."""

from functools import cache, lru_cache

import regex
from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDETERMINED = "und"
"""ISO 639-2 code for text whose language cannot be told."""

MIN_LETTER_BYTES = 20
"""Fewest UTF-8 bytes of letters to judge by: 20 Latin letters, 10 Greek or Cyrillic, 7 Hangul or Chinese."""

MAX_CHARACTERS = 200
"""Characters judged by: the verdict does not change beyond, the time does."""

MIN_CONFIDENCE = 0.5
"""Least probability of the best language; below it two languages are about as likely."""

_NOT_LETTERS = regex.compile(r"[^\p{L}\p{M}'’-]+")


def detect_language(prose: str, stated_language: str | None) -> str:
    """Return the ISO 639-1 code of ``prose`` (no links, mentions or hashtags), or ``"und"``.

    ``stated_language`` is the platform's word, a code or a tag such as ``en-US``; it wins if its first part is a known
    two-letter code.
    """
    stated = (stated_language or "").replace("_", "-").split("-")[0].lower()
    if stated in _language_codes():
        return stated
    letters = _NOT_LETTERS.sub(" ", prose[:MAX_CHARACTERS]).strip()
    if len(letters.replace(" ", "").encode()) < MIN_LETTER_BYTES:
        return UNDETERMINED
    return _most_likely(letters)


@lru_cache(maxsize=4_096)
def _most_likely(letters: str) -> str:
    """Return the language of letters and blanks; a compile asks for that of each of its texts several times."""
    language, confidence = _identifier().classify(letters)
    return str(language) if confidence >= MIN_CONFIDENCE else UNDETERMINED


@cache
def _identifier() -> LanguageIdentifier:
    """Return the model (0.7 s to load), restricted to the languages that have a two-letter code."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier


@cache
def _language_codes() -> frozenset[str]:
    return frozenset(_identifier().labels)
