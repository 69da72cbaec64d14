"""Gating: every reason why a compile may not start."""

import pytest

from brandbrain_dagster.domain.compile.gating import gate_compile
from brandbrain_dagster.domain.onboarding.answers import REQUIRED_QUESTIONS, read_answers

COMPLETE = {
    "tier0.what_we_do": "mend clothes",
    "tier0.who_for": "thrifty people",
    "tier0.primary_goal": "trust",
    "tier0.cta_posture": "none",
}


@pytest.mark.parametrize(
    ("left_out", "sources", "codes"),
    [
        ([], 1, []),
        ([], 0, ["NO_ENABLED_SOURCES"]),
        (["tier0.cta_posture"], 2, ["MISSING_TIER0_FIELDS"]),
        (["tier0.who_for", "tier0.what_we_do"], 0, ["MISSING_TIER0_FIELDS", "NO_ENABLED_SOURCES"]),
        (list(REQUIRED_QUESTIONS), 1, ["MISSING_TIER0_FIELDS"]),
    ],
)
def test_a_compile_may_start_with_the_required_answers_and_a_source(
    left_out: list[str], sources: int, codes: list[str]
) -> None:
    answers = {question: answer for question, answer in COMPLETE.items() if question not in left_out}
    verdict = gate_compile(read_answers(answers).answers, enabled_source_count=sources)
    assert [code for code, _ in verdict.reasons] == codes
    assert verdict.is_allowed == (not codes)
    message = dict(verdict.reasons).get("MISSING_TIER0_FIELDS", "")
    assert [question for question in REQUIRED_QUESTIONS if question in message] == [
        question for question in REQUIRED_QUESTIONS if question in left_out
    ]


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_blank_required_answer_is_missing(blank: str | None) -> None:
    verdict = gate_compile(read_answers({**COMPLETE, "tier0.who_for": blank}).answers, enabled_source_count=1)
    assert not verdict.is_allowed
