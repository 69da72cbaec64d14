"""Missing inputs: each sentence appears exactly when it should."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from brandbrain_dagster.domain.compile.missing_inputs import missing_inputs
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, SourceOutcome
from brandbrain_dagster.domain.onboarding.answers import RECOMMENDED_QUESTIONS
from tests.fakes.evidence_items import make_item
from tests.unit.compile.profiles import compile_inputs

POST = make_item("post")
PAGE = make_item("page", platform="web")
REEL = make_item("reel", content_type="reel", capability="reels")
SPOKEN_REEL = make_item("spoken", content_type="reel", capability="reels", flags=Flags(has_transcript=True))
ALL_RECOMMENDED: dict[str, Any] = {question: ["something"] for question in RECOMMENDED_QUESTIONS}

NOTHING = "Nothing usable came back"
NO_SOCIAL = "A website alone"
SILENT_REELS = "The reels came without transcripts"
NO_TRANSCRIPTS = "No video has a transcript"


def _outcome(disposition: Disposition, *, reason: str, error: str | None = None) -> SourceOutcome:
    return SourceOutcome(
        disposition=disposition,
        source="linkedin.profile_posts",
        source_connection_id=UUID(int=1),
        identifier="jane",
        reason=reason,
        error=error,
    )


@pytest.mark.parametrize(
    ("items", "starts"),
    [
        ([], [NOTHING]),
        ([PAGE], [NO_SOCIAL]),
        ([POST], [NO_TRANSCRIPTS]),
        ([POST, PAGE], [NO_TRANSCRIPTS]),
        ([REEL, POST], [SILENT_REELS]),
        ([REEL, SPOKEN_REEL], []),
        ([SPOKEN_REEL, PAGE], []),
    ],
)
def test_evidence_that_would_help_is_named(items: Sequence[EvidenceItem], starts: list[str]) -> None:
    sentences = missing_inputs(compile_inputs(items, ALL_RECOMMENDED))
    assert len(sentences) == len(starts)
    assert all(sentence.startswith(start) for sentence, start in zip(sentences, starts, strict=True))


@pytest.mark.parametrize("question", RECOMMENDED_QUESTIONS)
def test_a_recommended_answer_is_asked_for_only_while_it_is_missing(question: str) -> None:
    answers = {name: answer for name, answer in ALL_RECOMMENDED.items() if name != question}
    [sentence] = missing_inputs(compile_inputs([SPOKEN_REEL], answers))
    assert sentence == f"Tell us {RECOMMENDED_QUESTIONS[question]} (question {question})."


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (
            _outcome(Disposition.SKIPPED, reason="the capability is not validated"),
            "linkedin.profile_posts (jane) was skipped: the capability is not validated.",
        ),
        (
            _outcome(Disposition.FAILED, reason="run failed", error="The account is private."),
            "linkedin.profile_posts (jane) could not be collected: The account is private.",
        ),
        (
            _outcome(Disposition.FAILED, reason="run failed"),
            "linkedin.profile_posts (jane) could not be collected: run failed.",
        ),
    ],
)
def test_a_source_without_evidence_is_named_with_the_reason(outcome: SourceOutcome, sentence: str) -> None:
    assert missing_inputs(compile_inputs([SPOKEN_REEL], ALL_RECOMMENDED, outcomes=[outcome])) == [sentence]


@pytest.mark.parametrize("disposition", [Disposition.REUSED, Disposition.REFRESHED])
def test_a_source_with_evidence_is_not_named(disposition: Disposition) -> None:
    outcome = _outcome(disposition, reason="fresh")
    assert missing_inputs(compile_inputs([SPOKEN_REEL], ALL_RECOMMENDED, outcomes=[outcome])) == []


def test_what_evidence_would_help_comes_before_the_answers() -> None:
    sentences = missing_inputs(compile_inputs([]))
    assert sentences[0].startswith(NOTHING)
    assert len(sentences) == 1 + len(RECOMMENDED_QUESTIONS)
