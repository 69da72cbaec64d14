"""Where the answers and the evidence contradict each other: what the brand wants to be, and what it does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from brandbrain_dagster.domain.compile.emoji_ban import names_emoji, rules_out_emoji
from brandbrain_dagster.domain.compile.extractive.wording import platform_name
from brandbrain_dagster.domain.compile.taboo_terms import TabooTerms
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.cadence_stats import posts_per_week
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.onboarding.platform_rules import (
    CtaPolicy,
    HashtagPolicy,
    LinkPolicy,
    PlatformRules,
    Usage,
)
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.subject import QaSubject

_AT_LEAST_ITEMS = 2
"""Once is no habit."""
_OFTEN = 0.25
_MANY_CTAS = 0.4
_FEW_CTAS = 0.05
_ENOUGH_ITEMS = 8
"""Items from which it says something that hardly any does a thing."""
_TIMES_OFF = 2.0
"""Factor by which a measured cadence contradicts a rule."""
_NEWEST = 3
"""Newest items of a platform that every bundle holds; between them nothing was left out."""
MINIMAL_HASHTAGS, HEAVY_HASHTAGS = 5.0, 1.0
"""Average hashtags an item above which use is not minimal, and below which it is not heavy."""


class Habit(NamedTuple):
    """Items that show something: ``block`` and ``figure`` (a count, or a share called ``…_rate``) of the report."""

    block: str
    figure: str
    said: str

    def holders(self, subject: QaSubject, platform: str) -> tuple[int, int]:
        """Returns how many items of the platform show it, and of how many."""
        figures = _figures(subject, self.block, platform)
        total = figures.get("sample_size", 0)
        found = figures.get(self.figure, 0)
        return (round(found * total) if self.figure.endswith("_rate") else found), total


_WITH_EMOJI = Habit("emoji_stats", "items_with_emoji", "have emoji")
_WITH_EXCLAMATIONS = Habit("style_stats", "exclamations_rate", "have exclamation marks")
_WITH_CTA = Habit("cta_stats", "items_with_cta", "ask readers to act")
_WITH_HASHTAGS = Habit("hashtag_stats", "items_with_hashtags", "have hashtags")
_WITH_LINKS = Habit("style_stats", "links_rate", "have links")

_TONES: tuple[tuple[str, Habit, float], ...] = (
    ("calm quiet restrained understated sober serene kalm rustig ingetogen ruhig", _WITH_EXCLAMATIONS, 0.5),
    ("formal serious sober corporate academic formeel zakelijk formell sachlich", _WITH_EMOJI, 0.5),
)
"""Words for a tone, the habit that contradicts it, and the share of items (0..1) from which it does."""


def find_contradictions(subject: QaSubject) -> Iterator[Finding]:
    """Finds every answer that the evidence contradicts."""
    return chain.from_iterable(rule(subject) for rule in _RULES)


def _emoji(subject: QaSubject) -> Iterator[Finding]:
    answers = subject.answers
    worded = [*answers.tone_words, *answers.risk_boundaries]
    is_ruled_out = any(map(names_emoji, answers.taboos)) or any(map(rules_out_emoji, worded))
    for platform in _social(subject):
        patterns = _rules(subject, platform).forbidden_patterns or []
        if is_ruled_out or any(map(names_emoji, patterns)):
            yield from _shown(subject, platform, _WITH_EMOJI, "voice.emoji_policy", "the answers rule emoji out")


def _tone(subject: QaSubject) -> Iterator[Finding]:
    words = {word for text in subject.answers.tone_words for word in WORD.findall(fold_text(text))}
    for tones, habit, at_least in _TONES:
        for word in sorted(words.intersection(tones.split())):
            for platform in _social(subject):
                said = f"the answers call the tone {word}"
                yield from _shown(subject, platform, habit, "voice.tone_tags", said, at_least=at_least)


def _calls_to_action(subject: QaSubject) -> Iterator[Finding]:
    for platform in _social(subject):
        override = _rules(subject, platform).cta_policy_override
        path = f"platform_profiles.{platform}.rules" if override else "voice.cta_policy"
        policy = override or subject.answers.cta_posture
        if policy is CtaPolicy.NONE:
            said = "the answers want no calls to action"
            yield from _shown(subject, platform, _WITH_CTA, path, said, at_least=_MANY_CTAS)
        count, total = _WITH_CTA.holders(subject, platform)
        if policy in (CtaPolicy.DIRECT, CtaPolicy.AGGRESSIVE) and total >= _ENOUGH_ITEMS and count <= _FEW_CTAS * total:
            said = f"the answers want {policy.value} calls to action"
            yield Finding(path, f"{said}, but {count} of {total} items on {platform_name(platform)} ask readers to act")


def _cadence(subject: QaSubject) -> Iterator[Finding]:
    """A bundle leaves items out: its rhythm is a lower bound, and that of its newest items an upper one."""
    for platform in _social(subject):
        wanted = _rules(subject, platform).cadence_per_week
        times = sorted(item.published_at for item in _items_of(subject, platform) if item.published_at)[-_NEWEST:]
        if wanted is None or len(times) < _NEWEST:
            continue
        measured = float(_figures(subject, "cadence_stats", platform).get("posts_per_week", 0.0))
        recent = posts_per_week(times)
        if measured > _TIMES_OFF * wanted or 0 < recent < wanted / _TIMES_OFF:
            rate = measured if measured > _TIMES_OFF * wanted else recent
            text = f"the answers want {wanted:g} items a week, but {platform_name(platform)} gets about {rate:.1f}"
            yield Finding(f"platform_profiles.{platform}.cadence", text)


def _hashtags(subject: QaSubject) -> Iterator[Finding]:
    for platform in _social(subject):
        policy = _rules(subject, platform).hashtag_policy
        if policy is None:
            continue
        path = f"platform_profiles.{platform}.hashtags"
        if policy.usage is Usage.NONE:
            yield from _shown(subject, platform, _WITH_HASHTAGS, path, "the answers want no hashtags")
        elif _has_other_count(policy, subject, platform):
            average = _figures(subject, "hashtag_stats", platform)["avg_count"]
            most = "" if policy.max_count is None else f", {policy.max_count} at most"
            has = f"items on {platform_name(platform)} have {average:.1f} on average"
            yield Finding(path, f"the answers want {policy.usage.value} hashtags{most}, but {has}")


def _has_other_count(policy: HashtagPolicy, subject: QaSubject, platform: str) -> bool:
    figures = _figures(subject, "hashtag_stats", platform)
    average = figures.get("avg_count", 0.0)
    if policy.max_count is not None and average > policy.max_count:
        return True
    if policy.usage is Usage.HEAVY:
        return bool(figures.get("sample_size", 0) >= _ENOUGH_ITEMS and average < HEAVY_HASHTAGS)
    return bool(policy.usage is Usage.MINIMAL and average > MINIMAL_HASHTAGS)


def _links(subject: QaSubject) -> Iterator[Finding]:
    for platform in _social(subject):
        policy = _rules(subject, platform).link_policy
        if policy in (LinkPolicy.NEVER, LinkPolicy.BIO_ONLY, LinkPolicy.COMMENTS_ONLY):
            path = f"platform_profiles.{platform}.rules"
            yield from _shown(subject, platform, _WITH_LINKS, path, "the answers want no links in posts")


def _forbidden_words(subject: QaSubject) -> Iterator[Finding]:
    yield from _said(subject, sorted(subject.items), subject.answers.taboos, "constraints.taboos")
    for platform in _social(subject):
        ids = [item.id for item in _items_of(subject, platform)]
        patterns = _rules(subject, platform).forbidden_patterns or []
        yield from _said(subject, ids, patterns, f"platform_profiles.{platform}.rules")


_RULES: tuple[Callable[[QaSubject], Iterator[Finding]], ...] = (
    _emoji,
    _tone,
    _calls_to_action,
    _cadence,
    _hashtags,
    _links,
    _forbidden_words,
)


def _shown(
    subject: QaSubject, platform: str, habit: Habit, path: str, said: str, *, at_least: float = _OFTEN
) -> Iterator[Finding]:
    """Finds a habit that at least this share of a platform's items shows."""
    count, total = habit.holders(subject, platform)
    if count >= max(_AT_LEAST_ITEMS, at_least * total):
        yield Finding(path, f"{said}, but {count} of {total} items on {platform_name(platform)} {habit.said}")


def _said(subject: QaSubject, item_ids: Sequence[str], terms: Sequence[str], path: str) -> Iterator[Finding]:
    """Finds terms that are forbidden and that the brand's own items often hold."""
    taboos = TabooTerms(terms)
    own = [item for item in map(subject.items.__getitem__, item_ids) if _is_own(item)]
    held = [taboos.held_by(f"{item.text_primary}\n{item.text_secondary or ''}") for item in own]
    found = [term for term in held if term is not None]
    if len(found) >= max(_AT_LEAST_ITEMS, _OFTEN * len(own)):
        yield Finding(path, f"“{min(found)}” is not to be said, but {len(found)} of {len(own)} items say such a thing")


def _is_own(item: EvidenceItem) -> bool:
    return not item.flags.is_repost and item.flags.is_own_account is not False


def _social(subject: QaSubject) -> list[str]:
    return sorted({item.platform for item in subject.items.values()} - {"web"})


def _items_of(subject: QaSubject, platform: str) -> list[EvidenceItem]:
    return [item for _, item in sorted(subject.items.items()) if item.platform == platform]


def _rules(subject: QaSubject, platform: str) -> PlatformRules:
    return subject.answers.platform_rules.get(platform) or PlatformRules()


def _figures(subject: QaSubject, block: str, platform: str) -> Mapping[str, Any]:
    figures: Mapping[str, Any] = subject.stats.get(block, {}).get("by_platform", {}).get(platform, {})
    return figures
