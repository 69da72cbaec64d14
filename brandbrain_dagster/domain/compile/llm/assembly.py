"""A checked draft made part of a profile: what a model inferred stands where nobody answered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from brandbrain_dagster.domain.compile.extractive.examples import compile_examples
from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, inferred, no_list, no_text
from brandbrain_dagster.domain.compile.extractive.forbidden_text import drop_forbidden
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, cite
from brandbrain_dagster.domain.compile.llm.draft_problems import source_of
from brandbrain_dagster.domain.compile.llm.profile_draft import Citation, DraftPillar, ProfileDraft
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode, Pillar, SnapshotDocument, SourceRef
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_MAX_EXAMPLES = 5
_VOICE_FIELDS = frozenset({"tone_tags", "do", "dont", "cta_policy", "emoji_policy"})


def put_draft_into(
    document: SnapshotDocument,
    draft: ProfileDraft,
    fields: Sequence[str],
    *,
    answers: OnboardingAnswers,
    reading: BundleReading,
) -> None:
    """Replaces the asked fields of a document by a draft without problems, and chooses the examples anew, in place."""
    for name in fields:
        if name == "pillars":
            document.pillars = [_pillar(index, pillar, answers, reading) for index, pillar in enumerate(draft.pillars)]
        else:
            section = document.voice if name in _VOICE_FIELDS else document.positioning
            setattr(section, name, _node(getattr(draft, name), reading.by_id))
    document.examples = compile_examples(answers, reading, document.pillars)
    drop_forbidden(document, reading)


def _node(value: Any, items: Mapping[str, EvidenceItem]) -> FieldNode[Any]:
    if isinstance(value, list):
        sources = [source for entry in value for source in _sources(entry.citations, items)]
        return inferred([entry.value for entry in value], sources) if value else no_list()
    return no_text() if value is None else inferred(value.value, _sources(value.citations, items))


def _sources(citations: Iterable[Citation], items: Mapping[str, EvidenceItem]) -> list[SourceRef]:
    found = (source_of(citation, items[citation.evidence_id]) for citation in citations)
    return [source for source in found if source is not None]


def _pillar(index: int, draft: DraftPillar, answers: OnboardingAnswers, reading: BundleReading) -> Pillar:
    items = [reading.by_id[item_id] for item_id in dict.fromkeys(draft.item_ids)]
    items.sort(key=lambda item: (-reading.scores[item.id], item.id))
    whole = cite(items, limit=_MAX_EXAMPLES)
    description: FieldNode[str] = no_text()
    if draft.description is not None:
        description = inferred(draft.description, [*_sources(draft.citations, reading.by_id), *whole])
    return Pillar(
        id=f"pillar-{index + 1}",
        name=answered(draft.name, "tier1.pillars_seed") if answers.pillars_seed else inferred(draft.name, whole),
        description=description,
        share=round(len(items) / len(reading.items), 6),
        keyphrases=list(draft.keyphrases),
        example_ids=[source.id for source in whole],
    )
