"""Exporting a brand's profile: the formats there are, and what each of them is made by."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from brandbrain_dagster.domain.export.linked_data import linked_data
from brandbrain_dagster.domain.export.plain_values import plain_values
from brandbrain_dagster.domain.export.profile_document import profile_document
from brandbrain_dagster.domain.export.prompt_block import prompt_block


class ExportFormat(StrEnum):
    """As what a profile can be exported."""

    MARKDOWN = "markdown"
    JSON = "json"
    PROMPT = "prompt"
    JSONLD = "jsonld"


MEDIA_TYPES: Mapping[ExportFormat, str] = {
    ExportFormat.MARKDOWN: "text/markdown",
    ExportFormat.JSON: "application/json",
    ExportFormat.PROMPT: "text/plain",
    ExportFormat.JSONLD: "application/ld+json",
}


@dataclass(frozen=True, kw_only=True)
class ExportedProfile:
    """A version of a brand's profile with what a reader wants to know beside it.

    ``urls`` maps the ids of cited evidence items to the addresses of the original posts; only the document shows them.
    """

    brand_name: str
    website_url: str | None
    snapshot_id: str
    version: int
    created_at: str
    snapshot_json: Mapping[str, Any]
    urls: Mapping[str, str] = field(default_factory=dict)


def export_profile(profile: ExportedProfile, as_format: ExportFormat, *, max_tokens: int | None = None) -> str:
    """Returns the profile in a format; ``max_tokens`` bounds a prompt and nothing else.

    Raises:
        PromptBudgetError: the constraints alone are more than ``max_tokens``.
    """
    snapshot_json = profile.snapshot_json
    match as_format:
        case ExportFormat.MARKDOWN:
            return profile_document(profile.brand_name, profile.version, snapshot_json, profile.urls)
        case ExportFormat.PROMPT:
            return prompt_block(profile.brand_name, snapshot_json, max_tokens)
        case ExportFormat.JSON:
            return _as_json(_plain(profile))
        case ExportFormat.JSONLD:
            return _as_json(linked_data(profile.brand_name, profile.website_url, snapshot_json))


def _plain(profile: ExportedProfile) -> dict[str, Any]:
    return {
        "brand": {"name": profile.brand_name, "website_url": profile.website_url},
        "snapshot_id": profile.snapshot_id,
        "version": profile.version,
        "created_at": profile.created_at,
        "profile": plain_values(profile.snapshot_json),
    }


def _as_json(fields: Mapping[str, Any]) -> str:
    """Without ``<``, so that a page may hold the text within a script element."""
    return json.dumps(fields, ensure_ascii=False, indent=2).replace("<", "\\u003c") + "\n"
