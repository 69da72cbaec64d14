"""Do and don't: what the brand does again and again, and what it leaves out, counted, and in its own words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from babel import Locale, UnknownLocaleError

from brandbrain_dagster.domain.compile.extractive.field_nodes import inferred, no_list
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, cite
from brandbrain_dagster.domain.compile.extractive.tone import (
    MIN_ITEMS,
    Shows,
    asks,
    asks_the_reader,
    exclaims,
    is_calm,
    is_short,
    says,
    showing,
    too_little_voice,
)
from brandbrain_dagster.domain.compile.extractive.voice_figures import VoiceFigures
from brandbrain_dagster.domain.compile.extractive.wording import counted, listed, number, share_of
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, SourceRef
from brandbrain_dagster.domain.features.lexicon import read_lexicon_file
from brandbrain_dagster.domain.features.style_stats import find_pronouns
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy

_MIN_SHOWING = 2
"""Items that must show a habit: once is no habit."""
_FEW_WORDS_EACH, _MANY_WORDS_EACH, _FEW_WORDS_A_SENTENCE = 30, 100, 12
"""In English words; the thresholds of the tone tags."""

Habit = tuple[str, list[SourceRef]]
"""A sentence, and what it rests on."""


def compile_dos(figures: VoiceFigures, reading: BundleReading) -> FieldNode[list[str]]:
    """Returns what the brand does."""
    return _habits(_dos(figures, reading), figures, "does again and again")


def compile_donts(answers: OnboardingAnswers, figures: VoiceFigures, reading: BundleReading) -> FieldNode[list[str]]:
    """Returns what the brand leaves out."""
    return _habits(_donts(answers, figures, reading), figures, "plainly leaves out")


def _habits(habits: Iterator[Habit], figures: VoiceFigures, said: str) -> FieldNode[list[str]]:
    if figures.item_count < MIN_ITEMS:
        return no_list(*too_little_voice(figures, "Answer tier0.tone_words"))
    found = list(habits)
    if not found:
        return no_list(f"Nothing shows that the brand {said}.", "Override this field with what its people know.")
    return inferred([text for text, _ in found], [source for _, sources in found for source in sources])


def _dos(figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    yield from _language(reading)
    we = _as_we(*_usual_word("first_person_plural", reading))
    you = _to_you(*_usual_word("second_person", reading))
    quoting: tuple[tuple[float, float, str, tuple[Shows, ...]], ...] = (
        (figures.questions, 0.25, "Ask your readers something", (asks_the_reader, asks)),
        (figures.we, 0.4, we, (says("first_person_plural"),)),
        (figures.you, 0.4, you, (says("second_person"),)),
        (figures.exclamations, 0.4, "Show enthusiasm", (exclaims,)),
    )
    for share, at_least, advice, kinds in quoting:
        if share >= at_least and figures.holders(share) >= _MIN_SHOWING:
            yield from _quoting(f"{advice}, as {_do(share, figures)}", kinds, reading)
    yield from _phrases(figures, reading)
    yield from _emoji(figures, reading)
    yield from _lengths(figures, reading)


def _quoting(advice: str, kinds: Sequence[Shows], reading: BundleReading) -> Iterator[Habit]:
    """Tells a habit with a sentence of the first kind that any sentence is of."""
    for shows in kinds:
        sources = showing(shows, reading, limit=1)
        if sources and sources[0].quote:
            yield f"{advice}: “{sources[0].quote}”", sources
            return


def _usual_word(person: str, reading: BundleReading) -> tuple[str | None, str]:
    """Returns the word by which the brand mostly calls a person, and how that sounds where its language tells."""
    lexicon = read_lexicon_file("pronouns")
    counts: Counter[str] = Counter()
    distances: Counter[bool] = Counter()
    for text in reading.voice_texts:
        words = set(find_pronouns(text.voice_prose, text.language, person))
        counts.update(words.intersection(lexicon[f"{person}_subjects"].get(text.language, [])))
        formal = lexicon["formal"].get(text.language)
        if formal and person == "second_person":
            distances.update({word in formal for word in words})
    usual = [word for word in counts if counts[word] >= _MIN_SHOWING and reading.is_allowed(word)]
    register = ""
    if distances[True] != distances[False]:
        register = "formally" if distances[True] > distances[False] else "informally"
    return min(usual, key=lambda word: (-counts[word], word), default=None), register


def _as_we(word: str | None, _: str) -> str:
    return f"Say “{word}” and speak as a team" if word else "Speak as a team"


def _to_you(word: str | None, register: str) -> str:
    advice = f"Speak to the reader as “{word}”" if word else "Speak to the reader directly"
    return f"{advice}, {register}" if register else advice


def _language(reading: BundleReading) -> Iterator[Habit]:
    shares = {code: share for code, share in reading.voice_stats["language_stats"]["shares"].items() if code != "und"}
    if not shares:
        return
    code = min(shares, key=lambda name: (-shares[name], name))
    items = [text.item for text in reading.voice_texts if text.language == code]
    name = language_name(code)
    if name and shares[code] >= 0.5 and items:
        others = [other for other in reading.second_languages.values() if other != code]
        second = Counter(others).most_common(1)
        twice = f"; {second[0][1]} of them say it again in {language_name(second[0][0])}" if _is_habit(second) else ""
        yield (
            f"Write in {name}, the language of {share_of(len(items), len(reading.voice_texts))}{twice}.",
            cite(items, limit=3),
        )


def _is_habit(most_common: Sequence[tuple[str, int]]) -> bool:
    return bool(most_common) and most_common[0][1] >= _MIN_SHOWING


def _phrases(figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    kinds = (
        (figures.hooks, "hook_marker_stats", "top_hooks", "Open with a hook"),
        (figures.cta, "cta_stats", "top_ctas", "Invite people to act"),
    )
    for share, block, key, advice in kinds:
        top = [entry for entry in reading.voice_stats[block][key] if reading.is_allowed(entry["phrase"])][:3]
        if share >= 0.15 and figures.holders(share) >= _MIN_SHOWING and top:
            # A phrase stands for its variants too, so it is no quotation.
            phrases = listed([entry["phrase"] for entry in top])
            ids = [item_id for entry in top for item_id in entry["item_ids"][:1]]
            yield f"{advice}, as {_do(share, figures)}; most often with {phrases}.", reading.cited(ids)


def _emoji(figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    top = [entry for entry in reading.voice_stats["emoji_stats"]["top_emoji"] if reading.is_allowed(entry["emoji"])][:3]
    if figures.emoji >= 0.3 and top:
        symbols = " ".join(entry["emoji"] for entry in top)
        verb = "comes" if len(top) == 1 else "come"
        using = share_of(figures.holders(figures.emoji), figures.item_count, one="has", many="have")
        yield (
            f"Use emoji, about {number(figures.emoji_each)} an item ({using} any); {symbols} {verb} most often.",
            reading.cited([item_id for entry in top for item_id in entry["item_ids"]]),
        )


def _lengths(figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    if 0 < figures.words_a_sentence <= _FEW_WORDS_A_SENTENCE:
        sources = showing(is_short, reading, limit=1)
        example = f", as in “{sources[0].quote}”" if sources and sources[0].quote else "."
        yield f"Keep sentences short: {counted(figures.shown_words_a_sentence, 'word')} on average{example}", sources
    if figures.words_each >= _MANY_WORDS_EACH:
        longest = sorted(reading.voice_texts, key=lambda text: (-len(text.prose), text.item.id))
        yield (
            f"Take the room to tell it: {counted(round(figures.shown_words_each), 'word')} an item on average.",
            cite((text.item for text in longest), limit=2),
        )


def _donts(answers: OnboardingAnswers, figures: VoiceFigures, reading: BundleReading) -> Iterator[Habit]:
    sources = cite((text.item for text in reading.voice_texts), limit=3)
    calm = showing(is_calm, reading, limit=1)
    plainly = f"; “{calm[0].quote}” does without" if calm and calm[0].quote else ""
    if figures.exclamations <= 0.15:
        yield f"Don't exclaim: {_few(figures.exclamations, figures)} exclamation marks{plainly}.", [*sources, *calm]
    if figures.all_caps <= 0.1:
        yield f"Don't shout: {_few(figures.all_caps, figures)} words in capitals.", sources
    is_pushing = answers.cta_posture in (CtaPolicy.DIRECT, CtaPolicy.AGGRESSIVE)
    if figures.cta <= 0.25 and not is_pushing:
        asking = figures.holders(figures.cta)
        told = f"only {_of(asking, figures, 'asks', 'ask')}" if asking else f"none of {figures.item_count} items asks"
        yield f"Don't push: {told} readers to act.", sources
    if figures.emoji <= 0.05:
        count = figures.holders(figures.emoji)
        yield f"Don't use emoji: {f'only {count}' if count else 'none'} of {figures.item_count} items has any.", sources
    if 0 < figures.words_each <= _FEW_WORDS_EACH:
        yield f"Don't write long: {counted(round(figures.shown_words_each), 'word')} an item on average.", sources


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
