"""Is what is said to come from people what they said, and did nobody else speak for them?"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.proof import profile_nodes
from brandbrain_dagster.domain.compile.snapshot_schema import FieldNode
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.subject import QaSubject

_NEVER_INFERRED = ("constraints.taboos", "constraints.risk_boundaries", "examples.user_examples")
_SEED_QUESTION = "tier1.pillars_seed"


def find_inferred_taboos(subject: QaSubject) -> Iterator[Finding]:
    """Finds taboos, risk boundaries and people's examples that nobody gave."""
    given = {path: value for path, (_, value) in _answers_by_path(subject.answers).items()}
    for path, node in profile_nodes(subject.document):
        if path not in _NEVER_INFERRED:
            continue
        known = {*given[path], *(subject.overridden_taboos if path == "constraints.taboos" else ())}
        if any(source.type == "evidence" for source in node.sources):
            yield Finding(path, "rests on evidence, and only people can say this")
        for index, entry in enumerate(node.value or []):
            if entry not in known:
                yield Finding(f"{path}.value.{index}", "was given by nobody")


def find_altered_answers(subject: QaSubject) -> Iterator[Finding]:
    """Finds answers that were changed, left out or made up, and decisions that nobody has merged yet."""
    answered = _answers_by_path(subject.answers)
    seeds = subject.answers.pillars_seed
    for path, node in profile_nodes(subject.document):
        question, value = answered.get(path, (None, None))
        if _is_pillar_name(path) and node.value in seeds:
            question, value = _SEED_QUESTION, node.value
        yield from _node_problems(path, node, question, value)
    names = [pillar.name.value for pillar in subject.document.pillars]
    if not set(seeds) <= set(names):
        yield Finding("pillars", f"a theme that question {_SEED_QUESTION} names is missing")
    yield from _altered_settings(subject)


def _node_problems(path: str, node: FieldNode[Any], question: str | None, value: Any) -> Iterator[Finding]:
    is_decided = node.locked or node.override_value is not None or node.inferred is not msgspec.UNSET
    if is_decided or any(source.type == "override" for source in node.sources):
        yield Finding(path, "is marked as an override or a pin, which a draft cannot have")
    cited = [source.id for source in node.sources if source.type == "answer"]
    if any(answer_id != question for answer_id in cited) or (cited and not value):
        yield Finding(path, "cites an answer that does not exist or does not belong here")
    elif value and (node.value != value or not cited):
        yield Finding(path, f"is not the answer to {question} as it was given")


def _altered_settings(subject: QaSubject) -> Iterator[Finding]:
    answers, meta = subject.answers, subject.document.meta
    for platform, profile in subject.document.platform_profiles.items():
        if profile.rules != answers.platform_rules.get(platform):
            yield Finding(
                f"platform_profiles.{platform}.rules",
                f"is not the answer to {_rules_question(platform)} as it was given",
            )
    settings: Mapping[str, tuple[Any, Any]] = {
        "meta.content_goal": (meta.content_goal, answers.primary_goal),
        "meta.priority_platforms": (meta.priority_platforms, list(answers.priority_platforms)),
        "meta.web_key_pages": (meta.web_key_pages, list(answers.key_pages)),
        "meta.proof_library": (meta.proof_library, list(answers.proof_claims)),
    }
    for path, (said, answer) in settings.items():
        if said != answer:
            yield Finding(path, "is not the answer as it was given")


def _rules_question(platform: str) -> str:
    return f"tier2.platform_rules.{platform}"


def _is_pillar_name(path: str) -> bool:
    return path.startswith("pillars.") and path.endswith(".name")


def _answers_by_path(answers: OnboardingAnswers) -> Mapping[str, tuple[str, Any]]:
    """Returns which question fills a field, and with what (compile, onboarding questions and where they go)."""
    return {
        "positioning.what_we_do": ("tier0.what_we_do", answers.what_we_do),
        "positioning.who_for": ("tier0.who_for", answers.who_for),
        "positioning.differentiators": ("tier0.edge", list(answers.edge)),
        "positioning.proof_types": ("tier2.proof_claims", [claim.claim for claim in answers.proof_claims]),
        "voice.tone_tags": ("tier0.tone_words", list(answers.tone_words)),
        "voice.cta_policy": ("tier0.cta_posture", answers.cta_posture),
        "constraints.taboos": ("tier0.taboos", list(answers.taboos)),
        "constraints.risk_boundaries": ("tier2.risk_boundaries", list(answers.risk_boundaries)),
        "examples.user_examples": ("tier1.good_examples", list(answers.good_examples)),
    }
