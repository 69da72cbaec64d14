"""Is the profile whole and without repetitions: platforms, pillars, lists?"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher

from brandbrain_dagster.domain.compile.proof import profile_nodes
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import stop_words
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.produced_text import entries_of
from brandbrain_dagster.domain.qa.subject import QaSubject

MIN_PILLARS, MAX_PILLARS = 3, 5
_SAME_TEXT = 0.9
"""Similarity (0..1) from which two texts say the same."""
_SAME_WORD = 0.8
"""Similarity (0..1) from which two words are forms of one word: "roast" and "roasts"."""


def find_missing_profiles(subject: QaSubject) -> Iterator[Finding]:
    """Finds connected platforms without a profile of their own, and profiles of platforms that are not connected."""
    profiles = subject.document.platform_profiles
    for platform in sorted(set(subject.platforms) - profiles.keys()):
        yield Finding(f"platform_profiles.{platform}", "is missing, though the platform is connected")
    for platform in sorted(profiles.keys() - set(subject.platforms)):
        yield Finding(f"platform_profiles.{platform}", "is of a platform that is not connected")
    for name, profile in profiles.items():
        if profile.platform != name:
            yield Finding(f"platform_profiles.{name}.platform", "names another platform")


def find_odd_pillar_count(subject: QaSubject) -> Iterator[Finding]:
    """Finds a profile with fewer than three or more than five pillars."""
    count = len(subject.document.pillars)
    if not MIN_PILLARS <= count <= MAX_PILLARS:
        yield Finding("pillars", f"there are {count}")


def find_duplicate_values(subject: QaSubject) -> Iterator[Finding]:
    """Finds entries that repeat an earlier one of their list, word for word or nearly so."""
    for entries in _lists(subject):
        for index, (path, text) in enumerate(entries):
            earlier = next((place for place, other in entries[:index] if is_near_duplicate(text, other)), None)
            if earlier is not None:
                yield Finding(path, f"repeats {earlier}")


def is_near_duplicate(text: str, other: str) -> bool:
    """Says whether two texts say the same: the same words but for their forms, order and stop words, or nearly so.

    Lines of figures look alike and tell different things: of them every word counts.
    """
    has_figures = any(map(str.isdecimal, text + other))
    ignored: AbstractSet[str] = frozenset() if has_figures else stop_words("en")
    words, other_words = _telling_words(text, ignored), _telling_words(other, ignored)
    if words == other_words:
        return bool(words) or text.strip() == other.strip()
    if len(words) == len(other_words) and all(_is_among(word, other_words) for word in words):
        return all(_is_among(word, words) for word in other_words)
    return not has_figures and _is_similar(" ".join(words), " ".join(other_words), _SAME_TEXT)


def _lists(subject: QaSubject) -> Iterator[Sequence[tuple[str, str]]]:
    document = subject.document
    yield from ([*entries_of(path, node)] for path, node in profile_nodes(document) if isinstance(node.value, list))
    names = [(f"pillars.{number}.name", pillar.name.value or "") for number, pillar in enumerate(document.pillars)]
    yield [(path, name) for path, name in names if name]
    for number, pillar in enumerate(document.pillars):
        yield [(f"pillars.{number}.keyphrases.{index}", text) for index, text in enumerate(pillar.keyphrases)]


def _telling_words(text: str, ignored: AbstractSet[str]) -> list[str]:
    words = WORD.findall(fold_text(text))
    return sorted([word for word in words if word not in ignored] or words)


def _is_among(word: str, words: Sequence[str]) -> bool:
    return word in words or (word.isalpha() and any(_is_similar(word, other, _SAME_WORD) for other in words))


def _is_similar(text: str, other: str, at_least: float) -> bool:
    matcher = SequenceMatcher(a=text, b=other, autojunk=False)
    return matcher.real_quick_ratio() >= at_least and matcher.quick_ratio() >= at_least and matcher.ratio() >= at_least
