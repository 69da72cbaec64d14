"""What every compiler is: a function from recorded inputs and evidence to a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from brandbrain_dagster.domain.bundling.selection import EvidenceBundle
from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity
from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers


@dataclass(frozen=True, kw_only=True)
class CompileInputs:
    """All that a compiler may use. ``platforms`` are those of the enabled sources; ``stats`` is the feature report."""

    brand_name: str
    answers: OnboardingAnswers
    platforms: Sequence[str]
    bundle: EvidenceBundle
    stats: Mapping[str, Any]
    feature_report_id: UUID
    evidence_status: EvidenceStatus
    compiled_at: datetime
    overridden_taboos: Sequence[str] = ()

    @property
    def taboos(self) -> list[str]:
        """The terms that nothing produced may hold: those of the answers and those of an override."""
        return [*self.answers.taboos, *self.overridden_taboos]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a compiler made of its inputs, and what a language model took for it (empty where none is used)."""

    document: SnapshotDocument
    llm_usage: Mapping[str, Any] = field(default_factory=dict)


class Compiler(Protocol):
    """Makes drafts; a draft's confidences are set afterwards, by rule."""

    @property
    def identity(self) -> CompilerIdentity:
        """Who makes the draft; part of the input hash."""

    def draft(self, inputs: CompileInputs) -> Draft:
        """Returns the draft: values with their sources."""
