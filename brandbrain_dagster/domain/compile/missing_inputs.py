"""What would help a profile most, in one plain sentence each."""

from collections.abc import Iterator

from brandbrain_dagster.domain.compile.compiler import CompileInputs
from brandbrain_dagster.domain.compile.confidence import EvidenceFacts
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition
from brandbrain_dagster.domain.onboarding.answers import RECOMMENDED_QUESTIONS, missing_questions


def missing_inputs(inputs: CompileInputs) -> list[str]:
    """Returns the sentences, the most helpful first."""
    return [*_from_evidence(inputs), *_from_answers(inputs)]


def _from_evidence(inputs: CompileInputs) -> Iterator[str]:
    facts = EvidenceFacts.of(inputs.bundle.items)
    if not facts.has_items:
        yield "Nothing usable came back from any source; check that the accounts exist and are public."
    elif not facts.has_social:
        yield "A website alone does not show how the brand talks; posts of a social account would."
    if facts.has_reels and not facts.has_reel_transcripts:
        yield "The reels came without transcripts; reels in which somebody speaks say most about the brand's voice."
    elif facts.has_social and not any(item.flags.has_transcript for item in inputs.bundle.items):
        yield "No video has a transcript; reels in which somebody speaks (instagram.reels) say most about the voice."
    for outcome in inputs.evidence_status.of(Disposition.FAILED):
        reason = _clause(outcome.error or outcome.reason)
        yield f"{outcome.source} ({outcome.identifier}) could not be collected: {reason}."
    for outcome in inputs.evidence_status.of(Disposition.SKIPPED):
        yield f"{outcome.source} ({outcome.identifier}) was skipped: {_clause(outcome.reason)}."


def _from_answers(inputs: CompileInputs) -> Iterator[str]:
    for question in missing_questions(inputs.answers, RECOMMENDED_QUESTIONS):
        yield f"Tell us {RECOMMENDED_QUESTIONS[question]} (question {question})."


def _clause(reason: str) -> str:
    """A reason within a sentence that has a full stop of its own."""
    return reason.rstrip(". ")
