"""The thresholds of the gates: one versioned set of them, recorded on every board."""

import hashlib
from functools import cache

import msgspec

_FORMAT = "v1"


class GateConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What evidence is looked at, and what it must have (opportunities). Shares are 0..1.

    ``max_age_days`` counts from when an item was last seen, ``max_days_since_published`` from its publication.
    ``min_transcript_coverage`` is of the items of a kind that can have a transcript (reels), not of all. The same text
    on two platforms is one post made for both, as brands do, unless ``same_text_across_platforms`` counts it.
    """

    max_age_days: int = 30
    max_items: int = 50
    min_items: int = 8
    min_text_items: int = 6
    required_platforms: tuple[str, ...] = ("instagram", "tiktok")
    min_transcript_coverage: float = 0.30
    max_days_since_published: int = 7
    long_text_characters: int = 30
    min_long_texts: int = 4
    min_authors: int = 1
    min_urls: int = 6
    same_text_jaccard: float = 0.8
    same_text_across_platforms: bool = False
    max_duplicate_share: float = 0.20
    min_content_share: float = 0.60

    @property
    def version(self) -> str:
        """``v1-`` and twelve hex digits made from every threshold: another threshold is another version."""
        return _version_of(self)


@cache
def _version_of(config: GateConfig) -> str:
    thresholds = msgspec.json.encode(config, order="sorted")
    return f"{_FORMAT}-{hashlib.sha256(thresholds).hexdigest()[:12]}"


def default_gate_config(min_items: int, required_platforms: tuple[str, ...]) -> GateConfig:
    """Returns the spec's thresholds with those that settings may change."""
    return GateConfig(min_items=min_items, required_platforms=tuple(sorted(set(required_platforms))))
