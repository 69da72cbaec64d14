"""Confidence: computed from what a value rests on, never claimed by a compiler.

Per field the best of its sources' ceilings, then the section's caps; caps bind inferred values only (compile).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brandbrain_dagster.domain.compile.snapshot_schema import (
    Band,
    FieldNode,
    SectionConfidence,
    SnapshotDocument,
    SourceRef,
    nodes_of,
)
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.platforms.registry import capability_of_content

ANSWER_CEILING = 0.9
NOTHING_CEILING = 0.1
_BANDS: tuple[tuple[float, Band], ...] = ((0.7, "high"), (0.4, "medium"), (0.2, "low"))


class Section(StrEnum):
    """The parts of a profile that have caps of their own."""

    POSITIONING = "positioning"
    VOICE = "voice"
    PILLARS = "pillars"
    CONSTRAINTS = "constraints"
    PLATFORM_PROFILES = "platform_profiles"
    EXAMPLES = "examples"


@dataclass(frozen=True, kw_only=True)
class EvidenceFacts:
    """What kinds of evidence the bundle holds, as far as the caps ask."""

    has_items: bool
    has_web: bool
    has_social: bool
    has_reels: bool
    has_reel_transcripts: bool
    has_instagram_posts: bool

    @classmethod
    def of(cls, items: Iterable[EvidenceItem]) -> "EvidenceFacts":
        """Looks at a bundle's items."""
        listed = list(items)
        reels = [item for item in listed if item.content_type == "reel"]
        return cls(
            has_items=bool(listed),
            has_web=any(item.platform == "web" for item in listed),
            has_social=any(item.platform != "web" for item in listed),
            has_reels=bool(reels),
            has_reel_transcripts=any(item.flags.has_transcript for item in reels),
            has_instagram_posts=any(item.content_type == "post" for item in listed),
        )


def evidence_ceiling(item: EvidenceItem, section: Section) -> float:
    """Returns the most confidence that this item can give a value of the section."""
    capability = capability_of_content(item.platform, item.content_type)
    if item.flags.has_transcript and capability.transcript_ceiling is not None:
        return capability.transcript_ceiling
    if section is Section.VOICE and capability.voice_ceiling is not None:
        return capability.voice_ceiling
    return capability.evidence_ceiling


def inferred_cap(section: Section, facts: EvidenceFacts, *, rests_on_web: bool) -> float:
    """Returns the section's cap for an inferred value: the lowest of those that apply."""
    caps = [1.0]
    if not facts.has_items:
        caps.append(0.3)
    if section is Section.VOICE:
        caps += _voice_caps(facts)
    if section is Section.POSITIONING:
        caps.append(0.5 if rests_on_web else 0.4)
    if section is Section.PILLARS:
        caps.append(0.5)
    return min(caps)


def _voice_caps(facts: EvidenceFacts) -> list[float]:
    caps = []
    if facts.has_web and not facts.has_social:
        caps.append(0.3)
    if facts.has_reels and not facts.has_reel_transcripts:
        caps.append(0.4)
    if facts.has_instagram_posts and not facts.has_reels:
        caps.append(0.5)
    return caps


_SEEDED_PILLAR_CAP = 0.8


def confidence_of(
    sources: Sequence[SourceRef], section: Section, facts: EvidenceFacts, items: Mapping[str, EvidenceItem]
) -> float:
    """Returns the confidence of a value with these sources; evidence that is not in ``items`` counts for nothing."""
    if any(source.type in ("answer", "override") for source in sources):
        return min(ANSWER_CEILING, _SEEDED_PILLAR_CAP) if section is Section.PILLARS else ANSWER_CEILING
    cited = [items[source.id] for source in sources if source.id in items]
    ceiling = max((evidence_ceiling(item, section) for item in cited), default=NOTHING_CEILING)
    rests_on_web = any(item.platform == "web" for item in cited)
    return min(ceiling, inferred_cap(section, facts, rests_on_web=rests_on_web))


def set_confidences(document: SnapshotDocument, items: Mapping[str, EvidenceItem]) -> None:
    """Sets the confidence of every field, and the summary of every section, in place."""
    facts = EvidenceFacts.of(items.values())
    for section, nodes in _sections(document).items():
        for node in nodes:
            node.confidence = None if _is_unasked(node, section) else confidence_of(node.sources, section, facts, items)
    set_confidence_summary(document)


def set_confidence_summary(document: SnapshotDocument) -> None:
    """Sets the summary of every section from the confidences of its fields, in place."""
    document.meta.confidence_summary = {
        section.value: _summary([node.confidence for node in nodes if node.confidence is not None])
        for section, nodes in _sections(document).items()
    }


def _is_unasked(node: FieldNode[Any], section: Section) -> bool:
    """Constraints and user examples are never inferred: without an answer there is nothing to be sure of."""
    return not node.sources and section in (Section.CONSTRAINTS, Section.EXAMPLES)


def _sections(document: SnapshotDocument) -> dict[Section, list[FieldNode[Any]]]:
    def nodes(*sections: Any) -> list[FieldNode[Any]]:
        return [node for section in sections for _, node in nodes_of(section)]

    return {
        Section.POSITIONING: nodes(document.positioning),
        Section.VOICE: nodes(document.voice),
        Section.PILLARS: nodes(*document.pillars),
        Section.CONSTRAINTS: nodes(document.constraints),
        Section.PLATFORM_PROFILES: nodes(*document.platform_profiles.values()),
        Section.EXAMPLES: nodes(document.examples),
    }


def confidence_band(confidence: float | None) -> Band | None:
    """Returns the band of a confidence: high ≥ 0.7, medium ≥ 0.4, low ≥ 0.2, very low below."""
    if confidence is None:
        return None
    return next((band for lower, band in _BANDS if confidence >= lower), "very low")


def _summary(confidences: Sequence[float]) -> SectionConfidence:
    if not confidences:
        return SectionConfidence(min=None, mean=None, band=None)
    mean = round(sum(confidences) / len(confidences), 6)
    return SectionConfidence(min=min(confidences), mean=mean, band=confidence_band(mean))
