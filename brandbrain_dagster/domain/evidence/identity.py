"""Who an evidence item is, and what its content is: ids that survive re-normalization, hashes that notice change."""

import hashlib
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem

_encode = msgspec.json.Encoder(order="sorted").encode
_VARIANTS = {f"{digit:x}": f"{digit & 3 | 8:x}" for digit in range(16)}
"""The digit that carries a UUID's variant, by the digest's digit in its place."""


def evidence_key(platform: str, content_type: str, external_id: str | None, canonical_url: str) -> str:
    """Returns the name an item's UUIDv5 is made from: its id on the platform, or the URL of a web page."""
    return f"{platform}|{content_type}|{external_id or canonical_url}"


class EvidenceIds:
    """Makes the evidence ids of one brand: UUIDv5(brand id, key), as `uuid.uuid5` would, without its overhead."""

    def __init__(self, brand_id: UUID) -> None:
        self._namespace = hashlib.sha1(brand_id.bytes, usedforsecurity=False)

    def id_of(self, key: str) -> str:
        """Returns the id of the item with this `evidence_key`."""
        digest = self._namespace.copy()
        digest.update(key.encode())
        text = digest.hexdigest()
        return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANTS[text[16]]}{text[17:20]}-{text[20:32]}"


def content_hash(item: EvidenceItem) -> str:
    """Returns SHA-256 (hex) over what an item says: not over ids, raw references and seen times."""
    content = (
        item.canonical_url,
        item.published_at,
        item.author_ref,
        item.title,
        item.text_primary,
        item.text_secondary,
        item.hashtags,
        item.metrics,
        item.media,
        item.flags,
        item.language,
    )
    return hashlib.sha256(_encode(content)).hexdigest()
