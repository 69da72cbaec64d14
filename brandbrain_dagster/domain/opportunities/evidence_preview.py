"""A cited evidence item in short, as it is shown beside the idea that it speaks for."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.features.graphemes import GRAPHEME

SNIPPET_CHARACTERS = 200
"""The most that is shown of what an item says (opportunities)."""
_TEXTS = ("text_primary", "title", "text_secondary")


class EvidencePreview(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A cited item in short; ``text_snippet`` is the beginning of what it says, and empty where it says nothing."""

    id: UUID
    platform: str
    canonical_url: str
    author_ref: str | None
    text_snippet: str
    has_transcript: bool


def evidence_preview(item_id: UUID, item: Mapping[str, Any]) -> EvidencePreview:
    """Returns an item, given as plain JSON (`served_json`), in short."""
    texts = ((item[name] or "").strip() for name in _TEXTS)
    return EvidencePreview(
        id=item_id,
        platform=item["platform"],
        canonical_url=item["canonical_url"],
        author_ref=item["author_ref"],
        text_snippet=_snippet(next(filter(None, texts), "")),
        has_transcript=bool(item["flags"].get("has_transcript")),
    )


def _snippet(said: str) -> str:
    """Returns the beginning of a text, not longer than a snippet may be and without half a character at its end."""
    if len(said) <= SNIPPET_CHARACTERS:
        return said
    ends = (character.end() for character in GRAPHEME.finditer(said))
    return said[: max(takewhile(lambda end: end <= SNIPPET_CHARACTERS, ends), default=SNIPPET_CHARACTERS)]
