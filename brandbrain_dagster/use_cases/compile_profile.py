"""From recorded facts to a profile: draft, proof, confidences, QA, people's decisions. Same facts, same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs
from brandbrain_dagster.domain.compile.compiler import CompileInputs, Compiler, Draft
from brandbrain_dagster.domain.compile.confidence import set_confidences
from brandbrain_dagster.domain.compile.override_merge import Decisions, merge_decisions
from brandbrain_dagster.domain.compile.proof import prove_citations
from brandbrain_dagster.domain.compile.publication import snapshot_json
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.normalization.sightings import by_id
from brandbrain_dagster.domain.qa.report import QaReport, run_qa
from brandbrain_dagster.domain.qa.subject import QaSubject


@dataclass(frozen=True, kw_only=True)
class CompileFacts:
    """All that a profile is made from; ``stats`` is the feature report of the bundle."""

    inputs: BrandInputs
    bundle: EvidenceBundle
    stats: Mapping[str, Any]
    feature_report_id: UUID
    evidence_status: EvidenceStatus
    compiled_at: datetime
    fleet: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class CompiledProfile:
    """A draft, what QA says of it, and the profile that is published unless QA forbids it.

    ``kept_values`` are to be kept for pinned paths that had none so far.
    """

    draft_json: Mapping[str, Any]
    qa: QaReport
    snapshot_json: Mapping[str, Any]
    kept_values: Mapping[str, Any]
    llm_usage: Mapping[str, Any]


def compile_profile(facts: CompileFacts, compiler: Compiler) -> CompiledProfile:
    """Makes the profile; asks nobody but the compiler."""
    inputs, items = facts.inputs, by_id(facts.bundle.items)
    draft = draft_profile(facts, compiler)
    document = draft.document
    prove_citations(document, items)
    set_confidences(document, items)
    if facts.fleet is not None:
        document.meta.fleet = dict(facts.fleet)
    draft_json = snapshot_json(document)
    merged = merge_decisions(
        draft_json,
        Decisions(
            overrides=inputs.overrides_json, pinned_paths=inputs.pinned_paths, pinned_values=inputs.pinned_values
        ),
    )
    qa = run_qa(
        QaSubject(
            document=document,
            items=items,
            answers=inputs.answers,
            overridden_taboos=_taboos(inputs.overrides_json),
            unfit_decisions=merged.unfit_paths,
            platforms=_platforms(inputs),
            stats=facts.stats,
            evidence_status=facts.evidence_status,
            compiled_at=facts.compiled_at,
        )
    )
    return CompiledProfile(
        draft_json=draft_json,
        qa=qa,
        snapshot_json=merged.snapshot_json,
        kept_values=merged.kept_values,
        llm_usage=draft.llm_usage,
    )


def draft_profile(facts: CompileFacts, compiler: Compiler) -> Draft:
    """Has the compiler make its draft."""
    inputs = facts.inputs
    return compiler.draft(
        CompileInputs(
            brand_name=inputs.brand_name,
            answers=inputs.answers,
            platforms=_platforms(inputs),
            bundle=facts.bundle,
            stats=facts.stats,
            feature_report_id=facts.feature_report_id,
            evidence_status=facts.evidence_status,
            compiled_at=facts.compiled_at,
            overridden_taboos=_taboos(inputs.overrides_json),
        )
    )


def _platforms(inputs: BrandInputs) -> list[str]:
    return sorted({source.platform for source in inputs.sources})


def _taboos(overrides_json: Mapping[str, Any]) -> list[str]:
    """The taboos that stand in an override; one that is no list of texts does not fit and is told of elsewhere."""
    given = overrides_json.get("constraints.taboos", [])
    return [term for term in given if isinstance(term, str)] if isinstance(given, list) else []
