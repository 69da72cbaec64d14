"""The figures by which brands are compared: what they are, and what they are for one brand.

A figure is of one platform, over everything of the brand but reposts, and from whole numbers only (counts, lengths,
microseconds) that are added up before one division, so that DuckDB, which computes the same for the whole fleet
(``stores/lake/fleet_scan.py``), gets the same number in whatever order it reads. Texts are ``text_primary``, lengths in
code points. The patterns mean the same to Python and to DuckDB's RE2: no lookaround, no classes that differ.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import emoji

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Metrics

FIGURES_VERSION = "1"
"""Changes whenever the same items would give other figures."""

LINK = r"(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww][Ww][Ww][.])[^ \t\r\n]+"
MENTION = r"(?:^|[^0-9A-Za-z_@./])@[0-9A-Za-z_]"
QUESTION_MARKS = "?？؟"
EXCLAMATION_MARKS = "!！"
METRICS = Metrics.__struct_fields__

WEEK = timedelta(days=7)
MICROSECOND = timedelta(microseconds=1)

_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"
_KEYCAPS = "0-9#*"
_TYPOGRAPHIC_SIGNS = "©®™"
_SELECTOR, _JOINER, _KEYCAP = "\ufe0f", "\u200d", "\u20e3"
_SKIN_TONES, _TAGS = "\U0001f3fb-\U0001f3ff", "\U000e0020-\U000e007f"


def _emoji_pattern() -> str:
    """Flags, keycaps, and emoji with what is attached to them; a ZWJ sequence is one."""
    single = "".join(sorted(text for text in emoji.EMOJI_DATA if len(text) == 1 and text not in _TYPOGRAPHIC_SIGNS))
    one = f"[{single}][{_SELECTOR}{_SKIN_TONES}{_TAGS}]*"
    return (
        f"[{_FLAG_LETTERS}]{{2}}|[{_KEYCAPS}]{_SELECTOR}?{_KEYCAP}|[{_TYPOGRAPHIC_SIGNS}]{_SELECTOR}|"
        f"{one}(?:{_JOINER}{one})*"
    )


EMOJI = _emoji_pattern()

_PATTERNS = {name: re.compile(pattern) for name, pattern in (("link", LINK), ("mention", MENTION), ("emoji", EMOJI))}

Figures = dict[str, dict[str, float]]
"""Platform → figure → number; a figure that cannot be told is not there."""


def brand_figures(items: Iterable[EvidenceItem]) -> Figures:
    """Returns a brand's figures from all its evidence.

    ``text_length``, ``emoji_per_item``, ``hashtags_per_item``, ``links_per_item``, ``mentions_per_item`` are averages,
    ``emoji_density`` is emoji per code point of all texts together, ``question_share`` and ``exclamation_share`` the
    shares of items with such a mark (0..1), ``posts_per_week`` is over the span from the oldest to the newest time, and
    ``<metric>_per_item`` averages the items whose metric is known.
    """
    by_platform: dict[str, list[EvidenceItem]] = {}
    for item in items:
        if not item.flags.is_repost:
            by_platform.setdefault(item.platform, []).append(item)
    return {platform: _figures(by_platform[platform]) for platform in sorted(by_platform)}


def _figures(items: Sequence[EvidenceItem]) -> dict[str, float]:
    count = len(items)
    texts = [item.text_primary for item in items]
    characters = sum(map(len, texts))
    emoji_count = _occurrences("emoji", texts)
    figures: dict[str, float | None] = {
        "text_length": characters / count,
        "emoji_per_item": emoji_count / count,
        "emoji_density": emoji_count / characters if characters else None,
        "hashtags_per_item": sum(len(item.hashtags) for item in items) / count,
        "links_per_item": _occurrences("link", texts) / count,
        "mentions_per_item": _occurrences("mention", texts) / count,
        "question_share": _share_with(QUESTION_MARKS, texts),
        "exclamation_share": _share_with(EXCLAMATION_MARKS, texts),
        "posts_per_week": _posts_per_week([item.published_at for item in items if item.published_at is not None]),
    }
    for metric in METRICS:
        known = [value for item in items if (value := getattr(item.metrics, metric)) is not None]
        figures[f"{metric}_per_item"] = sum(known) / len(known) if known else None
    return {name: figure for name, figure in figures.items() if figure is not None}


def _occurrences(name: str, texts: Iterable[str]) -> int:
    return sum(len(_PATTERNS[name].findall(text)) for text in texts)


def _share_with(marks: str, texts: Sequence[str]) -> float:
    return sum(any(mark in text for mark in marks) for text in texts) / len(texts)


def _posts_per_week(times: Sequence[datetime]) -> float | None:
    """A span under a week cannot be extrapolated: its rate is the number of its posts. One time tells nothing."""
    if not times or min(times) == max(times):
        return None
    span = max(times) - min(times)
    if span < WEEK:
        return float(len(times))
    return (len(times) - 1) * (WEEK // MICROSECOND) / (span // MICROSECOND)
