"""The question to the model that drafts a profile."""

import re
from collections.abc import Sequence
from string import Template
from typing import Any

from brandbrain_dagster.domain.compile.llm.language_model import ModelLimits, ModelRequest
from brandbrain_dagster.domain.compile.llm.profile_draft import output_schema
from brandbrain_dagster.domain.compile.llm.prompt_parts import as_data, prompt_files, texts_of, version_of
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_FOLDER = "v1"
_MAX_ITEM_CHARACTERS = 4_000
_MIN_ITEM_CHARACTERS = 200
_MAX_EVIDENCE_CHARACTERS = 120_000
"""About 30,000 tokens of English; every item gets an equal part of it, between the two bounds above."""
_SECTION = re.compile(r"^## (\w+)\n+(.*?)\s*(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def prompt_version() -> str:
    """Returns the version of the prompt in use: ``v1-`` and twelve hex digits."""
    return version_of(_FOLDER, prompt_files(__package__, _FOLDER))


def build_request(
    fields: Sequence[str],
    *,
    brand_name: str,
    answers: OnboardingAnswers,
    taboos: Sequence[str],
    items: Sequence[EvidenceItem],
    limits: ModelLimits,
) -> ModelRequest:
    """Returns the question for these fields of a draft over these items; ``taboos`` may be more than the answers'."""
    prompt = prompt_files(__package__, _FOLDER)
    explained = dict(_SECTION.findall(prompt["fields.md"]))
    user = Template(prompt["user.md"]).substitute(
        fields="\n".join(f"- `{name}`: {explained[_explanation(name, answers)]}" for name in fields),
        brand=as_data(_brand(brand_name, answers, taboos)),
        evidence=as_data(_evidence(items)),
    )
    return ModelRequest(
        prompt_version=prompt_version(),
        system=prompt["system.md"],
        user=user,
        output_schema=output_schema(fields),
        limits=limits,
    )


def _explanation(field: str, answers: OnboardingAnswers) -> str:
    return "pillars_named" if field == "pillars" and answers.pillars_seed else field


def _brand(brand_name: str, answers: OnboardingAnswers, taboos: Sequence[str]) -> dict[str, Any]:
    """What the brand's people said that helps to read the evidence; their texts are theirs and are not asked for."""
    told = {
        "name": brand_name,
        "what_we_do": answers.what_we_do,
        "who_for": answers.who_for,
        "edge": list(answers.edge),
        "tone_words": list(answers.tone_words),
        "goal": answers.primary_goal,
        "pillar_names": list(answers.pillars_seed),
        "forbidden_terms": list(taboos),
        "risk_boundaries": list(answers.risk_boundaries),
    }
    return {name: value for name, value in told.items() if value}


def _evidence(items: Sequence[EvidenceItem]) -> list[dict[str, Any]]:
    share = _MAX_EVIDENCE_CHARACTERS // max(len(items), 1)
    limit = max(_MIN_ITEM_CHARACTERS, min(_MAX_ITEM_CHARACTERS, share))
    return [_shown(item, limit) for item in items]


def _shown(item: EvidenceItem, limit: int) -> dict[str, Any]:
    """An item with its texts under the names of their fields, cut where they are too long."""
    shown: dict[str, Any] = {"id": item.id, "platform": item.platform, "type": item.content_type}
    if item.published_at:
        shown["published"] = f"{item.published_at:%Y-%m-%d}"
    return shown | texts_of(item, ("title", "text_primary", "text_secondary"), limit)
