"""Computes the figures of facts again, from nothing but the evidence that they name."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from brandbrain_dagster.domain.compile.extractive.wording import number
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.candidate import Fact
from brandbrain_dagster.domain.opportunities.phrasing import day_text
from brandbrain_dagster.domain.platforms.registry import capability_of_content

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NOT_COMPUTED = {"named_day", "median_times", "times_later", "times_earlier"}
"""A day that a text names, and medians over multiples of several medians: the tests of the finders compute those."""


def problems_of_fact(fact: Fact, items: Mapping[str, EvidenceItem], *, seen_from: date) -> list[str]:
    """Returns what is untrue in a fact, and the numbers in its sentence that none of its figures is."""
    cited = [items[item_id] for item_id in fact.evidence_ids]
    untrue = [
        f"{name} is {value}, the evidence says {true} ({fact.text})"
        for name, value in fact.figures.items()
        if name not in _NOT_COMPUTED and (true := _computed(name, cited, fact)) != value
    ]
    said = re.sub(r"“[^”]*”", "", fact.text)
    shown = " ".join(
        day_text(value, seen_from=seen_from) if isinstance(value, date) else number(value)
        for value in fact.figures.values()
    )
    unknown = (
        set(_NUMBER.findall(said)) - set(_NUMBER.findall(shown)) - ({"100"} if "per_hundred" in fact.figures else set())
    )
    return untrue + [f"{figure} is in no figure ({fact.text})" for figure in sorted(unknown)]


def _computed(name: str, cited: Sequence[EvidenceItem], fact: Fact) -> Any:
    first = cited[0]
    days = sorted(item.published_at.date() for item in cited if item.published_at)
    split = int(fact.figures.get("later") or fact.figures.get("strong") or 0)  # type: ignore[arg-type]
    computed: dict[str, Callable[[], Any]] = {
        "published": lambda: first.published_at.date() if first.published_at else None,
        "seen": first.last_seen_at.date,
        "since": lambda: days[0],
        "until": lambda: days[-1],
        "posts": lambda: len(cited),
        "peers": lambda: len(cited),
        "others": lambda: len(cited) - 1,
        "times": lambda: _shown(_engagement(first, cited) / median(_engagement(item, cited) for item in cited)),
        "later": lambda: split,
        "earlier": lambda: len(cited) - split,
        "since_later": lambda: min(item.published_at.date() for item in cited[:split] if item.published_at),
        "strong": lambda: split,
        "weak": lambda: len(cited) - split,
        "likes_strong": lambda: median(item.metrics.likes or 0 for item in cited[:split]),
        "likes_weak": lambda: median(item.metrics.likes or 0 for item in cited[split:]),
        "per_hundred": lambda: _shown(100 * _rate(first)),
        "usual": lambda: _shown(100 * median(_rate(item) for item in cited)),
    }
    if name.startswith("median_"):
        return median(getattr(item.metrics, name.removeprefix("median_")) for item in cited)
    return computed[name]() if name in computed else getattr(first.metrics, name)


def _engagement(item: EvidenceItem, cited: Sequence[EvidenceItem]) -> float:
    """The engagement score over the counts that all of them carry."""
    capability = capability_of_content(item.platform, item.content_type)
    instead = capability.engagement_substitutes

    def count(other: EvidenceItem, name: str) -> int | None:
        value: int | None = getattr(other.metrics, name)
        return getattr(other.metrics, instead[name]) if value is None and name in instead else value

    measures = [
        name for name in capability.engagement_weights if all(count(other, name) is not None for other in cited)
    ]
    return sum(capability.engagement_weights[name] * (count(item, name) or 0) for name in measures)


def _rate(item: EvidenceItem) -> float:
    return (item.metrics.comments or 0) / (item.metrics.likes or 1)


def _shown(value: float) -> float:
    return round(value) if value >= 9.95 else round(value, 1)
