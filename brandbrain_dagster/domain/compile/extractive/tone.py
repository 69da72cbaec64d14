"""Tone tags by documented thresholds, each with sentences that show it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_list
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, Sentence, cite
from brandbrain_dagster.domain.compile.extractive.voice_figures import VoiceFigures
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, SourceRef
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.style_stats import ALL_CAPS_WORD, EXCLAMATION, QUESTION, find_pronouns
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

MIN_ITEMS = 3
"""Fewer items than this show no habit."""
_MAX_TAGS = 5
_SHORT_QUOTE = 110
"""Characters up to which a sentence reads well inside another one; longer ones come second."""
_FEW_WORDS = 12

Shows = Callable[[Sentence], bool]


def asks(sentence: Sentence) -> bool:
    """Says whether a sentence is a question."""
    return QUESTION.search(sentence.text) is not None


def asks_the_reader(sentence: Sentence) -> bool:
    """Says whether a sentence is a question to whoever reads it."""
    return asks(sentence) and says("second_person")(sentence)


def exclaims(sentence: Sentence) -> bool:
    """Says whether a sentence exclaims."""
    return EXCLAMATION.search(sentence.text) is not None


def is_calm(sentence: Sentence) -> bool:
    """Says whether a sentence does without exclamation marks and capitals."""
    return not exclaims(sentence) and ALL_CAPS_WORD.search(sentence.text) is None


def is_short(sentence: Sentence) -> bool:
    """Says whether a sentence has few words."""
    return len(WORD.findall(sentence.text)) <= _FEW_WORDS


def says(person: str) -> Shows:
    """Returns whether a sentence speaks of a person."""
    return lambda sentence: bool(find_pronouns(sentence.text, sentence.language, person))


@dataclass(frozen=True)
class ToneRule:
    """A tag, its figure, and the threshold; ``shows`` tells a sentence that shows it (None: any item does)."""

    tag: str
    figure: Callable[[VoiceFigures], float]
    at_least: float
    shows: Shows | None = None


TONE_RULES = (
    ToneRule("conversational", lambda figures: figures.questions, 0.35, asks),
    ToneRule("direct to the reader", lambda figures: figures.you, 0.6, says("second_person")),
    ToneRule("team-spirited", lambda figures: figures.we, 0.6, says("first_person_plural")),
    ToneRule("enthusiastic", lambda figures: figures.exclamations, 0.4, exclaims),
    ToneRule("playful", lambda figures: figures.emoji, 0.5),
    ToneRule("instructive", lambda figures: figures.hooks, 0.3),
    ToneRule("calm", lambda figures: 1 - figures.exclamations - figures.all_caps, 0.85, is_calm),
    ToneRule("plain-spoken", lambda figures: 24 / (figures.words_a_sentence or 24) - 1, 1.0, is_short),
    ToneRule("story-led", lambda figures: figures.words_each / 100, 1.0),
    ToneRule("concise", lambda figures: 30 / (figures.words_each or 1000), 1.0),
)
"""Tone tags by threshold. ``plain-spoken`` is at most 12 words a sentence, ``story-led`` at least 100 words an item,
``concise`` at most 30, all in English words; the others are shares of items (``calm``: those without exclamation and
capitals). For every tag that holds, do and don't say the figure."""


def compile_tone_tags(
    answers: OnboardingAnswers, figures: VoiceFigures, reading: BundleReading
) -> FieldNode[list[str]]:
    """Returns the tone words that people gave, else the tags that hold, the furthest above its threshold first."""
    if answers.tone_words:
        return answered(list(answers.tone_words), "tier0.tone_words")
    if figures.item_count < MIN_ITEMS:
        return no_list(*too_little_voice(figures, "Answer tier0.tone_words"))
    holding = [rule for rule in TONE_RULES if rule.figure(figures) >= rule.at_least]
    holding.sort(key=lambda rule: -rule.figure(figures) / rule.at_least)
    chosen = [rule for rule in holding if reading.is_allowed(rule.tag)][:_MAX_TAGS]
    sources = [source for rule in chosen for source in showing(rule.shows, reading)]
    if not chosen:
        return no_list(f"Nothing stands out in how {figures.item_count} items are written.", "Answer tier0.tone_words.")
    return inferred([rule.tag for rule in chosen], sources)


def too_little_voice(figures: VoiceFigures, other_step: str) -> tuple[str, str]:
    """Returns (reason, next step) where there are too few texts to hear a voice in."""
    found = {0: "No text", 1: "Only one text"}.get(figures.item_count, f"Only {figures.item_count} texts")
    reason = f"{found} of the brand could be read, and a habit shows from {MIN_ITEMS} on."
    return reason, f"{other_step}, or connect an account that the brand posts on, such as instagram.reels."


def showing(shows: Shows | None, reading: BundleReading, *, limit: int = 2) -> list[SourceRef]:
    """Cites sentences that show a habit, the most engaging items first; whole items where no sentence shows it."""
    ranked = ranked_items(reading)
    if shows is None:
        return cite(ranked, limit=limit)
    fitting = (next(_fitting(shows, item.id, reading), None) for item in ranked)
    short: list[SourceRef] = []
    long: list[SourceRef] = []
    for sentence in filter(None, fitting):
        (short if _is_quick(sentence) else long).append(sentence.source())
        if len(short) == limit:
            break
    return [*short, *long][:limit] or cite(ranked, limit=limit)


def _fitting(shows: Shows, item_id: str, reading: BundleReading) -> Iterator[Sentence]:
    """Yields the sentences of an item that show a habit, those that are quickly read first."""
    return filter(shows, sorted(reading.sentences(item_id), key=lambda sentence: not _is_quick(sentence)))


def _is_quick(sentence: Sentence) -> bool:
    return len(sentence.text) <= _SHORT_QUOTE


def ranked_items(reading: BundleReading) -> list[EvidenceItem]:
    """Returns the items with a voice, those with a transcript first, then the most engaging."""
    items = [text.item for text in reading.voice_texts]
    return sorted(items, key=lambda item: (not item.flags.has_transcript, -reading.scores[item.id], item.id))
