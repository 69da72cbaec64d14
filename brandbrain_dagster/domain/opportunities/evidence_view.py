"""The evidence that a board looks at: recent, newest first, one item for each thing published."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.board import EvidenceSummary
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig


def look_at(evidence: Iterable[EvidenceItem], *, config: GateConfig, now: datetime) -> tuple[EvidenceItem, ...]:
    """Returns the items looked at: seen lately, saying something, the newest ones; items without a date come last.

    A reel that the posts actor and the reels actor both returned is there once, with its transcript.
    """
    oldest = now - timedelta(days=config.max_age_days)
    telling = [item for item in evidence if item.last_seen_at >= oldest and not item.flags.is_low_value]
    return tuple(sorted(one_per_medium(telling), key=_newest_first)[: config.max_items])


def one_per_medium(items: Iterable[EvidenceItem]) -> list[EvidenceItem]:
    """Returns one item for each thing published, the fullest first: with a transcript, then with the most counts."""
    best: dict[tuple[str, str], EvidenceItem] = {}
    for item in sorted(items, key=_fullest_first):
        best.setdefault((item.platform, item.external_id or item.id), item)
    return list(best.values())


def summarize(items: Sequence[EvidenceItem]) -> EvidenceSummary:
    """Counts the items looked at; the coverage is of all of them, 0 where there are none."""
    platforms = [item.platform for item in items]
    with_transcript = sum(bool(item.flags.has_transcript) for item in items)
    times = [item.published_at for item in items if item.published_at]
    return EvidenceSummary(
        total_items=len(items),
        platforms={platform: platforms.count(platform) for platform in sorted(set(platforms))},
        items_with_text=sum(bool(said_in(item)) for item in items),
        items_with_transcript=with_transcript,
        transcript_coverage=share(with_transcript, len(items)),
        newest_published_at=max(times, default=None),
        oldest_published_at=min(times, default=None),
    )


def said_in(item: EvidenceItem) -> str:
    """Returns what an item says: caption or page, then transcript or description; empty where it says nothing."""
    return "\n".join(text.strip() for text in (item.text_primary, item.text_secondary) if text and text.strip())


def share(part: int, whole: int) -> float:
    """Returns part / whole, to six places; 0 of nothing."""
    return round(part / whole, 6) if whole else 0.0


def _fullest_first(item: EvidenceItem) -> tuple[bool, int, str]:
    counts = sum(getattr(item.metrics, name) is not None for name in item.metrics.__struct_fields__)
    return not item.flags.has_transcript, -counts, item.id


def _newest_first(item: EvidenceItem) -> tuple[bool, float, str]:
    if item.published_at is None:
        return (True, 0.0, item.id)
    return (False, -item.published_at.timestamp(), item.id)
