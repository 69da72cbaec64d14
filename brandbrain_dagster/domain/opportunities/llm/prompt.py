"""The question to the model that puts ideas into words."""

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any

from brandbrain_dagster.domain.compile.citations import TEXT_FIELDS
from brandbrain_dagster.domain.compile.llm.language_model import ModelLimits, ModelRequest
from brandbrain_dagster.domain.compile.llm.prompt_parts import as_data, prompt_files, texts_of, version_of
from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.candidate import Candidate, Wording
from brandbrain_dagster.domain.opportunities.context import BoardContext
from brandbrain_dagster.domain.opportunities.llm.wording_draft import output_schema

_FOLDER = "v1"
_MAX_ITEM_CHARACTERS = 1_500
_MIN_ITEM_CHARACTERS = 200
_MAX_EVIDENCE_CHARACTERS = 60_000
"""About 15,000 tokens of English; every item gets an equal part of it, between the two bounds above."""


def prompt_version() -> str:
    """Returns the version of the prompt in use: ``v1-`` and twelve hex digits."""
    return version_of(_FOLDER, prompt_files(__package__, _FOLDER))


def build_request(
    candidates: Sequence[Candidate], drafts: Mapping[str, Wording], *, context: BoardContext, limits: ModelLimits
) -> ModelRequest:
    """Returns the question for the words of these candidates; ``drafts`` are their deterministic wordings by key."""
    prompt = prompt_files(__package__, _FOLDER)
    share = _MAX_EVIDENCE_CHARACTERS // max(sum(len(candidate.items) for candidate in candidates), 1)
    limit = max(_MIN_ITEM_CHARACTERS, min(_MAX_ITEM_CHARACTERS, share))
    user = Template(prompt["user.md"]).substitute(
        count=len(candidates),
        brand=as_data(_brand(context.brand_name, context.snapshot)),
        ideas=as_data([_idea(candidate, drafts[candidate.key], limit) for candidate in candidates]),
        keys=", ".join(candidate.key for candidate in candidates),
    )
    return ModelRequest(
        prompt_version=prompt_version(),
        system=prompt["system.md"],
        user=user,
        output_schema=output_schema(),
        limits=limits,
    )


def _brand(brand_name: str, snapshot: SnapshotDocument) -> dict[str, Any]:
    told = {
        "name": brand_name,
        "what_we_do": snapshot.positioning.what_we_do.value,
        "who_for": snapshot.positioning.who_for.value,
        "tone_tags": snapshot.voice.tone_tags.value,
        "do": snapshot.voice.do.value,
        "dont": snapshot.voice.dont.value,
        "goal": snapshot.meta.content_goal,
        "forbidden_terms": snapshot.constraints.taboos.value,
        "risk_boundaries": snapshot.constraints.risk_boundaries.value,
    }
    return {name: value for name, value in told.items() if value}


def _idea(candidate: Candidate, draft: Wording, limit: int) -> dict[str, Any]:
    told = {
        "key": candidate.key,
        "type": candidate.type,
        "pillar": candidate.pillar_name,
        "persona": candidate.persona,
        "channel": candidate.primary_channel,
        "format": candidate.format_name,
        "cta_policy": candidate.cta_policy,
        "hook": candidate.hook,
        "proof": candidate.proof,
        "facts": [fact.text for fact in candidate.facts],
        "evidence": [_shown(item, limit) for item in candidate.items],
        "draft": {"title": draft.title, "angle": draft.angle, "why_now": draft.why_now},
    }
    return {name: value for name, value in told.items() if value}


def _shown(item: EvidenceItem, limit: int) -> dict[str, Any]:
    """An item with its texts under the names of their fields, cut where they are too long."""
    shown: dict[str, Any] = {"id": item.id, "platform": item.platform, "type": item.content_type}
    return shown | texts_of(item, TEXT_FIELDS, limit)
