"""Voice: tone tags by documented thresholds, do and don't in plain sentences, policies from figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError

from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_list, no_text
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, Sentence, cite
from brandbrain_dagster.domain.compile.extractive.wording import counted, listed, number, share_of
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, SourceRef, Voice
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.style_stats import EXCLAMATION, QUESTION, count_pronouns
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, Usage

MIN_ITEMS = 3
"""Fewer items than this show no habit."""
_MIN_SHOWING = 2
"""Items that must show a habit: once is no habit."""
_MAX_TAGS = 5
_SHORT_QUOTE = 110
"""Characters up to which a sentence reads well inside another one; longer ones come second."""
_EMOJI_USAGE = ((0.05, Usage.NONE), (1.0, Usage.MINIMAL), (4.0, Usage.MODERATE), (float("inf"), Usage.HEAVY))
"""Average emoji an item, up to which the usage is called so."""
_CTA_POLICY = ((0.05, CtaPolicy.NONE), (0.4, CtaPolicy.SOFT), (0.8, CtaPolicy.DIRECT), (1.01, CtaPolicy.AGGRESSIVE))
"""Share of items with a call to action, below which the policy is called so."""


@dataclass(frozen=True)
class VoiceFigures:
    """The figures that tone rests on, as shares of items (0..1) unless said otherwise."""

    item_count: int
    questions: float
    exclamations: float
    we: float
    you: float
    all_caps: float
    emoji: float
    emoji_each: float
    cta: float
    hooks: float
    words_each: float
    words_a_sentence: float

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "VoiceFigures":
        """Takes the figures from the blocks of a feature report."""
        style, emoji, cta, hooks = (
            stats[name] for name in ("style_stats", "emoji_stats", "cta_stats", "hook_marker_stats")
        )
        count = max(style["sample_size"], 1)
        speaking = style["pronoun_sample_size"] / count
        return cls(
            item_count=style["sample_size"],
            questions=style["questions_rate"],
            exclamations=style["exclamations_rate"],
            we=style["first_person_plural_rate"] * speaking,
            you=style["second_person_rate"] * speaking,
            all_caps=style["all_caps_words_rate"],
            emoji=emoji["items_with_emoji"] / count,
            emoji_each=emoji["overall_avg_count"],
            cta=cta["items_with_cta"] / count,
            hooks=hooks["items_with_hooks"] / count,
            words_each=stats["text_stats"]["avg_words"],
            words_a_sentence=stats["text_stats"]["avg_words_per_sentence"],
        )

    def holders(self, share: float) -> int:
        """Returns how many items a share of them is."""
        return round(share * self.item_count)


@dataclass(frozen=True)
class ToneRule:
    """A tag, its figure, and the threshold; ``shows`` tells a sentence that shows it (None: any item does)."""

    tag: str
    figure: Callable[[VoiceFigures], float]
    at_least: float
    shows: Callable[[Sentence], bool] | None = None


def _asks(sentence: Sentence) -> bool:
    return QUESTION.search(sentence.text) is not None


def _exclaims(sentence: Sentence) -> bool:
    return EXCLAMATION.search(sentence.text) is not None


def _says(person: str) -> Callable[[Sentence], bool]:
    return lambda sentence: count_pronouns(sentence.text, sentence.language)[person] > 0


TONE_RULES = (
    ToneRule("conversational", lambda figures: figures.questions, 0.35, _asks),
    ToneRule("direct to the reader", lambda figures: figures.you, 0.6, _says("second_person")),
    ToneRule("team-spirited", lambda figures: figures.we, 0.6, _says("first_person_plural")),
    ToneRule("enthusiastic", lambda figures: figures.exclamations, 0.4, _exclaims),
    ToneRule("playful", lambda figures: figures.emoji, 0.5),
    ToneRule("instructive", lambda figures: figures.hooks, 0.3),
    ToneRule("calm", lambda figures: 1 - figures.exclamations - figures.all_caps, 0.85),
    ToneRule("plain-spoken", lambda figures: 24 / (figures.words_a_sentence or 24) - 1, 1.0),
    ToneRule("story-led", lambda figures: figures.words_each / 100, 1.0),
    ToneRule("concise", lambda figures: 30 / (figures.words_each or 1000), 1.0),
)
"""Tone tags by threshold. ``plain-spoken`` is at most 12 words a sentence, ``story-led`` at least 100 words an item,
``concise`` at most 30; the others are shares of items (``calm``: those without exclamation and capitals)."""


def compile_voice(answers: OnboardingAnswers, reading: BundleReading) -> Voice:
    """Returns the voice: answered tone words and call-to-action posture, the rest from how the brand writes."""
    figures = VoiceFigures.of(reading.voice_stats)
    has_voice = figures.item_count >= MIN_ITEMS
    items = [text.item for text in reading.voice_texts]
    return Voice(
        tone_tags=_tone_tags(answers, figures, reading) if has_voice or answers.tone_words else no_list(),
        do=_habits(_dos(figures, reading), has_voice=has_voice),
        dont=_habits(_donts(answers, figures, items), has_voice=has_voice),
        cta_policy=_cta_policy(answers, figures, items),
        emoji_policy=_emoji_policy(figures, reading) if has_voice else no_text(),
    )


def _tone_tags(answers: OnboardingAnswers, figures: VoiceFigures, reading: BundleReading) -> FieldNode[list[str]]:
    if answers.tone_words:
        return answered(list(answers.tone_words), "tier0.tone_words")
    holding = [rule for rule in TONE_RULES if rule.figure(figures) >= rule.at_least]
    holding.sort(key=lambda rule: -rule.figure(figures) / rule.at_least)
    chosen = holding[:_MAX_TAGS]
    sources = [source for rule in chosen for source in _showing(rule.shows, reading)]
    return inferred([rule.tag for rule in chosen], sources) if chosen else no_list()


def _showing(shows: Callable[[Sentence], bool] | None, reading: BundleReading, *, limit: int = 2) -> list[SourceRef]:
    """Cites sentences that show a habit, the most engaging items first; whole items where no sentence shows it."""
    ranked = _ranked(reading)
    if shows is None:
        return cite(ranked, limit=limit)
    found = []
    for item in ranked:
        showing = [sentence for sentence in reading.sentences(item.id) if shows(sentence)]
        if showing:
            found.append(min(showing, key=lambda sentence: len(sentence.text) > _SHORT_QUOTE))
    found.sort(key=lambda sentence: len(sentence.text) > _SHORT_QUOTE)
    return [sentence.source() for sentence in found[:limit]] or cite(ranked, limit=limit)


def _ranked(reading: BundleReading) -> list[EvidenceItem]:
    items = [text.item for text in reading.voice_texts]
    return sorted(items, key=lambda item: (not item.flags.has_transcript, -reading.scores[item.id], item.id))


Habit = tuple[str, list[SourceRef]]


def _habits(habits: Iterator[Habit], *, has_voice: bool) -> FieldNode[list[str]]:
    found = list(habits) if has_voice else []
    if not found:
        return no_list()
    return inferred([text for text, _ in found], [source for _, sources in found for source in sources])


def _dos(figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    yield from _language_habit(reading)
    quoting = (
        (figures.questions, 0.25, "Ask your readers something", _asks),
        (figures.we, 0.4, "Say “we” and speak as a team", _says("first_person_plural")),
        (figures.you, 0.4, "Speak to the reader as “you”", _says("second_person")),
        (figures.exclamations, 0.4, "Show enthusiasm", _exclaims),
    )
    for share, at_least, advice, shows in quoting:
        is_habit = share >= at_least and figures.holders(share) >= _MIN_SHOWING
        sources = _showing(shows, reading, limit=1) if is_habit else []
        if sources and sources[0].quote:
            yield f"{advice}, as {_do(share, figures)}: “{sources[0].quote}”", sources
    yield from _phrase_habits(figures, reading)
    if figures.emoji >= 0.3:
        top = reading.voice_stats["emoji_stats"]["top_emoji"][:3]
        ids = [item_id for entry in top for item_id in entry["item_ids"]]
        symbols = " ".join(entry["emoji"] for entry in top)
        verb = "comes" if len(top) == 1 else "come"
        yield (
            f"Use emoji, about {number(figures.emoji_each)} an item; {symbols} {verb} most often.",
            _cited(ids, reading),
        )


def _language_habit(reading: BundleReading) -> Iterator[Habit]:
    shares = {code: share for code, share in reading.voice_stats["language_stats"]["shares"].items() if code != "und"}
    if not shares:
        return
    code = min(shares, key=lambda name: (-shares[name], name))
    items = [text.item for text in reading.voice_texts if text.language == code]
    name = language_name(code)
    if name and shares[code] >= 0.5 and items:
        yield (
            f"Write in {name}, the language of {share_of(len(items), len(reading.voice_texts))}.",
            cite(items, limit=3),
        )


def _phrase_habits(figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    kinds = (
        (figures.hooks, "hook_marker_stats", "top_hooks", "Open with a hook"),
        (figures.cta, "cta_stats", "top_ctas", "Invite people to act"),
    )
    for share, block, key, advice in kinds:
        top = [entry for entry in reading.voice_stats[block][key] if reading.is_allowed(entry["phrase"])][:3]
        if share >= 0.15 and figures.holders(share) >= _MIN_SHOWING and top:
            phrases = listed([f"“{entry['phrase']}”" for entry in top])
            ids = [item_id for entry in top for item_id in entry["item_ids"][:1]]
            yield f"{advice}, as {_do(share, figures)}, with {phrases}.", _cited(ids, reading)


def _donts(answers: OnboardingAnswers, figures: VoiceFigures, items: Sequence[EvidenceItem]) -> Iterator[Habit]:
    sources = cite(items, limit=3)
    is_pushing = answers.cta_posture in (CtaPolicy.DIRECT, CtaPolicy.AGGRESSIVE)
    if figures.all_caps <= 0.1:
        yield f"Don't shout: {_few(figures.all_caps, figures)} words in capitals.", sources
    if figures.exclamations <= 0.15:
        yield f"Don't exclaim: {_few(figures.exclamations, figures)} exclamation marks.", sources
    if figures.cta <= 0.25 and not is_pushing:
        asking = figures.holders(figures.cta)
        asks = f"only {_of(asking, figures, 'asks', 'ask')}" if asking else f"none of {figures.item_count} items asks"
        yield f"Don't push: {asks} readers to act.", sources
    if figures.emoji <= 0.05:
        yield "Don't use emoji: the brand's own texts have next to none.", sources
    if 0 < figures.words_each <= 30:
        yield f"Don't write long: texts have {counted(round(figures.words_each), 'word')} on average.", sources


def _cta_policy(
    answers: OnboardingAnswers, figures: VoiceFigures, items: Sequence[EvidenceItem]
) -> FieldNode[CtaPolicy]:
    if answers.cta_posture:
        return answered(answers.cta_posture, "tier0.cta_posture")
    if figures.item_count < MIN_ITEMS:
        return no_text()
    policy = next(policy for below, policy in _CTA_POLICY if figures.cta < below)
    return inferred(policy, cite(items))


def _emoji_policy(figures: VoiceFigures, reading: BundleReading) -> FieldNode[Usage]:
    usage = next(usage for up_to, usage in _EMOJI_USAGE if figures.emoji_each <= up_to)
    ids = [item_id for entry in reading.voice_stats["emoji_stats"]["top_emoji"] for item_id in entry["item_ids"]]
    return inferred(usage, _cited(ids, reading) or cite(_ranked(reading)))


def language_name(code: str) -> str | None:
    """Returns the English name of a language code, or None for one that is not known."""
    try:
        return Locale.parse(code).get_language_name("en")
    except (UnknownLocaleError, ValueError):
        return None


def _few(share: float, figures: VoiceFigures) -> str:
    count = figures.holders(share)
    return f"only {_of(count, figures, 'has', 'have')}" if count else f"none of {figures.item_count} items has"


def _do(share: float, figures: VoiceFigures) -> str:
    return _of(figures.holders(share), figures, "does", "do")


def _of(count: int, figures: VoiceFigures, one: str, many: str) -> str:
    return share_of(count, figures.item_count, one=one, many=many)


def _cited(item_ids: Sequence[str], reading: BundleReading) -> list[SourceRef]:
    return cite([reading.by_id[item_id] for item_id in dict.fromkeys(item_ids) if item_id in reading.by_id])
