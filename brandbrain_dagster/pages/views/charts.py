"""Charts of a platform's figures as plain numbers and shapes: what a template draws, and the table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from brandbrain_dagster.domain.bundling.engagement import engagement_score
from brandbrain_dagster.domain.compile.extractive.wording import counted, number
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.cadence_stats import HOURS, WEEKDAYS

WIDTH, HEIGHT = 240, 96
_GAP = 0.25
_ROW = 32
_LABEL_LINE = 13
_THICK = 6.0
_FLAT = 1.5
"""The height of a bar that stands for something, but next to nothing."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar in the chart's own units; ``label`` stands under or above it, ``text`` is its figure in words."""

    label: str
    text: str
    x: float
    y: float
    width: float
    height: float
    is_best: bool


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart: ``summary`` says what it shows, ``headings`` and ``rows`` are the same as a table.

    ``is_upright`` says that bars stand next to each other, and not above each other.
    """

    title: str
    summary: str
    width: float
    height: float
    bars: Sequence[Bar]
    is_upright: bool
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def platform_charts(stats: Mapping[str, Any], platform: str, items: Sequence[EvidenceItem]) -> list[Chart]:
    """Returns the charts that a platform's figures allow.

    Args:
        stats: the stored feature report.
        platform: whose figures are meant.
        items: the platform's items of the same bundle; engagement by weekday is not in the report.
    """

    def figures(block: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = stats.get(block, {}).get("by_platform", {}).get(platform, {})
        return found

    cadence, engagement, text = figures("cadence_stats"), figures("engagement_stats"), figures("text_stats")
    charts = []
    if cadence.get("sample_size"):
        charts += [_weekdays(cadence), _hours(cadence)]
    if engagement.get("by_format") and engagement.get("best_score"):
        charts += [_formats(engagement), _engagement(engagement)]
    if text.get("max_length"):
        charts.append(_length(text))
    by_day = _by_weekday(items)
    if any(by_day.values()) and engagement.get("best_score"):
        charts.append(_best_days(by_day))
    return charts


def _weekdays(cadence: Mapping[str, Any]) -> Chart:
    counts = [(day.capitalize(), cadence["weekday_counts"].get(day, 0)) for day in WEEKDAYS]
    rate = number(cadence["posts_per_week"])
    return _upright(
        "Cadence",
        f"{rate} a week over {counted(round(cadence['span_days']), 'day')}, by weekday.",
        [(day[:3], count, counted(count, "item")) for day, count in counts],
        headings=("Weekday", "Items"),
        rows=[(day, str(count)) for day, count in counts],
    )


def _hours(cadence: Mapping[str, Any]) -> Chart:
    counts = [(hour, cadence["hour_counts"].get(hour, 0)) for hour in HOURS]
    return _upright(
        "Time of day",
        f"When {counted(cadence['sample_size'], 'item')} went out, in UTC.",
        [(hour if int(hour) % 6 == 0 else "", count, f"{hour}:00, {counted(count, 'item')}") for hour, count in counts],
        headings=("Hour (UTC)", "Items"),
        rows=[(f"{hour}:00", str(count)) for hour, count in counts if count],
    )


def _formats(engagement: Mapping[str, Any]) -> Chart:
    sizes = _ranked(engagement["by_format"], "sample_size")
    return _lying(
        "Formats",
        f"What {counted(engagement['sample_size'], 'item')} are.",
        [(_format_name(name), size, f"{size} of {engagement['sample_size']}") for name, size in sizes],
        headings=("Format", "Items"),
        rows=[(_format_name(name), str(size)) for name, size in sizes],
    )


def _engagement(engagement: Mapping[str, Any]) -> Chart:
    by_format = engagement["by_format"]
    return _lying(
        "Engagement",
        f"Median engagement score by format; {number(engagement['median'])} over all.",
        [(_format_name(name), middle, number(middle)) for name, middle in _ranked(by_format, "median")],
        headings=("Format", "Median score", "90th percentile", "Items"),
        rows=[
            (
                _format_name(name),
                number(middle),
                number(by_format[name]["p90"]),
                str(by_format[name]["sample_size"]),
            )
            for name, middle in _ranked(by_format, "median")
        ],
    )


def _length(text: Mapping[str, Any]) -> Chart:
    named = (
        ("Shortest", text["min_length"]),
        ("Average", text["avg_text_primary_length"]),
        ("Longest", text["max_length"]),
    )
    return _lying(
        "Length",
        f"Characters a text, over {counted(text['sample_size'], 'item')}.",
        [(name, length, number(length)) for name, length in named],
        headings=("Text", "Characters"),
        rows=[(name, number(length)) for name, length in named],
    )


def _best_days(by_day: Mapping[str, Sequence[float]]) -> Chart:
    medians = [(day.capitalize(), median(scores) if scores else 0.0, len(scores)) for day, scores in by_day.items()]
    return _upright(
        "Best days",
        "Median engagement score by the weekday of publishing, in UTC.",
        [(day[:3], middle, f"{number(middle)} over {counted(size, 'item')}") for day, middle, size in medians],
        headings=("Weekday", "Median score", "Items"),
        rows=[(day, number(middle) if size else "–", str(size)) for day, middle, size in medians],
    )


def _by_weekday(items: Sequence[EvidenceItem]) -> dict[str, list[float]]:
    scores: dict[str, list[float]] = {day: [] for day in WEEKDAYS}
    for item in items:
        if item.published_at is not None:
            scores[WEEKDAYS[item.published_at.weekday()]].append(engagement_score(item))
    return scores


def _ranked(by_format: Mapping[str, Mapping[str, Any]], figure: str) -> list[tuple[str, Any]]:
    found = ((name, figures[figure]) for name, figures in by_format.items())
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))


def _format_name(name: str) -> str:
    """``post.sidecar`` is a carousel to people; a format that repeats its type is named once."""
    kind, _, media = name.partition(".")
    words = {"sidecar": "carousel", "video": "video", "image": "image"}.get(media, media.replace("_", " "))
    shown = kind if not words or kind == "reel" else f"{kind} · {words}"
    return shown.replace("_", " ").capitalize()


Measure = tuple[str, float, str]
"""What a bar stands for: its label, its value, and the figure in words."""


def _upright(
    title: str,
    summary: str,
    measures: Sequence[Measure],
    *,
    headings: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
) -> Chart:
    most = max((value for _, value, _ in measures), default=0) or 1
    step = WIDTH / max(len(measures), 1)
    bars = []
    for place, (label, value, text) in enumerate(measures):
        height = max(round(value / most * HEIGHT, 1), _FLAT) if value else 0.0
        bars.append(
            Bar(
                label=label,
                text=text,
                x=round(place * step + step * _GAP / 2, 1),
                y=round(HEIGHT - height, 1),
                width=round(step * (1 - _GAP), 1),
                height=height,
                is_best=value == most,
            )
        )
    return Chart(
        title=title,
        summary=summary,
        width=WIDTH,
        height=HEIGHT + _LABEL_LINE + 8,
        bars=bars,
        is_upright=True,
        headings=headings,
        rows=rows,
    )


def _lying(
    title: str,
    summary: str,
    measures: Sequence[Measure],
    *,
    headings: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
) -> Chart:
    most = max((value for _, value, _ in measures), default=0) or 1
    bars = [
        Bar(
            label=label,
            text=text,
            x=0.0,
            y=float(place * _ROW + _LABEL_LINE + 4),
            width=max(round(value / most * WIDTH, 1), _FLAT),
            height=_THICK,
            is_best=value == most,
        )
        for place, (label, value, text) in enumerate(measures)
    ]
    return Chart(
        title=title,
        summary=summary,
        width=WIDTH,
        height=float(len(measures) * _ROW),
        bars=bars,
        is_upright=False,
        headings=headings,
        rows=rows,
    )
