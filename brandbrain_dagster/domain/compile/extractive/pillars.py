"""Pillars: the themes a brand named, matched with evidence, or else the themes its evidence shows."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from statistics import median

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_text
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, Sentence
from brandbrain_dagster.domain.compile.extractive.stems import stem
from brandbrain_dagster.domain.compile.extractive.themes import Theme, find_themes
from brandbrain_dagster.domain.compile.extractive.wording import listed, number, platform_name, share_of
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Pillar, SourceRef
from brandbrain_dagster.domain.compile.taboo_terms import WRITTEN_TOGETHER
from brandbrain_dagster.domain.features.item_text import WORD, ItemText
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_candidates import MAX_CHARACTERS, stop_words
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_MAX_EXAMPLES = 5
_MAX_KEYPHRASES = 6
_MAX_SUBJECTS = 3
_READABLE_QUOTE = 140
"""Characters up to which a quotation reads well within a description."""
_MARKED_DIFFERENCE = 1.2
"""How many times more, or less, than usual a theme engages before it is worth saying."""


def compile_pillars(answers: OnboardingAnswers, reading: BundleReading) -> list[Pillar]:
    """Returns the pillars; an empty list where nothing was named and the evidence shows no themes."""
    quoted: set[str] = set()
    if answers.pillars_seed:
        return [_seeded(number, seed, reading, quoted) for number, seed in enumerate(answers.pillars_seed)]
    authors = {text.item.author_ref for text in reading.texts if text.item.author_ref}
    themes = find_themes(reading.texts, own_names={reading.brand_name, *authors})
    named = [(theme, phrases) for theme in themes if (phrases := [*filter(reading.is_allowed, theme.phrases)])]
    return [_inferred(number, theme, phrases, reading, quoted) for number, (theme, phrases) in enumerate(named)]


def _seeded(number: int, seed: str, reading: BundleReading, quoted: set[str]) -> Pillar:
    texts = [text for text in reading.texts if _is_about(seed, text)]
    ranked = _most_engaging(texts, reading)
    return Pillar(
        id=f"pillar-{number + 1}",
        name=answered(seed, "tier1.pillars_seed"),
        description=_description(ranked, [seed], reading, quoted) if ranked else _no_description(),
        share=_share(texts, reading),
        keyphrases=[seed],
        example_ids=_ids(ranked),
    )


def _no_description() -> FieldNode[str]:
    return no_text(
        "No item that was collected speaks of this theme.",
        "Publish on this theme, connect the account that does, or name it in tier1.pillars_seed as the brand words it.",
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


def _inferred(number: int, theme: Theme, phrases: Sequence[str], reading: BundleReading, quoted: set[str]) -> Pillar:
    ranked = _most_engaging(theme.texts, reading)
    sources = [SourceRef(type="evidence", id=item_id) for item_id in _ids(ranked)]
    return Pillar(
        id=f"pillar-{number + 1}",
        name=inferred(_name(theme, phrases), sources),
        description=_description(ranked, phrases, reading, quoted),
        share=_share(theme.texts, reading),
        keyphrases=list(phrases[:_MAX_KEYPHRASES]),
        example_ids=_ids(ranked),
    )


def _name(theme: Theme, phrases: Sequence[str]) -> str:
    """The theme's anchor; one word that is no hashtag is made clearer by a second one that most of its texts hold."""
    anchor = phrases[0]
    second = next((phrase for phrase in phrases[1:] if phrase in theme.common_phrases), None)
    is_clear = second is None or theme.is_tagged or " " in anchor
    name = anchor if is_clear else f"{anchor} & {second}"
    return name[:1].upper() + name[1:]


def _description(
    ranked: Sequence[ItemText], phrases: Sequence[str], reading: BundleReading, quoted: set[str]
) -> FieldNode[str]:
    """Says how much there is of a theme, what of, and how it does, with a sentence that no other theme is shown by."""
    names = [platform_name(platform) for platform in sorted({text.item.platform for text in ranked})]
    parts = [f"{share_of(len(ranked), len(reading.items)).capitalize()}, on {listed(names)}."]
    if subjects := phrases[1 : _MAX_SUBJECTS + 1]:
        parts.append(f"Speaks of {listed(subjects)}.")
    parts += _engagement(ranked, reading)
    sources = [SourceRef(type="evidence", id=item_id) for item_id in _ids(ranked)]
    quote = _typical_sentence(ranked, phrases, reading, quoted)
    if quote is not None:
        quoted.add(quote.text)
        parts.append(f"In the brand's words: “{quote.text}”")
        sources.insert(0, quote.source())
    return inferred(" ".join(parts), sources)


def _engagement(ranked: Sequence[ItemText], reading: BundleReading) -> list[str]:
    """Says how a theme engages where that is far from usual: the middle of its items, each against its platform."""
    scores = [_relative_score(text, reading) for text in ranked if reading.scores[text.item.id] > 0]
    if len(scores) < 2 or 1 / _MARKED_DIFFERENCE < median(scores) < _MARKED_DIFFERENCE:
        return []
    return [f"Engages {number(median(scores))} times as much as the median item of its platform."]


def _typical_sentence(
    ranked: Sequence[ItemText], phrases: Sequence[str], reading: BundleReading, quoted: AbstractSet[str]
) -> Sentence | None:
    """The sentence with most of the theme's phrases, the first counted twice; of equals a short, engaging one."""
    wanted = [fold_text(phrase) for phrase in [*phrases[:1], *phrases]]
    sentences = [sentence for text in ranked for sentence in reading.sentences(text.item.id)]

    def weight(sentence: Sentence) -> tuple[int, bool]:
        said = fold_text(sentence.text)
        return sum(phrase in said for phrase in wanted), len(sentence.text) <= _READABLE_QUOTE

    fresh = [sentence for sentence in sentences if sentence.text not in quoted]
    return max(fresh or sentences, key=weight, default=None)


def _most_engaging(texts: Sequence[ItemText], reading: BundleReading) -> list[ItemText]:
    return sorted(texts, key=lambda text: (-_relative_score(text, reading), text.item.id))


def _relative_score(text: ItemText, reading: BundleReading) -> float:
    """An item's score over the median of its platform."""
    figures = reading.stats["engagement_stats"]["by_platform"].get(text.item.platform, {"median": 1.0})
    return reading.scores[text.item.id] / max(float(figures["median"]), 1.0)


def _ids(texts: Sequence[ItemText]) -> list[str]:
    return [text.item.id for text in texts[:_MAX_EXAMPLES]]


def _share(texts: Sequence[ItemText], reading: BundleReading) -> float:
    return round(len(texts) / len(reading.items), 6) if reading.items else 0.0
