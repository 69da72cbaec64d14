"""Pillars: the themes a brand named, matched with evidence, or else the themes its evidence shows."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, Sentence
from brandbrain_dagster.domain.compile.extractive.themes import Theme, find_themes, stem
from brandbrain_dagster.domain.compile.extractive.wording import listed, platform_name, share_of
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Pillar, SourceRef
from brandbrain_dagster.domain.compile.taboo_terms import WRITTEN_TOGETHER
from brandbrain_dagster.domain.features.item_text import WORD, ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import MAX_CHARACTERS, stop_words
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_MAX_EXAMPLES = 5
_MAX_KEYPHRASES = 6
_NAME_CANDIDATES = 5
_TAGGED_BY = 0.4
"""Share of a theme's texts that carry a hashtag before it names the theme."""
_SHARED_BY = 0.6
"""Share of a theme's texts that hold a phrase before it is the second half of the theme's name."""


def compile_pillars(answers: OnboardingAnswers, reading: BundleReading) -> list[Pillar]:
    """Returns the pillars; an empty list where nothing was named and the evidence shows no themes."""
    if answers.pillars_seed:
        return [_seeded(number, seed, reading) for number, seed in enumerate(answers.pillars_seed)]
    authors = {text.item.author_ref for text in reading.texts if text.item.author_ref}
    themes = find_themes(reading.texts, own_names={reading.brand_name, *authors})
    named = [(theme, phrases) for theme in themes if (phrases := [*filter(reading.is_allowed, theme.phrases)])]
    return [_inferred(number, theme, phrases, reading) for number, (theme, phrases) in enumerate(named)]


def _seeded(number: int, seed: str, reading: BundleReading) -> Pillar:
    texts = [text for text in reading.texts if _is_about(seed, text)]
    ranked = _most_engaging(texts, reading)
    return Pillar(
        id=f"pillar-{number + 1}",
        name=answered(seed, "tier1.pillars_seed"),
        description=_description(ranked, [], reading) if ranked else FieldNode(value=None),
        share=_share(texts, reading),
        keyphrases=[seed],
        example_ids=_ids(ranked),
    )


def _is_about(seed: str, text: ItemText) -> bool:
    """A text belongs to a named theme when it holds every meaningful word of the name, in any form of the word."""
    named = WORD.findall(fold_text(seed))
    wanted = [word for word in named if word not in stop_words(text.language)] or named
    folded = fold_text(text.voice[:MAX_CHARACTERS])
    tags = {fold_text(tag.lstrip("#＃")) for tag in text.item.hashtags}
    held = {stem(word, text.language) for word in [*WORD.findall(folded), *tags]}

    def is_held(word: str) -> bool:
        return stem(word, text.language) in held or bool(WRITTEN_TOGETHER.search(word) and word in folded)

    return bool(named) and ("".join(named) in tags or all(is_held(word) for word in wanted))


def _inferred(number: int, theme: Theme, phrases: Sequence[str], reading: BundleReading) -> Pillar:
    ranked = _most_engaging(theme.texts, reading)
    sources = [SourceRef(type="evidence", id=item_id) for item_id in _ids(ranked)]
    return Pillar(
        id=f"pillar-{number + 1}",
        name=inferred(_name(theme, phrases, reading), sources),
        description=_description(ranked, phrases, reading),
        share=_share(theme.texts, reading),
        keyphrases=list(phrases[:_MAX_KEYPHRASES]),
        example_ids=_ids(ranked),
    )


def _name(theme: Theme, phrases: Sequence[str], reading: BundleReading) -> str:
    """The phrase that most of the theme's texts hold: one the brand made a hashtag before others, names of people last.

    Without a hashtag a second phrase that most of the texts hold makes the name clearer.
    """
    tags = {fold_text(tag) for text in reading.texts for tag in text.item.hashtags}
    held = {phrase: _holders(phrase, theme) for phrase in phrases[:_NAME_CANDIDATES]}
    tagged = {phrase for phrase in held if fold_text(phrase).replace(" ", "") in tags}
    common = [phrase for phrase in held if phrase in tagged or phrase not in theme.proper_names] or list(held)
    ranked = sorted(common, key=lambda phrase: (not _is_shared(phrase, held, tagged, theme), -held[phrase]))
    second = next((phrase for phrase in ranked[1:] if held[phrase] >= _SHARED_BY * len(theme.texts)), None)
    name = ranked[0] if ranked[0] in tagged or second is None else f"{ranked[0]} & {second}"
    return name[:1].upper() + name[1:]


def _is_shared(phrase: str, held: Mapping[str, int], tagged: AbstractSet[str], theme: Theme) -> bool:
    return phrase in tagged and held[phrase] >= _TAGGED_BY * len(theme.texts)


def _holders(phrase: str, theme: Theme) -> int:
    folded = fold_text(phrase)
    joined = folded.replace(" ", "")
    return sum(
        folded in fold_text(text.voice) or joined in {fold_text(tag) for tag in text.item.hashtags}
        for text in theme.texts
    )


def _description(ranked: Sequence[ItemText], phrases: Sequence[str], reading: BundleReading) -> FieldNode[str]:
    platforms = sorted({text.item.platform for text in ranked})
    names = [platform_name(platform) for platform in platforms]
    parts = [f"{share_of(len(ranked), len(reading.items)).capitalize()}, on {listed(names)}."]
    sources: list[Any] = [SourceRef(type="evidence", id=item_id) for item_id in _ids(ranked)]
    quote = _typical_sentence(ranked, phrases, reading)
    if quote is not None:
        parts.append(f"In the brand's words: “{quote.text}”")
        sources.insert(0, quote.source())
    return inferred(" ".join(parts), sources)


def _typical_sentence(ranked: Sequence[ItemText], phrases: Sequence[str], reading: BundleReading) -> Sentence | None:
    """The sentence that holds most of the theme's phrases; of equals that of the most engaging item."""
    folded = [fold_text(phrase) for phrase in phrases]
    sentences = [sentence for text in ranked for sentence in reading.sentences(text.item.id)]
    if not sentences:
        return None
    return max(sentences, key=lambda sentence: sum(phrase in fold_text(sentence.text) for phrase in folded))


def _most_engaging(texts: Sequence[ItemText], reading: BundleReading) -> list[ItemText]:
    medians = {
        platform: max(figures["median"], 1.0)
        for platform, figures in reading.stats["engagement_stats"]["by_platform"].items()
    }

    def relative(text: ItemText) -> float:
        return reading.scores[text.item.id] / float(medians.get(text.item.platform, 1.0))

    return sorted(texts, key=lambda text: (-relative(text), text.item.id))


def _ids(texts: Sequence[ItemText]) -> list[str]:
    return [text.item.id for text in texts[:_MAX_EXAMPLES]]


def _share(texts: Sequence[ItemText], reading: BundleReading) -> float:
    return round(len(texts) / len(reading.items), 6) if reading.items else 0.0
