"""What the gates ask about the evidence looked at, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.opportunities.evidence_view import said_in, share
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig
from brandbrain_dagster.domain.platforms.registry import capability_of_content


@dataclass(frozen=True, kw_only=True)
class EvidenceFigures:
    """Counts of items, but for ``authors`` and ``urls`` (distinct ones), ``platforms`` (sorted) and the newest day.

    ``speakable`` are of a kind that can have a transcript, ``fresh`` lately published, ``repeated`` in a group of
    duplicates, ``with_content`` say something, be it a title. ``newest`` is the latest publication until now.
    """

    items: int
    platforms: tuple[str, ...]
    with_text: int
    with_long_text: int
    with_content: int
    speakable: int
    transcribed: int
    fresh: int
    newest: datetime | None
    authors: int
    urls: int
    repeated: int

    @property
    def transcript_share(self) -> float:
        """Transcripts per item that can have one; 0 where there is none."""
        return share(self.transcribed, self.speakable)

    @property
    def duplicate_share(self) -> float:
        """Items in groups of duplicates per item, 0..1."""
        return share(self.repeated, self.items)

    @property
    def content_share(self) -> float:
        """Items that say anything per item."""
        return share(self.with_content, self.items)


def count_figures(items: Sequence[EvidenceItem], *, config: GateConfig, now: datetime) -> EvidenceFigures:
    """Counts; items without a date, or with one that lies ahead, are not fresh."""
    texts = [said_in(item) for item in items]
    speakable = [item for item in items if _can_have_transcript(item)]
    published = [item.published_at for item in items if item.published_at and item.published_at <= now]
    fresh_from = now - timedelta(days=config.max_days_since_published)
    return EvidenceFigures(
        items=len(items),
        platforms=tuple(sorted({item.platform for item in items})),
        with_text=sum(bool(text) for text in texts),
        with_long_text=sum(len(text) >= config.long_text_characters for text in texts),
        with_content=sum(bool(text or (item.title or "").strip()) for item, text in zip(items, texts, strict=True)),
        speakable=len(speakable),
        transcribed=sum(bool(item.flags.has_transcript) for item in speakable),
        fresh=sum(time >= fresh_from for time in published),
        newest=max(published, default=None),
        authors=len({item.author_ref for item in items if item.author_ref}),
        urls=len({item.canonical_url for item in items}),
        repeated=count_repeated(items, config),
    )


def count_repeated(items: Sequence[EvidenceItem], config: GateConfig) -> int:
    """Returns how many items are in a group of duplicates, each once however many others it repeats.

    Duplicates have the same address, or the same words, on the same platform unless the config says otherwise.
    """
    words = [frozenset(WORD.findall(fold_text(said_in(item)))) for item in items]
    repeated: set[int] = set()
    for (one, first), (other, second) in combinations(enumerate(items), 2):
        may_be_same = config.same_text_across_platforms or first.platform == second.platform
        is_same_text = may_be_same and jaccard(words[one], words[other]) >= config.same_text_jaccard
        if is_same_text or first.canonical_url == second.canonical_url:
            repeated |= {one, other}
    return len(repeated)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Returns the words that both have per word that any has, 0..1; 0 where there are none."""
    return len(one & other) / len(one | other) if one or other else 0.0


def _can_have_transcript(item: EvidenceItem) -> bool:
    return capability_of_content(item.platform, item.content_type).transcript_ceiling is not None
