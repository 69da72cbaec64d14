"""The input hash: two compiles with the same one would give the same profile from the same evidence."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from brandbrain_dagster.domain.ingestion.source_connection import SourceConnection

_COLLECTING_SETTINGS = ("cap", "extra_start_urls")
"""Source settings that change what is collected (how often it is collected does not)."""


@dataclass(frozen=True, kw_only=True)
class CompilerIdentity:
    """Which compiler makes the draft: what its name, version, model and prompt are, and the schema it fills."""

    name: str
    version: str
    model: str | None
    prompt_version: str | None
    schema_version: str


def compile_inputs_json(
    *,
    answers_json: Mapping[str, Any],
    overrides_json: Mapping[str, Any],
    pinned_paths: Iterable[str],
    sources: Sequence[SourceConnection],
    compiler: CompilerIdentity,
) -> dict[str, Any]:
    """Returns the inputs of a compile as recorded with it; ``sources`` are the enabled ones."""
    used = [
        {
            "platform": source.platform,
            "capability": source.capability,
            "identifier": source.identifier,
            "settings": {
                name: source.settings_json[name] for name in _COLLECTING_SETTINGS if name in source.settings_json
            },
        }
        for source in sources
    ]
    return {
        "answers": dict(answers_json),
        "overrides": dict(overrides_json),
        "pinned_paths": sorted(pinned_paths),
        "sources": sorted(used, key=lambda entry: (entry["platform"], entry["capability"], entry["identifier"])),
        "compiler": {"name": compiler.name, "version": compiler.version, "schema_version": compiler.schema_version},
        "model": compiler.model,
        "prompt_version": compiler.prompt_version,
    }


def input_hash(inputs_json: Mapping[str, Any]) -> str:
    """Returns SHA-256 (hex) over the canonical JSON (sorted keys, no spaces, UTF-8) of recorded inputs."""
    return hashlib.sha256(msgspec.json.encode(inputs_json, order="sorted")).hexdigest()
