"""Platform profiles: the people's rules, and what the figures of each platform show, in plain sentences."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from brandbrain_dagster.domain.compile.extractive.examples import evidence_ref
from brandbrain_dagster.domain.compile.extractive.field_nodes import inferred, no_list, no_text
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, cite
from brandbrain_dagster.domain.compile.extractive.voice_figures import has_words
from brandbrain_dagster.domain.compile.extractive.wording import counted, listed, number, platform_name, share_of
from brandbrain_dagster.domain.compile.snapshot_schema import EvidenceRef, FieldNode, PlatformProfile
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_blocks
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.language_detection import UNDETERMINED
from brandbrain_dagster.domain.features.samples import percentile
from brandbrain_dagster.domain.onboarding.platform_rules import PlatformRules
from brandbrain_dagster.domain.platforms.registry import capability_of_content

MIN_ITEMS = 3
"""Fewer items than this show no habit of a platform."""
_TOP_EXAMPLES = 3
_OF_PAGES = ("A website has no rhythm, formats or hashtags.", "Connect a social account to see the brand's.")
_CLEARLY = 1.2
"""How many times the usual engagement a weekday gets before it is called better."""
_MIN_FOR_TIMES = 8
"""Dated items below which comparing weekdays is reading tea leaves."""


class PlatformReading:
    """One platform's part of a bundle and of its feature report."""

    def __init__(self, platform: str, reading: BundleReading) -> None:
        self.platform = platform
        self.reading = reading
        self.items = [item for item in reading.items if item.platform == platform]
        self.own_texts = [text for text in reading.texts if text.item.platform == platform]
        self.dated = [item for item in self.items if item.published_at]
        self.ranked = sorted(self.items, key=lambda item: (-reading.scores[item.id], item.id))
        self.median_score = median(reading.scores[item.id] for item in self.items) if self.items else 0.0

    def silence(self) -> tuple[str, str]:
        """Returns (reason, next step) where there are too few items to show a habit."""
        name = platform_name(self.platform)
        if not self.items:
            return f"Nothing was collected from {name}.", f"Check that the source on {name} is right and public."
        return (
            f"Only {counted(len(self.items), 'item')} came from {name}, and a habit shows from {MIN_ITEMS} on.",
            f"Compile again when there is more on {name}.",
        )

    def figures(self, block: str) -> Mapping[str, Any]:
        """Returns this platform's figures of a block of the feature report; empty where it has none."""
        found: Mapping[str, Any] = self.reading.stats[block]["by_platform"].get(self.platform, {})
        return found


def compile_platform_profile(platform: str, rules: PlatformRules | None, reading: BundleReading) -> PlatformProfile:
    """Returns the profile of one platform; what there is too little to go by says so."""
    view = PlatformReading(platform, reading)
    is_social = not view.items or bool(capability_weights(view.items))
    has_habits = len(view.items) >= MIN_ITEMS
    silent = view.silence() if is_social else _OF_PAGES
    return PlatformProfile(
        platform=platform,
        rules=rules,
        cadence=_cadence(view) if is_social else no_text(*silent),
        formats=_formats(view) if is_social and has_habits else no_list(*silent),
        length=_length(view) if has_habits else no_text(*view.silence()),
        hashtags=_hashtags(view) if is_social and has_habits else no_text(*silent),
        best_times=_best_times(view) if is_social else no_text(*silent),
        hooks=_phrases(view, _top(view, "hook_marker_stats", "top_hooks"), "opens with a hook that is known"),
        cta=_phrases(view, _top(view, "cta_stats", "top_ctas"), "asks for anything in words that are known"),
        top_examples=_top_examples(view) if is_social else [],
    )


def capability_weights(items: Sequence[EvidenceItem]) -> Mapping[str, float]:
    """Returns the engagement weights of the items' platform; a web page has none: no cadence, no format either."""
    return capability_of_content(items[0].platform, items[0].content_type).engagement_weights if items else {}


def _cadence(view: PlatformReading) -> FieldNode[str]:
    figures = view.figures("cadence_stats")
    if len(view.dated) < MIN_ITEMS:
        return no_text(*view.silence()) if len(view.items) < MIN_ITEMS else no_text(*_undated(view))
    if figures["span_days"] < 1:
        return no_text("All items are of one day.", "Compile again when more has been published.")
    days = [day for day, count in figures["weekday_counts"].items() if count == max(figures["weekday_counts"].values())]
    text = (
        f"At least {counted(figures['posts_per_week'], 'item')} a week: {len(view.dated)} collected within "
        f"{counted(round(figures['span_days']), 'day')}, the longest pause "
        f"{counted(figures['longest_gap_days'], 'day')}."
    )
    if len(days) <= 2:
        text += f" Most often on {listed([f'{day.capitalize()}s' for day in days])}."
    return inferred(text, cite(_newest(view.dated)))


def _undated(view: PlatformReading) -> tuple[str, str]:
    return (
        f"Only {counted(len(view.dated), 'item')} of {len(view.items)} came with a time of publishing.",
        f"Check what the source on {platform_name(view.platform)} returns.",
    )


def _formats(view: PlatformReading) -> FieldNode[list[str]]:
    groups: dict[str, list[EvidenceItem]] = defaultdict(list)
    for item in view.items:
        groups[capability_of_content(item.platform, item.content_type).content_format(item)].append(item)
    scores = view.reading.scores
    entries = []
    for name, items in sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        typical = median(scores[item.id] for item in items)
        entries.append(
            f"{name.replace('_', ' ')}: {len(items)} of {len(view.items)}, median engagement score {number(typical)}"
        )
    return inferred(entries, cite(view.ranked))


def _length(view: PlatformReading) -> FieldNode[str]:
    """The middle item and the middle half of them, in words where all languages are told in words."""
    texts = [text for text in view.own_texts if text.prose.strip()]
    if len(texts) < MIN_ITEMS:
        return no_text(
            f"Only {counted(len(texts), 'item')} of {len(view.items)} has any text.", "Connect an account that writes."
        )
    characters = [len(text.item.text_primary) for text in texts]
    parts = [_middle(characters, "character")]
    if all(text.language == UNDETERMINED or has_words(text.language) for text in texts):
        parts.insert(0, _middle([len(WORD.findall(text.prose)) for text in texts], "word"))
    return inferred(f"Typically {', '.join(parts)}.", cite(view.ranked))


def _middle(values: Sequence[int], noun: str) -> str:
    low, middle, high = (round(percentile(values, share)) for share in (0.25, 0.5, 0.75))
    spread = "" if low == high else f" (half have {low:,} to {high:,})"
    return f"{counted(middle, noun)}{spread}"


_USUAL = re.compile(r"(\d[\d,]*) (word|character)s?(?: \(half have (\d[\d,]*) to (\d[\d,]*)\))?")


def read_length(text: str) -> tuple[int, int, str] | None:
    """Reads (low, high, "word" or "character") back from what a profile says of the usual length of a platform's texts.

    None where it is told in other words, as people may.
    """
    found = _USUAL.search(text)
    if found is None or not text.startswith("Typically "):
        return None
    middle, noun, low, high = found.groups()
    return _as_count(low or middle), _as_count(high or middle), noun


def _as_count(figure: str) -> int:
    return int(figure.replace(",", ""))


def _hashtags(view: PlatformReading) -> FieldNode[str]:
    figures = view.figures("hashtag_stats")
    using = figures["items_with_hashtags"]
    if not using:
        return inferred(f"None: not one of {len(view.items)} items has any.", cite(view.ranked))
    allowed = [entry for entry in figures["top_hashtags"] if view.reading.is_allowed(entry["hashtag"])]
    usual = [entry for entry in allowed if entry["item_count"] > 1]
    top = [f"#{entry['hashtag']} ({entry['item_count']})" for entry in usual][:5]
    once = [f"#{entry['hashtag']}" for entry in allowed][:3]
    holding = share_of(using, len(view.items), one="has", many="have")
    text = f"{number(figures['avg_count'])} an item on average; {holding} any"
    shown = f"; most often {listed(top)}" if top else f"; for example {listed(once)}" if once else ""
    return inferred(f"{text}{shown}.", cite(item for item in view.ranked if item.hashtags))


def _best_times(view: PlatformReading) -> FieldNode[str]:
    """The weekday whose items engage most, of those with several items, if it is clearly better than the others."""
    if len(view.dated) < _MIN_FOR_TIMES:
        return no_text(
            f"{_counted_dated(view)}; weekdays can be compared from {_MIN_FOR_TIMES} on.",
            f"Compile again when there is more on {platform_name(view.platform)}.",
        )
    by_day: dict[str, list[EvidenceItem]] = defaultdict(list)
    for item in view.dated:
        by_day[f"{item.published_at:%A}"].append(item)
    scores = view.reading.scores
    typical = {
        day: median(scores[item.id] for item in items) for day, items in by_day.items() if len(items) >= MIN_ITEMS
    }
    day = min(typical, key=lambda name: (-typical[name], name), default=None)
    if day is None or len(by_day) < 2 or typical[day] < _CLEARLY * view.median_score or not typical[day]:
        return no_text(
            "No weekday does clearly better than the others.", "Compile again when there is more to compare."
        )
    hours = Counter(item.published_at.hour for item in by_day[day] if item.published_at)
    hour = min(hours, key=lambda number: (-hours[number], number))
    text = (
        f"{day}s do best: median engagement score {number(typical[day])} over {len(by_day[day])} items, against "
        f"{number(view.median_score)} on all days"
    )
    text += f"; most of them around {hour:02}:00 UTC." if hours[hour] * 2 > len(by_day[day]) else "."
    return inferred(text, cite(sorted(by_day[day], key=lambda item: (-scores[item.id], item.id))))


def _counted_dated(view: PlatformReading) -> str:
    return f"Only {counted(len(view.dated), 'dated item')} came from {platform_name(view.platform)}"


def _top(view: PlatformReading, block: str, key: str) -> Sequence[Mapping[str, Any]]:
    """Returns the phrases of a block that most of the platform's own items hold; pages are no part of the voice."""
    voice = view.reading.voice_stats[block]["by_platform"].get(view.platform)
    found: Sequence[Mapping[str, Any]] = (voice or build_blocks(view.own_texts, [block])[block])[key]
    return found


def _phrases(view: PlatformReading, entries: Sequence[Mapping[str, Any]], said: str) -> FieldNode[list[str]]:
    top = [entry for entry in entries if view.reading.is_allowed(entry["phrase"])][:5]
    if not top and len(view.items) < MIN_ITEMS:
        return no_list(*view.silence())
    if not top:
        return no_list(f"None of {len(view.items)} items {said}.", "Say in tier2.platform_rules what is wanted here.")
    ids = dict.fromkeys(item_id for entry in top for item_id in entry["item_ids"])
    cited = cite(view.reading.by_id[item_id] for item_id in ids)
    return inferred(
        [f"{entry['phrase']} (in {share_of(entry['item_count'], len(view.items))})" for entry in top], cited
    )


def _top_examples(view: PlatformReading) -> list[EvidenceRef]:
    own = {text.item.id for text in view.own_texts}
    best = [item for item in view.ranked if view.reading.scores[item.id] > 0 and item.id in own]
    return [evidence_ref(item, view.reading, why=_why(item, view)) for item in best[:_TOP_EXAMPLES]]


def _why(item: EvidenceItem, view: PlatformReading) -> str:
    score = view.reading.scores[item.id]
    if view.median_score and score >= 1.1 * view.median_score:
        return f"{number(score / view.median_score)} times the median engagement on {platform_name(view.platform)}"
    return f"among the most engaging on {platform_name(view.platform)} (score {number(score)})"


def _newest(items: Sequence[EvidenceItem]) -> list[EvidenceItem]:
    return sorted(items, key=lambda item: (-(item.published_at or item.first_seen_at).timestamp(), item.id))
