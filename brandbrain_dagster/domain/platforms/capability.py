"""The contract a platform module fulfils: everything the system needs to know about one thing to collect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics


class ActorRow(msgspec.Struct, kw_only=True):
    """What every actor's rows may carry: the marks of an error row."""

    error: Any = None
    error_code: Any = msgspec.field(default=None, name="errorCode")
    crawl_error: Any = msgspec.field(default=None, name="#error")


class Sighting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one row says of one item, before brand and run are known; its fields mean what `EvidenceItem`'s do."""

    external_id: str | None
    canonical_url: str
    published_at: datetime | None
    author_ref: str | None
    text_primary: str
    metrics: Metrics
    media: dict[str, Any]
    flags: Flags
    title: str | None = None
    text_secondary: str | None = None
    hashtags: list[str]
    language: str | None = None


class NotAnItem(msgspec.Struct, frozen=True):
    """The row is of this actor but describes no item of evidence (a follower, a pointer); ``reason`` is for people."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class RowMapping:
    """How one actor's rows become sightings.

    ``read`` gets a decoded row and the source's identifier (None when unknown). It returns a sighting, `NotAnItem`, or
    None when the row lacks what every item of this actor has (a stable id, an address): it is then looked at more
    closely to say why. ``id_fields`` and ``address_fields`` are the keys that hold them. ``nested_fields`` are the keys
    whose values are objects or lists: a row with ``<nested field>.<key>`` instead is a flattened export.
    ``usual_fields`` (attributes of the row type) are hardly ever absent; a row without them is read the careful way.
    ``unwrap`` splits rows that hold several items.
    """

    row_type: type[ActorRow]
    read: Callable[[Any, str | None], Sighting | NotAnItem | None]
    nested_fields: frozenset[str]
    id_fields: tuple[str, ...]
    address_fields: tuple[str, ...]
    usual_fields: tuple[str, ...]
    unwrap: Callable[[Mapping[str, Any]], list[Any] | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One thing to collect on a platform, e.g. ``instagram.reels``.

    ``cap_setting`` names the environment variable of the cap and ``cap_default`` its default (items per run).
    ``enabling_setting`` names the variable that switches an unvalidated capability on; None means always on.
    ``metrics`` are the counts this capability reports; ``engagement_weights`` score them (bundle-and-features), and
    ``engagement_substitutes`` names the count that stands in for an absent one.
    ``evidence_ceiling`` bounds the confidence of what rests on such evidence, ``transcript_ceiling`` where the item
    has a transcript, ``voice_ceiling`` for the voice section where it differs (compile, the confidence table).
    ``content_format`` names an item's format (``reel``, ``carousel``) as platform rules do.
    """

    platform: str
    name: str
    content_type: str
    actor_id: str
    cap_setting: str
    cap_default: int
    enabling_setting: str | None = None
    metrics: tuple[str, ...]
    engagement_weights: Mapping[str, float]
    engagement_substitutes: Mapping[str, str] = field(default_factory=dict)
    evidence_ceiling: float
    transcript_ceiling: float | None = None
    voice_ceiling: float | None = None
    normalize_identifier: Callable[[str], str]
    build_input: Callable[[str, int, Mapping[str, Any]], dict[str, Any]]
    rows: RowMapping
    content_format: Callable[[EvidenceItem], str]

    @property
    def dotted_name(self) -> str:
        """``platform.capability``, as people and settings write it."""
        return f"{self.platform}.{self.name}"
