"""Evidence items with sensible fields, of which a test names only those it is about."""

from datetime import UTC, datetime
from typing import Any

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics

SEEN_AT = datetime(2026, 3, 1, tzinfo=UTC)
CONTENT_TYPES = {
    "instagram": "post",
    "linkedin": "text_post",
    "tiktok": "short_video",
    "youtube": "video",
    "web": "web_page",
}


def make_item(item_id: str, text: str = "", **fields: Any) -> EvidenceItem:
    platform = fields.get("platform", "instagram")
    values: dict[str, Any] = {
        "id": item_id,
        "brand_id": "brand",
        "platform": platform,
        "capability": "posts",
        "content_type": CONTENT_TYPES[platform],
        "external_id": item_id,
        "canonical_url": f"https://www.instagram.com/p/{item_id}/",
        "published_at": SEEN_AT,
        "author_ref": "acme.roasters",
        "title": None,
        "text_primary": text,
        "text_secondary": None,
        "hashtags": [],
        "metrics": Metrics(),
        "media": {},
        "flags": Flags(),
        "language": "en",
        "raw_refs": [],
        "first_seen_at": SEEN_AT,
        "last_seen_at": SEEN_AT,
        "content_hash": "0" * 64,
        "normalizer_version": "1",
    }
    return EvidenceItem(**(values | fields))
