"""Onboarding answers: every question's type, blanks, wrong types, and anything else that JSON can hold."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.onboarding.answers import (
    RECOMMENDED_QUESTIONS,
    REQUIRED_QUESTIONS,
    OnboardingAnswers,
    ProofClaim,
    missing_questions,
    read_answers,
)
from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, PlatformRules

TEXTS = ("tier0.what_we_do", "tier0.who_for", "tier0.primary_goal")
LISTS = (
    "tier0.edge",
    "tier0.tone_words",
    "tier0.taboos",
    "tier1.priority_platforms",
    "tier1.pillars_seed",
    "tier1.good_examples",
    "tier1.key_pages",
    "tier2.risk_boundaries",
)
RULES = tuple(f"tier2.platform_rules.{name}" for name in ("instagram", "linkedin", "tiktok", "youtube"))
QUESTIONS = (*TEXTS, *LISTS, *RULES, "tier0.cta_posture", "tier2.proof_claims")

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
rule_keys = st.sampled_from([*PlatformRules.__struct_fields__, "colour"])
rule_like = st.dictionaries(rule_keys, any_json | st.fixed_dictionaries({"usage": any_json}), max_size=4)


def _field(question: str) -> str:
    return question.rpartition(".")[2]


@pytest.mark.parametrize("question", TEXTS)
def test_a_text_question_takes_a_text_and_trims_it(question: str) -> None:
    read = read_answers({question: "  we mend clothes \n"})
    assert getattr(read.answers, _field(question)) == "we mend clothes"
    assert (read.errors, read.warnings) == ((), ())


@pytest.mark.parametrize("question", LISTS)
def test_a_list_question_takes_texts_and_drops_blank_ones(question: str) -> None:
    read = read_answers({question: [" one ", "", "   ", None, "two"]})
    assert getattr(read.answers, _field(question)) == ("one", "two")
    assert read.errors == ()


@pytest.mark.parametrize("policy", list(CtaPolicy))
def test_the_call_to_action_posture_is_one_of_four(policy: CtaPolicy) -> None:
    assert read_answers({"tier0.cta_posture": policy.value}).answers.cta_posture is policy


@pytest.mark.parametrize("question", QUESTIONS[:11] + QUESTIONS[15:])
@pytest.mark.parametrize("blank", [None, "", "  ", [], [""], [" \n", None]])
def test_a_blank_answer_is_no_answer(question: str, blank: Any) -> None:
    assert read_answers({question: blank}).answers == OnboardingAnswers()


@pytest.mark.parametrize(
    ("question", "wrong", "path"),
    [
        ("tier0.what_we_do", 7, "tier0.what_we_do"),
        ("tier0.who_for", ["teams"], "tier0.who_for"),
        ("tier0.primary_goal", {"goal": "x"}, "tier0.primary_goal"),
        ("tier0.cta_posture", "loud", "tier0.cta_posture"),
        ("tier0.cta_posture", True, "tier0.cta_posture"),
        ("tier0.edge", "just one", "tier0.edge"),
        ("tier0.taboos", ["cheap", 3], "tier0.taboos[1]"),
        ("tier0.tone_words", [["warm"]], "tier0.tone_words[0]"),
        ("tier1.key_pages", {"0": "https://a.example"}, "tier1.key_pages"),
        ("tier2.proof_claims", "B Corp", "tier2.proof_claims"),
        ("tier2.proof_claims", ["B Corp", {"support": "the register"}], "tier2.proof_claims[1]"),
        ("tier2.proof_claims", [{"claim": 5}], "tier2.proof_claims[0].claim"),
        ("tier2.platform_rules.tiktok", "daily", "tier2.platform_rules.tiktok"),
    ],
)
def test_a_wrong_type_is_an_error_that_names_the_path_and_counts_as_absent(
    question: str, wrong: Any, path: str
) -> None:
    read = read_answers({question: wrong, "tier0.risk": 1})
    assert [problem.path for problem in read.errors] == [path]
    assert "$" not in read.errors[0].message
    assert read.answers == OnboardingAnswers()


def test_every_error_is_reported_at_once() -> None:
    read = read_answers({"tier0.what_we_do": 1, "tier0.edge": 2, "tier2.platform_rules.youtube": 3})
    assert [problem.path for problem in read.errors] == [
        "tier0.what_we_do",
        "tier0.edge",
        "tier2.platform_rules.youtube",
    ]


def test_proof_claims_may_be_texts_and_objects() -> None:
    claims = ["12,000 repairs", {"claim": " B Corp ", "support": "the register"}, {"claim": "rated 4.9"}]
    assert read_answers({"tier2.proof_claims": claims}).answers.proof_claims == (
        ProofClaim("12,000 repairs"),
        ProofClaim("B Corp", "the register"),
        ProofClaim("rated 4.9"),
    )


def test_a_blank_proof_claim_is_dropped() -> None:
    claims = [{"claim": " "}, {"claim": "B Corp", "support": ""}, {}]
    assert read_answers({"tier2.proof_claims": claims}).answers.proof_claims == (ProofClaim("B Corp"),)


def test_unknown_questions_are_ignored() -> None:
    read = read_answers({"tier9.colour": object(), "tier2.platform_rules.myspace": 1})
    assert read.answers == OnboardingAnswers()
    assert (read.errors, read.warnings) == ((), ())


def test_missing_questions_keep_their_order() -> None:
    answers = read_answers({"tier0.who_for": "teams", "tier0.taboos": ["cheap"]}).answers
    required = ["tier0.what_we_do", "tier0.primary_goal", "tier0.cta_posture"]
    assert missing_questions(answers, REQUIRED_QUESTIONS) == required
    assert "tier0.taboos" not in missing_questions(answers, RECOMMENDED_QUESTIONS)
    assert missing_questions(OnboardingAnswers(), RECOMMENDED_QUESTIONS) == list(RECOMMENDED_QUESTIONS)


@settings(max_examples=150)
@given(answers=st.dictionaries(st.sampled_from(QUESTIONS), any_json | rule_like | st.lists(rule_like, max_size=2)))
def test_any_json_is_read_without_raising(answers: dict[str, Any]) -> None:
    read = read_answers(answers)
    assert all(problem.path.startswith(tuple(answers)) for problem in (*read.errors, *read.warnings))
