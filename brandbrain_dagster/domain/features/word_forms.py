"""The part of a word that names something, in languages that attach particles and endings to it."""

from functools import cache
from typing import NamedTuple

from brandbrain_dagster.domain.features.lexicon import fold_text, read_lexicon_file

_LEXICON = "word_forms"
_SYLLABLES = ("가", "힣")
_FINALS = 28
"""Forms of the end of a Hangul syllable in its Unicode block; the first of them is none."""
_LEAST_NOUN = 2
"""Syllables that a noun has at least before a particle is taken for one."""


class _Particles(NamedTuple):
    after_consonant: frozenset[str]
    after_vowel: frozenset[str]
    after_any: frozenset[str]
    whole: frozenset[str]


def takes_particles(language: str) -> bool:
    """Says whether particles are attached to the nouns of a language."""
    return _particles(language) is not None


def bare_word(word: str, language: str) -> str:
    """Returns the word without the particle attached to it, where its language attaches any: "커피를" is "커피"."""
    particles = _particles(language)
    if particles is None or word in particles.whole:
        return word
    for length in (3, 2, 1):
        noun, particle = word[:-length], word[-length:]
        if len(noun) >= _LEAST_NOUN and _fits(noun, particle, particles):
            return noun
    return word


def names_something(word: str, language: str) -> bool:
    """Says whether a word (folded) may name a topic: not one that ends as verbs and adjectives of its language do."""
    return not word.endswith(_predicate_endings(language))


def _fits(noun: str, particle: str, particles: _Particles) -> bool:
    if not _SYLLABLES[0] <= noun[-1] <= _SYLLABLES[1]:
        return particle in particles.after_any or particle in particles.after_vowel
    ends_in_consonant = (ord(noun[-1]) - ord(_SYLLABLES[0])) % _FINALS > 0
    fitting = particles.after_consonant if ends_in_consonant else particles.after_vowel
    return particle in particles.after_any or particle in fitting


@cache
def _particles(language: str) -> _Particles | None:
    found = read_lexicon_file(_LEXICON)["particles"].get(language)
    return _Particles(**{name: frozenset(words) for name, words in found.items()}) if found else None


@cache
def _predicate_endings(language: str) -> tuple[str, ...]:
    return tuple(map(fold_text, read_lexicon_file(_LEXICON)["predicate_endings"].get(language, [])))
