"""The inputs of a brand's compile: what its people gave, what is connected, and who compiles. Recorded and hashed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec

from brandbrain_dagster.domain.bundling.criteria import CRITERIA_VERSION
from brandbrain_dagster.domain.compile.canonical_json import canonical_hash
from brandbrain_dagster.domain.features.features_version import FEATURES_VERSION
from brandbrain_dagster.domain.ingestion.source_connection import ConnectedSource, SourceConnection
from brandbrain_dagster.domain.normalization.sightings import NORMALIZER_VERSION
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers, read_answers

_COLLECTING_SETTINGS = ("cap", "extra_start_urls")
"""Source settings that change what is collected (how often it is collected does not)."""
PIPELINE_VERSIONS = {
    "normalizer_version": NORMALIZER_VERSION,
    "criteria_version": CRITERIA_VERSION,
    "features_version": FEATURES_VERSION,
}
"""What turns rows into what a compiler sees; the lexicons are part of the features' version."""


@dataclass(frozen=True, kw_only=True)
class CompilerIdentity:
    """Which compiler makes the draft: what its name, version, model and prompt are, and the schema it fills."""

    name: str
    version: str
    model: str | None
    prompt_version: str | None
    schema_version: str


@dataclass(frozen=True, kw_only=True, order=True)
class UsedSource:
    """A source as far as it changes what a compile sees."""

    platform: str
    capability: str
    identifier: str
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """``platform.capability``."""
        return f"{self.platform}.{self.capability}"


_UNHASHED = ("brand_name", "pinned_values", "fleet")
"""Recorded inputs that are not hashed: what they say stands in the snapshot that they are compared with."""


@dataclass(frozen=True, kw_only=True)
class BrandInputs:
    """What a compile of a brand uses; ``sources`` are the enabled ones, of capabilities that are switched on.

    ``pinned_values`` are the values kept for pinned paths, by path.
    """

    answers_json: Mapping[str, Any]
    overrides_json: Mapping[str, Any]
    pinned_paths: Sequence[str]
    sources: Sequence[UsedSource]
    pinned_values: Mapping[str, Any] = field(default_factory=dict)
    brand_name: str = ""

    @property
    def answers(self) -> OnboardingAnswers:
        """The answers, read."""
        return read_answers(self.answers_json).answers

    def to_json(self, compiler: CompilerIdentity) -> dict[str, Any]:
        """Returns ``inputs_json``, as it is recorded with a compile by this compiler."""
        ordered = sorted(self.sources, key=lambda source: (source.platform, source.capability, source.identifier))
        return {
            "answers": dict(self.answers_json),
            "overrides": dict(self.overrides_json),
            "pinned_paths": sorted(self.pinned_paths),
            "sources": [msgspec.to_builtins(source) for source in ordered],
            "compiler": {
                "name": compiler.name,
                "version": compiler.version,
                "schema_version": compiler.schema_version,
                **PIPELINE_VERSIONS,
            },
            "model": compiler.model,
            "prompt_version": compiler.prompt_version,
            "brand_name": self.brand_name,
            "pinned_values": dict(self.pinned_values),
        }

    @classmethod
    def from_json(cls, inputs_json: Mapping[str, Any]) -> Self:
        """Reads recorded inputs back."""
        return cls(
            answers_json=inputs_json["answers"],
            overrides_json=inputs_json["overrides"],
            pinned_paths=inputs_json["pinned_paths"],
            sources=[UsedSource(**source) for source in inputs_json["sources"]],
            pinned_values=inputs_json.get("pinned_values", {}),
            brand_name=inputs_json.get("brand_name", ""),
        )


def used_sources(sources: Iterable[SourceConnection | ConnectedSource]) -> list[UsedSource]:
    """Takes from the connections what a compile depends on."""
    return [
        UsedSource(
            platform=source.platform,
            capability=source.capability,
            identifier=source.identifier,
            settings={
                name: source.settings_json[name] for name in _COLLECTING_SETTINGS if name in source.settings_json
            },
        )
        for source in sources
    ]


def input_hash(inputs_json: Mapping[str, Any]) -> str:
    """Returns SHA-256 (hex) over the canonical JSON (sorted keys, no spaces, UTF-8) of recorded inputs."""
    return canonical_hash({name: value for name, value in inputs_json.items() if name not in _UNHASHED})


def configuration_hash(compiler: CompilerIdentity, disabled_capabilities: Iterable[str]) -> str:
    """Returns SHA-256 (hex) of what changes all brands' compiles at once: who compiles, and what is switched off."""
    configuration = {
        "compiler": {**msgspec.to_builtins(compiler), **PIPELINE_VERSIONS},
        "disabled": sorted(disabled_capabilities),
    }
    return canonical_hash(configuration)
