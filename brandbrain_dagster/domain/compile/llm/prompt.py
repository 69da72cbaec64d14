"""The question to the model: instructions from versioned files, and everything that came from outside as data.

A prompt is a folder of Markdown files; its version is the folder's name and a hash of what is in it, so that a changed
prompt is another one to everybody who compares inputs.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from brandbrain_dagster.domain.compile.llm.language_model import ModelLimits, ModelRequest
from brandbrain_dagster.domain.compile.llm.profile_draft import output_schema
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_FOLDER = "v1"
_MAX_ITEM_CHARACTERS = 4_000
_MIN_ITEM_CHARACTERS = 200
_MAX_EVIDENCE_CHARACTERS = 120_000
"""About 30,000 tokens of English; every item gets an equal part of it, between the two bounds above."""
_SECTION = re.compile(r"^## (\w+)\n+(.*?)\s*(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@cache
def _prompt_files() -> Mapping[str, str]:
    folder = files(__package__).joinpath("prompts", _FOLDER)
    found = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".md")}
    return dict(sorted(found.items()))


def prompt_version() -> str:
    """Returns the version of the prompt in use: ``v1-`` and twelve hex digits."""
    return version_of(_FOLDER, _prompt_files())


def version_of(folder: str, texts: Mapping[str, str]) -> str:
    """Returns the version of a prompt of these files (text by name)."""
    content = json.dumps(texts, sort_keys=True).encode()
    return f"{folder}-{hashlib.sha256(content).hexdigest()[:12]}"


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
    prompt = _prompt_files()
    explained = dict(_SECTION.findall(prompt["fields.md"]))
    user = Template(prompt["user.md"]).substitute(
        fields="\n".join(f"- `{name}`: {explained[_explanation(name, answers)]}" for name in fields),
        brand=_as_data(_brand(brand_name, answers, taboos)),
        evidence=_as_data(_evidence(items)),
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
    for name in ("title", "text_primary", "text_secondary"):
        text = getattr(item, name)
        if text:
            shown[name] = text[:limit]
            limit -= min(len(text), limit)
    return shown


def _as_data(value: Any) -> str:
    """JSON in which no text can end the block it stands in: every ``<`` is written as an escape."""
    return json.dumps(value, ensure_ascii=False, indent=1).replace("<", "\\u003c")
