"""The evidence item: the one shape that every platform's rows are brought into.

Not here: how a raw row becomes an item (``domain.platforms``) and how sightings are merged (``domain.normalization``).
"""

from datetime import datetime
from typing import Any

import msgspec


class Metrics(msgspec.Struct, frozen=True, gc=False):
    """Public counts of one item; ``None`` is unknown or hidden, never zero. All are >= 0."""

    likes: int | None = None
    comments: int | None = None
    views: int | None = None
    plays: int | None = None
    shares: int | None = None
    saves: int | None = None
    reactions: int | None = None
    reposts: int | None = None


class Flags(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Yes-or-no facts of one item; ``None`` means that the platform does not say."""

    has_transcript: bool | None = None
    is_low_value: bool | None = None
    is_own_account: bool | None = None
    is_repost: bool | None = None
    is_collection_page: bool | None = None
    is_sponsored: bool | None = None
    is_ad: bool | None = None
    is_members_only: bool | None = None
    is_monetized: bool | None = None
    comments_off: bool | None = None


class RawRef(msgspec.Struct, frozen=True, order=True, gc=False):
    """Names one raw item: the run at Apify and the row's position (0-based) in its dataset."""

    apify_run_id: str
    item_index: int


class EvidenceItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One published thing of a brand, merged from all its sightings.

    ``id`` and ``brand_id`` are UUID strings; times are timezone-aware UTC; ``media`` holds the platform's extras as
    plain JSON values; ``content_hash`` is SHA-256 (hex) over everything except ids, ``raw_refs`` and the seen times.
    """

    id: str
    brand_id: str
    platform: str
    capability: str
    content_type: str
    external_id: str | None
    canonical_url: str
    published_at: datetime | None
    author_ref: str | None
    title: str | None
    text_primary: str
    text_secondary: str | None
    hashtags: list[str]
    metrics: Metrics
    media: dict[str, Any]
    flags: Flags
    language: str | None
    raw_refs: list[RawRef]
    first_seen_at: datetime
    last_seen_at: datetime
    content_hash: str
    normalizer_version: str
