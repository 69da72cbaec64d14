"""The runs of one to three words in an item's voice that may be distinctive phrases of the brand.

Links, e-mail addresses, mentions, calls to action and the brand's handle are out; a hashtag's text counts as a word.
A candidate neither starts nor ends with a stop word of the item's language or of English, nor ends as a verb does; a
particle is cut off the word it is attached to. A script without spaces
gives the whole run between two marks as one word; words over ``MAX_WORD_CHARACTERS`` are dropped.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache

import regex
import stopwordsiso

from brandbrain_dagster.domain.features.item_text import MENTION, ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text, load_lexicon
from brandbrain_dagster.domain.features.word_forms import bare_word, names_something, takes_particles

MAX_PHRASE_WORDS = 3
MAX_WORD_CHARACTERS = 40
MAX_CHARACTERS = 8_000
"""Characters read of one item, so that one long page does not outweigh everything."""

_RUN = regex.compile(r"\w+(?:['’-]\w+)*(?:[^\S\n]+\w+(?:['’-]\w+)*)*")
"""Neighbouring words of one line; any other mark ends the run."""


def find_phrase_candidates(text: ItemText, own_handles: AbstractSet[str]) -> list[tuple[str, str]]:
    """Return every candidate of ``text`` as (folded, as written), repeated as often as it occurs."""
    silent = stop_words(text.language)
    runs = list(_read_runs(text))
    vocabulary = {word for words, _ in runs for word in words}
    barred = {word for word in vocabulary if not _is_word(word) or _without_marks(word) in own_handles}
    candidates = []
    for words, written in runs:
        for start, first in enumerate(words):
            if first in silent:
                continue
            for end in range(start + 1, min(start + MAX_PHRASE_WORDS, len(words)) + 1):
                if words[end - 1] in barred:
                    break
                if words[end - 1] not in silent and names_something(words[end - 1], text.language):
                    candidates.append((" ".join(words[start:end]), " ".join(written[start:end])))
    return candidates


def own_handle(author_ref: str) -> str:
    """Return an account's name, or the last part of its URL, as it would be written in one word."""
    return regex.sub(r"[\W_]", "", fold_text(author_ref.rstrip("/").rsplit("/", 1)[-1]))


def _without_marks(word: str) -> str:
    return word.removesuffix("'s").replace("_", "")


def _read_runs(text: ItemText) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the runs of neighbouring words, folded and as written."""
    voice = MENTION.sub("\n", text.voice)[:MAX_CHARACTERS]
    folded = fold_text(voice)
    # Folding keeps every character's place in all but a few scripts' rare letters.
    written = voice if len(voice) == len(folded) else folded
    without_ctas = load_lexicon("cta").pattern.sub(lambda match: "\n" * len(match.group()), folded)
    for run in _RUN.finditer(without_ctas):
        yield from _at_particles(run.group().split(), written[run.start() : run.end()].split(), text.language)


def _at_particles(words: list[str], written: list[str], language: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield a run in parts: a particle is cut off its word, and no phrase goes on after it."""
    start = 0
    for index, word in enumerate(words if takes_particles(language) else ()):
        bare = bare_word(word, language)
        if bare != word:
            yield [*words[start:index], bare], [*written[start:index], written[index][: len(bare)]]
            start = index + 1
    if start < len(words):
        yield words[start:], written[start:]


def _is_word(token: str) -> bool:
    return 1 < len(token) <= MAX_WORD_CHARACTERS and any(map(str.isalpha, token))


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the folded stop words of a language and of English."""
    languages = [code for code in ("en", language) if stopwordsiso.has_lang(code)]
    return frozenset(fold_text(word) for word in stopwordsiso.stopwords(languages))
