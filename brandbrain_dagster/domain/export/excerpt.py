"""A profile in short, as Markdown: for a metadata panel or a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from brandbrain_dagster.domain.compile.confidence import confidence_band


def profile_excerpt(snapshot_json: Mapping[str, Any]) -> str:
    """Returns the fields a reader looks for first, each with its confidence."""
    return "\n".join(_lines(snapshot_json))


def _lines(profile: Mapping[str, Any]) -> Iterator[str]:
    for section, names in (
        ("positioning", ("what_we_do", "who_for", "differentiators")),
        ("voice", ("tone_tags", "cta_policy", "emoji_policy")),
    ):
        for name in names:
            node = profile[section][name]
            if node["value"]:
                yield f"- **{name.replace('_', ' ')}** ({confidence_band(node['confidence'])}): {_shown(node['value'])}"
    if profile["pillars"]:
        yield f"- **pillars**: {_shown([pillar['name']['value'] for pillar in profile['pillars']])}"
    for sentence in profile["meta"]["missing_inputs"][:3]:
        yield f"- *next:* {sentence}"


def _shown(value: Any) -> str:
    return "; ".join(str(part) for part in value) if isinstance(value, list) else str(value)
