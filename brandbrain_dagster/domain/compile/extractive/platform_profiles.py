"""Platform profiles: the people's rules, and what the figures of each platform show, in plain sentences."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from brandbrain_dagster.domain.compile.extractive.examples import evidence_ref
from brandbrain_dagster.domain.compile.extractive.field_nodes import inferred, no_list, no_text
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, cite
from brandbrain_dagster.domain.compile.extractive.wording import counted, listed, number, platform_name, share_of
from brandbrain_dagster.domain.compile.snapshot_schema import EvidenceRef, FieldNode, PlatformProfile
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.cta_stats import cta_stats
from brandbrain_dagster.domain.features.hook_marker_stats import hook_marker_stats
from brandbrain_dagster.domain.onboarding.platform_rules import PlatformRules
from brandbrain_dagster.domain.platforms.registry import capability_of_content

MIN_ITEMS = 3
"""Fewer items than this show no habit of a platform."""
_TOP_EXAMPLES = 3
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

    def figures(self, block: str) -> Mapping[str, Any]:
        """Returns this platform's figures of a block of the feature report; empty where it has none."""
        found: Mapping[str, Any] = self.reading.stats[block]["by_platform"].get(self.platform, {})
        return found


def compile_platform_profile(platform: str, rules: PlatformRules | None, reading: BundleReading) -> PlatformProfile:
    """Returns the profile of one platform, thin where there is little to go by."""
    view = PlatformReading(platform, reading)
    has_habits = len(view.items) >= MIN_ITEMS
    is_social = bool(capability_weights(view.items))
    return PlatformProfile(
        platform=platform,
        rules=rules,
        cadence=_cadence(view) if is_social else no_text(),
        formats=_formats(view) if is_social and has_habits else no_list(),
        length=_length(view) if has_habits else no_text(),
        hashtags=_hashtags(view) if is_social and has_habits else no_text(),
        best_times=_best_times(view) if is_social else no_text(),
        hooks=_phrases(view, hook_marker_stats(view.own_texts)["top_hooks"]),
        cta=_phrases(view, cta_stats(view.own_texts)["top_ctas"]),
        top_examples=_top_examples(view) if is_social else [],
    )


def capability_weights(items: Sequence[EvidenceItem]) -> Mapping[str, float]:
    """Returns the engagement weights of the items' platform; a web page has none: no cadence, no format either."""
    return capability_of_content(items[0].platform, items[0].content_type).engagement_weights if items else {}


def _cadence(view: PlatformReading) -> FieldNode[str]:
    figures = view.figures("cadence_stats")
    if len(view.dated) < MIN_ITEMS or figures["span_days"] < 1:
        return no_text()
    days = [day for day, count in figures["weekday_counts"].items() if count == max(figures["weekday_counts"].values())]
    text = (
        f"About {counted(figures['posts_per_week'], 'item')} a week: {len(view.dated)} in "
        f"{counted(round(figures['span_days']), 'day')}, the longest pause "
        f"{counted(figures['longest_gap_days'], 'day')}."
    )
    if len(days) <= 2:
        text += f" Most often on {listed([f'{day.capitalize()}s' for day in days])}."
    return inferred(text, cite(_newest(view.dated)))


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
    figures = view.figures("text_stats")
    text = (
        f"{counted(round(figures['avg_words']), 'word')} on average "
        f"({counted(round(figures['avg_text_primary_length']), 'character')}, "
        f"from {figures['min_length']:,} to {figures['max_length']:,})."
    )
    return inferred(text, cite(view.ranked))


def _hashtags(view: PlatformReading) -> FieldNode[str]:
    figures = view.figures("hashtag_stats")
    using = figures["items_with_hashtags"]
    if not using:
        return inferred(f"None: not one of {len(view.items)} items has any.", cite(view.ranked))
    top = [f"#{entry['hashtag']}" for entry in figures["top_hashtags"] if view.reading.is_allowed(entry["hashtag"])][:5]
    holding = share_of(using, len(view.items), one="has", many="have")
    text = f"{number(figures['avg_count'])} an item on average; {holding} any"
    holders = [item for item in view.ranked if item.hashtags]
    return inferred(f"{text}; most often {listed(top)}." if top else f"{text}.", cite(holders))


def _best_times(view: PlatformReading) -> FieldNode[str]:
    """The weekday whose items engage most, where at least two weekdays have two items or more each."""
    by_day: dict[str, list[EvidenceItem]] = defaultdict(list)
    for item in view.dated:
        by_day[f"{item.published_at:%A}"].append(item)
    scores = view.reading.scores
    typical = {day: median(scores[item.id] for item in items) for day, items in by_day.items() if len(items) >= 2}
    if len(typical) < 2 or len(view.dated) < _MIN_FOR_TIMES:
        return no_text()
    day = min(typical, key=lambda name: (-typical[name], name))
    if typical[day] <= view.median_score:
        return no_text()
    hours = Counter(item.published_at.hour for item in by_day[day] if item.published_at)
    hour = min(hours, key=lambda number: (-hours[number], number))
    text = (
        f"{day}s do best: median engagement score {number(typical[day])} over {len(by_day[day])} items, against "
        f"{number(view.median_score)} on all days"
    )
    text += f"; most of them around {hour:02}:00 UTC." if hours[hour] * 2 > len(by_day[day]) else "."
    return inferred(text, cite(sorted(by_day[day], key=lambda item: (-scores[item.id], item.id))))


def _phrases(view: PlatformReading, entries: Sequence[Mapping[str, Any]]) -> FieldNode[list[str]]:
    top = [entry for entry in entries if view.reading.is_allowed(entry["phrase"])][:5]
    if not top:
        return no_list()
    ids = dict.fromkeys(item_id for entry in top for item_id in entry["item_ids"])
    cited = cite(view.reading.by_id[item_id] for item_id in ids)
    return inferred([f"{entry['phrase']} (in {counted(entry['item_count'], 'item')})" for entry in top], cited)


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
