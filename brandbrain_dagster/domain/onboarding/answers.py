"""The onboarding questions and the answers to them, read as the types they have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from brandbrain_dagster.domain.onboarding.platform_rules import (
    PREFERRED_FORMATS,
    AnswerProblem,
    CtaPolicy,
    PlatformRules,
    problem_at,
    read_platform_rules,
)

REQUIRED_QUESTIONS = ("tier0.what_we_do", "tier0.who_for", "tier0.primary_goal", "tier0.cta_posture")
"""Without these answers no compile starts (compile, gating)."""

RECOMMENDED_QUESTIONS: Mapping[str, str] = {
    "tier0.edge": "what sets the brand apart",
    "tier0.tone_words": "a few words for how the brand should sound",
    "tier0.taboos": "what the brand must never say",
    "tier1.pillars_seed": "the themes the brand wants to be known for",
    "tier2.proof_claims": "claims the brand can prove",
}
"""Strongly recommended questions, and what answering them tells."""


class ProofClaim(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the brand can prove, and with what."""

    claim: str
    support: str | None = None


class OnboardingAnswers(msgspec.Struct, frozen=True):
    """The answers as the compiler uses them; absent ones are None or empty."""

    what_we_do: str | None = None
    who_for: str | None = None
    edge: tuple[str, ...] = ()
    tone_words: tuple[str, ...] = ()
    taboos: tuple[str, ...] = ()
    primary_goal: str | None = None
    cta_posture: CtaPolicy | None = None
    priority_platforms: tuple[str, ...] = ()
    pillars_seed: tuple[str, ...] = ()
    good_examples: tuple[str, ...] = ()
    key_pages: tuple[str, ...] = ()
    proof_claims: tuple[ProofClaim, ...] = ()
    risk_boundaries: tuple[str, ...] = ()
    platform_rules: dict[str, PlatformRules] = {}


_QUESTIONS: Mapping[str, str] = {
    "tier0.what_we_do": "what_we_do",
    "tier0.who_for": "who_for",
    "tier0.edge": "edge",
    "tier0.tone_words": "tone_words",
    "tier0.taboos": "taboos",
    "tier0.primary_goal": "primary_goal",
    "tier0.cta_posture": "cta_posture",
    "tier1.priority_platforms": "priority_platforms",
    "tier1.pillars_seed": "pillars_seed",
    "tier1.good_examples": "good_examples",
    "tier1.key_pages": "key_pages",
    "tier2.proof_claims": "proof_claims",
    "tier2.risk_boundaries": "risk_boundaries",
}
_RULES_PREFIX = "tier2.platform_rules."
_FIELD_TYPES = {field.name: field.type for field in msgspec.structs.fields(OnboardingAnswers)}


@dataclass(frozen=True)
class ReadAnswers:
    """Answers read from ``answers_json``, with everything that is wrong with them; a wrong answer counts as absent."""

    answers: OnboardingAnswers
    errors: tuple[AnswerProblem, ...]
    warnings: tuple[AnswerProblem, ...]


def read_answers(answers_json: Mapping[str, Any]) -> ReadAnswers:
    """Reads the answers by question id. Unknown ids are kept by the store and ignored here."""
    fields: dict[str, Any] = {}
    errors: list[AnswerProblem] = []
    warnings: list[AnswerProblem] = []
    for question, name in _QUESTIONS.items():
        value = _cleaned(answers_json.get(question))
        if question == "tier2.proof_claims" and isinstance(value, list):
            value = _as_claims(value)
        if value is None:
            continue
        try:
            fields[name] = msgspec.convert(value, _FIELD_TYPES[name])
        except msgspec.ValidationError as error:
            errors.append(problem_at(question, error))
    rules: dict[str, PlatformRules] = {}
    for platform in PREFERRED_FORMATS:
        path = _RULES_PREFIX + platform
        if answers_json.get(path) is not None:
            found, wrong, dropped = read_platform_rules(platform, answers_json[path], path=path)
            errors += wrong
            warnings += dropped
            if found is not None:
                rules[platform] = found
    return ReadAnswers(OnboardingAnswers(**fields, platform_rules=rules), tuple(errors), tuple(warnings))


def missing_questions(answers: OnboardingAnswers, questions: Iterable[str]) -> list[str]:
    """Returns those of the questions that have no answer, in their order."""
    return [question for question in questions if not getattr(answers, _QUESTIONS[question])]


def _cleaned(value: Any) -> Any:
    """Trims texts and drops blank ones, so that an empty answer is no answer."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list):
        parts = [part.strip() if isinstance(part, str) else part for part in value]
        return [part for part in parts if part not in ("", None)] or None
    return value


def _as_claims(value: list[Any]) -> list[Any] | None:
    """Makes every claim an object; one whose texts are blank is dropped."""
    claims = [{"claim": part} if isinstance(part, str) else part for part in value]
    cleaned = [
        {key: _cleaned(text) for key, text in claim.items()} if isinstance(claim, dict) else claim for claim in claims
    ]
    return [claim for claim in cleaned if not isinstance(claim, dict) or any(claim.values())] or None
