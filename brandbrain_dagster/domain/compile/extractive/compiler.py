"""The extractive compiler: answers as they are, the rest from evidence by rules and statistics.

No model, no key, no network, no clock: the same inputs give the same bytes.
"""

from brandbrain_dagster.domain.compile.brand_inputs import CompilerIdentity
from brandbrain_dagster.domain.compile.compiler import CompileInputs, Draft
from brandbrain_dagster.domain.compile.extractive.examples import compile_examples
from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, no_list
from brandbrain_dagster.domain.compile.extractive.forbidden_text import drop_forbidden
from brandbrain_dagster.domain.compile.extractive.pillars import compile_pillars
from brandbrain_dagster.domain.compile.extractive.platform_profiles import compile_platform_profile
from brandbrain_dagster.domain.compile.extractive.positioning import compile_positioning
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading
from brandbrain_dagster.domain.compile.extractive.voice import compile_voice
from brandbrain_dagster.domain.compile.missing_inputs import missing_inputs
from brandbrain_dagster.domain.compile.snapshot_schema import (
    SCHEMA_VERSION,
    CompilerMeta,
    Constraints,
    EvidenceSummary,
    Meta,
    SnapshotDocument,
)
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

EXTRACTIVE_VERSION = "2"
"""Raised whenever the same inputs and evidence would give another draft."""


class ExtractiveCompiler:
    """The default compiler."""

    @property
    def identity(self) -> CompilerIdentity:
        """Name and version; there is no model and no prompt."""
        return CompilerIdentity(
            name="extractive",
            version=EXTRACTIVE_VERSION,
            model=None,
            prompt_version=None,
            schema_version=SCHEMA_VERSION,
        )

    def draft(self, inputs: CompileInputs) -> Draft:
        """Returns the draft."""
        answers = inputs.answers
        reading = BundleReading(inputs.bundle.items, inputs.stats, brand_name=inputs.brand_name, taboos=answers.taboos)
        pillars = compile_pillars(answers, reading)
        document = SnapshotDocument(
            positioning=compile_positioning(answers, reading),
            voice=compile_voice(answers, reading),
            pillars=pillars,
            constraints=_constraints(answers),
            platform_profiles={
                platform: compile_platform_profile(platform, answers.platform_rules.get(platform), reading)
                for platform in sorted(set(inputs.platforms))
            },
            examples=compile_examples(answers, reading, pillars),
            meta=_meta(inputs, self.identity),
        )
        drop_forbidden(document, reading)
        return Draft(document=document)


def _constraints(answers: OnboardingAnswers) -> Constraints:
    """Taboos and boundaries are never inferred."""
    return Constraints(
        taboos=(
            answered(list(answers.taboos), "tier0.taboos")
            if answers.taboos
            else no_list("Only people can say what the brand must never say.", "Answer tier0.taboos.")
        ),
        risk_boundaries=(
            answered(list(answers.risk_boundaries), "tier2.risk_boundaries")
            if answers.risk_boundaries
            else no_list("Only people can say which risks the brand does not take.", "Answer tier2.risk_boundaries.")
        ),
    )


def _meta(inputs: CompileInputs, identity: CompilerIdentity) -> Meta:
    answers = inputs.answers
    items = inputs.bundle.items
    times = [item.published_at for item in items if item.published_at]
    platforms = [item.platform for item in items]
    return Meta(
        schema_version=SCHEMA_VERSION,
        compiled_at=inputs.compiled_at,
        compiler=CompilerMeta(
            name=identity.name,
            version=identity.version,
            model=identity.model,
            prompt_version=identity.prompt_version,
        ),
        content_goal=answers.primary_goal,
        priority_platforms=list(answers.priority_platforms),
        web_key_pages=list(answers.key_pages),
        proof_library=list(answers.proof_claims),
        evidence_summary=EvidenceSummary(
            bundle_id=str(inputs.bundle.bundle_id),
            item_count=len(items),
            by_platform={platform: platforms.count(platform) for platform in sorted(set(platforms))},
            newest=max(times, default=None),
            oldest=min(times, default=None),
        ),
        feature_report_id=str(inputs.feature_report_id),
        missing_inputs=missing_inputs(inputs),
        confidence_summary={},
    )
