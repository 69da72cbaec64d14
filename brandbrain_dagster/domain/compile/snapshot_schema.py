"""The snapshot schema v1: what a brand profile holds, as types. The JSON Schema is made from them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec

from brandbrain_dagster.domain.onboarding.answers import ProofClaim
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, PlatformRules, Usage

SCHEMA_VERSION = "v1"

Value = TypeVar("Value")
TextField = Literal["text_primary", "text_secondary", "title"]
Band = Literal["high", "medium", "low", "very low"]


class SourceRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a value rests on: an answer (question id), an evidence item (its id), or an override (its path).

    ``quote`` is a verbatim part of the item's ``field``: its characters from ``start`` up to ``end`` of the NFC text;
    ``item_hash`` is the content hash of the item that it was taken from.
    """

    type: Literal["answer", "evidence", "override"]
    id: str
    quote: str | None = None
    field: TextField | None = None
    start: int | None = None
    end: int | None = None
    item_hash: str | None = None


class Abstention(msgspec.Struct, frozen=True):
    """Why a field has no value, and what to answer or connect so that it gets one."""

    reason: str
    next_step: str


class Inferred(msgspec.Struct, Generic[Value], kw_only=True):
    """What the compiler would say where people have decided otherwise."""

    value: Value | None
    confidence: float | None
    sources: list[SourceRef]


class FieldNode(msgspec.Struct, Generic[Value], kw_only=True):
    """One field: its value (None where nothing supports one), how sure it is (0..1), and what it rests on.

    ``locked`` says pinned. ``abstained`` is there only where nothing supports a value, ``inferred`` only where an
    override or a pinned value stands instead.
    """

    value: Value | None
    confidence: float | None = None
    sources: list[SourceRef] = []
    locked: bool = False
    override_value: Value | None = None
    abstained: Abstention | msgspec.UnsetType = msgspec.UNSET
    inferred: Inferred[Value] | msgspec.UnsetType = msgspec.UNSET


class EvidenceRef(msgspec.Struct, kw_only=True):
    """An evidence item shown as an example; ``excerpt`` is a verbatim part of it, ``why`` says why it is shown."""

    id: str
    platform: str
    content_type: str
    url: str
    published_at: datetime | None
    excerpt: str
    why: str


class Positioning(msgspec.Struct, kw_only=True):
    """What the brand does, for whom, and why it."""

    what_we_do: FieldNode[str]
    who_for: FieldNode[str]
    differentiators: FieldNode[list[str]]
    proof_types: FieldNode[list[str]]


class Voice(msgspec.Struct, kw_only=True):
    """How the brand sounds."""

    tone_tags: FieldNode[list[str]]
    do: FieldNode[list[str]]
    dont: FieldNode[list[str]]
    cta_policy: FieldNode[CtaPolicy]
    emoji_policy: FieldNode[Usage]


class Pillar(msgspec.Struct, kw_only=True):
    """A recurring theme; ``share`` (0..1) is the part of the bundle's items that belong to it."""

    id: str
    name: FieldNode[str]
    description: FieldNode[str]
    share: float
    keyphrases: list[str]
    example_ids: list[str]


class Constraints(msgspec.Struct, kw_only=True):
    """What the brand must never say or risk; never inferred."""

    taboos: FieldNode[list[str]]
    risk_boundaries: FieldNode[list[str]]


class PlatformProfile(msgspec.Struct, kw_only=True):
    """How the brand behaves on one platform: its people's rules, and what the figures show."""

    platform: str
    rules: PlatformRules | None
    cadence: FieldNode[str]
    formats: FieldNode[list[str]]
    length: FieldNode[str]
    hashtags: FieldNode[str]
    best_times: FieldNode[str]
    hooks: FieldNode[list[str]]
    cta: FieldNode[list[str]]
    top_examples: list[EvidenceRef]


class Examples(msgspec.Struct, kw_only=True):
    """What good looks like."""

    canonical_evidence: list[EvidenceRef]
    user_examples: FieldNode[list[str]]


class CompilerMeta(msgspec.Struct, kw_only=True):
    """Who wrote the draft; ``fallback_from`` names the compiler that was meant to and failed."""

    name: str
    version: str
    model: str | None
    prompt_version: str | None
    fallback_from: str | msgspec.UnsetType = msgspec.UNSET


class EvidenceSummary(msgspec.Struct, kw_only=True):
    """The bundle in short; ``by_platform`` counts items."""

    bundle_id: str
    item_count: int
    by_platform: dict[str, int]
    newest: datetime | None
    oldest: datetime | None


class SectionConfidence(msgspec.Struct, kw_only=True):
    """How sure a section is as a whole; ``band`` is that of the mean."""

    min: float | None
    mean: float | None
    band: Band | None


class Meta(msgspec.Struct, kw_only=True):
    """Where the snapshot comes from, and what would make it better."""

    schema_version: str
    compiled_at: datetime
    compiler: CompilerMeta
    content_goal: str | None
    priority_platforms: list[str]
    web_key_pages: list[str]
    proof_library: list[ProofClaim]
    evidence_summary: EvidenceSummary
    feature_report_id: str
    missing_inputs: list[str]
    confidence_summary: dict[str, SectionConfidence]
    fleet: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class SnapshotDocument(msgspec.Struct, kw_only=True):
    """A whole brand profile. ``platform_profiles`` is keyed by platform."""

    positioning: Positioning
    voice: Voice
    pillars: list[Pillar]
    constraints: Constraints
    platform_profiles: dict[str, PlatformProfile]
    examples: Examples
    meta: Meta


def snapshot_json_schema() -> dict[str, Any]:
    """Returns the JSON Schema (2020-12) of a snapshot."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(SnapshotDocument)}


def nodes_of(section: msgspec.Struct) -> Iterable[tuple[str, FieldNode[Any]]]:
    """Yields the (name, node) pairs of a section, in the schema's order."""
    for name in section.__struct_fields__:
        node = getattr(section, name)
        if isinstance(node, FieldNode):
            yield name, node
