"""The onboarding answers as a form, and back: what is stored, in the text that people type, and the reverse."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brandbrain_dagster.domain.onboarding.platform_rules import PREFERRED_FORMATS, LinkPolicy, Usage
from brandbrain_dagster.pages.views.questions import (
    CTA_CHOICES,
    QUESTIONS,
    RULE_PLATFORMS,
    RULES_PREFIX,
    AnswerKind,
    Question,
)

Form = Mapping[str, Sequence[str]]
"""What a form sends: the values by the name of their control."""

RULE_NAMES = (
    "cadence_per_week",
    "preferred_formats",
    "hashtag_usage",
    "hashtag_max_count",
    "link_policy",
    "cta_policy_override",
    "forbidden_patterns",
)
USAGE_CHOICES = tuple((usage.value, usage.value.capitalize()) for usage in Usage)
LINK_CHOICES = (
    (LinkPolicy.NEVER.value, "Never"),
    (LinkPolicy.BIO_ONLY.value, "In the bio only"),
    (LinkPolicy.COMMENTS_ONLY.value, "In the comments only"),
    (LinkPolicy.IN_POST.value, "In the post"),
    (LinkPolicy.ANY.value, "Anywhere"),
)
RULE_CTA_CHOICES = CTA_CHOICES
FORMAT_CHOICES = {
    platform: tuple((name, name.replace("_", " ").capitalize()) for name in formats)
    for platform, formats in PREFERRED_FORMATS.items()
}


def typed_answers(answers_json: Mapping[str, Any]) -> dict[str, list[str]]:
    """Returns stored answers as a form holds them; one of a wrong type is shown as text, to be corrected."""
    typed = {question.id: _typed(question, answers_json.get(question.id)) for question in QUESTIONS}
    for platform in RULE_PLATFORMS:
        rules = answers_json.get(RULES_PREFIX + platform)
        held = rules if isinstance(rules, Mapping) else {}
        hashtags = held.get("hashtag_policy")
        policy = hashtags if isinstance(hashtags, Mapping) else {}
        values = {**held, "hashtag_usage": policy.get("usage"), "hashtag_max_count": policy.get("max_count")}
        for name in RULE_NAMES:
            typed[f"{RULES_PREFIX}{platform}.{name}"] = _texts(values.get(name), joined=name == "forbidden_patterns")
    return typed


def answers_from(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the answers that a form holds; those that it does not ask for stay as they are stored."""
    asked = {question.id for question in QUESTIONS} | {RULES_PREFIX + platform for platform in RULE_PLATFORMS}
    answers = {question_id: answer for question_id, answer in stored.items() if question_id not in asked}
    for question in QUESTIONS:
        answer = _READERS[question.kind](form.get(question.id, ()))
        if answer:
            answers[question.id] = answer
    for platform in RULE_PLATFORMS:
        rules = _rules(form, RULES_PREFIX + platform)
        if rules:
            answers[RULES_PREFIX + platform] = rules
    return answers


def complete_tier(answers_json: Mapping[str, Any]) -> int:
    """Returns the highest tier of which every question up to it is answered; 0 where there is none."""
    unanswered = [question.tier for question in QUESTIONS if not answers_json.get(question.id)]
    return max(0, min(unanswered, default=3) - 1)


def form_control(path: str) -> str:
    """Returns the id of the question that a problem's path is about."""
    named = path.partition("[")[0]
    for platform in RULE_PLATFORMS:
        if named.startswith(RULES_PREFIX + platform):
            return RULES_PREFIX + platform
    return named


def _typed(question: Question, answer: Any) -> list[str]:
    if question.kind is AnswerKind.CLAIMS:
        claims = answer if isinstance(answer, list) else [] if answer is None else [answer]
        return ["\n".join(_claim_line(claim) for claim in claims)] if claims else []
    return _texts(answer, joined=question.kind is AnswerKind.LINES)


def _texts(answer: Any, *, joined: bool) -> list[str]:
    parts = answer if isinstance(answer, list) else [] if answer is None else [answer]
    texts = [f"{part:g}" if isinstance(part, float) else str(part) for part in parts]
    return ["\n".join(texts)] if joined and texts else texts


def _claim_line(claim: Any) -> str:
    if not isinstance(claim, Mapping):
        return str(claim)
    support = claim.get("support")
    return f"{claim.get('claim', '')} | {support}" if support else str(claim.get("claim", ""))


def _lines(values: Sequence[str]) -> list[str]:
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


def _text(values: Sequence[str]) -> str:
    return values[0].replace("\r\n", "\n").strip() if values else ""


def _chosen(values: Sequence[str]) -> list[str]:
    return [value for value in values if value]


def _claims(values: Sequence[str]) -> list[dict[str, str]]:
    claims = []
    for line in _lines(values):
        claim, _, support = (part.strip() for part in line.partition("|"))
        claims.append({"claim": claim, "support": support} if support else {"claim": claim})
    return claims


_READERS: Mapping[AnswerKind, Callable[[Sequence[str]], Any]] = {
    AnswerKind.TEXT: _text,
    AnswerKind.LINES: _lines,
    AnswerKind.CHOICE: _text,
    AnswerKind.CHOICES: _chosen,
    AnswerKind.CLAIMS: _claims,
}


def _rules(form: Form, path: str) -> dict[str, Any]:
    """A number that is none is passed on as text, so that whoever checks the answers names it."""

    def given(name: str) -> Sequence[str]:
        return form.get(f"{path}.{name}", ())

    hashtags = {"usage": _text(given("hashtag_usage")), "max_count": _number(_text(given("hashtag_max_count")))}
    rules: dict[str, Any] = {
        "cadence_per_week": _number(_text(given("cadence_per_week"))),
        "preferred_formats": _chosen(given("preferred_formats")),
        "hashtag_policy": {name: value for name, value in hashtags.items() if value not in ("", None)},
        "link_policy": _text(given("link_policy")),
        "cta_policy_override": _text(given("cta_policy_override")),
        "forbidden_patterns": _lines(given("forbidden_patterns")),
    }
    return {name: value for name, value in rules.items() if value not in ("", None, [], {})}


def _number(text: str) -> float | str | None:
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
