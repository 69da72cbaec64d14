"""The fields of a stored profile, by path: their titles for readers, and what is said of those without a value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from brandbrain_dagster.domain.compile.citations import cited_evidence
from brandbrain_dagster.domain.compile.confidence import confidence_band
from brandbrain_dagster.domain.compile.diff import is_field
from brandbrain_dagster.domain.compile.extractive.wording import platform_name
from brandbrain_dagster.domain.compile.override_paths import field_path

Node = Mapping[str, Any]
_UNSURE = ("low", "very low")


@dataclass(frozen=True)
class Unknown:
    """Fields that have no value for one reason, as their title, and what to do about it."""

    title: str
    reason: str
    next_step: str


def fields_of(part: Any, path: str = "") -> Iterator[tuple[str, Node]]:
    """Yields (path, field) for every field of a stored profile, those that people added included."""
    if is_field(part):
        yield path, part
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from fields_of(value, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from fields_of(value, f"{path}.{number}")


def cited_ids(profile: Mapping[str, Any]) -> list[str]:
    """Returns the ids of the evidence items that a profile cites or shows as examples of a pillar, each once."""
    cited = {source["id"] for _, source in cited_evidence(profile)}
    return sorted(cited.union(*(pillar["example_ids"] for pillar in profile["pillars"])))


def custom_fields(profile: Mapping[str, Any]) -> list[tuple[str, Node]]:
    """Returns (path, field) for the fields that the schema does not have, in order."""
    return sorted((path, node) for path, node in fields_of(profile) if _is_custom(path))


def _is_custom(path: str) -> bool:
    meant = field_path(path)
    return meant is not None and meant.value_type is None


def unknowns(profile: Mapping[str, Any]) -> list[Unknown]:
    """Returns what the profile abstains from, grouped by place and reason, in the order of the paths."""
    names: dict[tuple[str, str, str], list[str]] = {}
    for path, node in sorted(fields_of(profile), key=lambda entry: entry[0]):
        if (abstained := node.get("abstained")) is not None:
            place, name = _place_and_name(path)
            names.setdefault((place, abstained["reason"], abstained["next_step"]), []).append(name)
    return [
        Unknown(f"{place}: {', '.join(found)}" if place else ", ".join(found), reason, next_step)
        for (place, reason, next_step), found in names.items()
    ]


def title_of(path: str) -> str:
    """Returns how people call a field: "tone tags", "Instagram: best times", "Pillar 1: name"."""
    place, name = _place_and_name(path)
    return f"{place}: {name}" if place else name


_NAMES = {"cta": "calls to action", "cta_policy": "calls to action", "emoji_policy": "emoji", "dont": "don't"}


def _place_and_name(path: str) -> tuple[str, str]:
    match path.split("."):
        case ["platform_profiles", platform, *rest] if rest:
            shown = platform_name(platform)
            place = shown[:1].upper() + shown[1:]
        case ["pillars", number, *rest] if rest and number.isdecimal():
            place = f"Pillar {int(number) + 1}"
        case [_, *rest] if rest:
            place = ""
        case rest:
            place = ""
    return place, " ".join(_NAMES.get(name, name).replace("_", " ") for name in rest)


def is_unsure(node: Node) -> bool:
    """Says whether little supports a field's value: its confidence is in one of the two lower bands."""
    return confidence_band(node["confidence"]) in _UNSURE


def on_one_line(value: Any) -> str:
    """Returns a value as text without line breaks, so that it stays where it is put."""
    return " ".join(str(value).split())


def texts_of(node: Node) -> list[str]:
    """Returns the value of a field as lines of text, none where there is no value."""
    value = node["value"]
    parts = value if isinstance(value, list) else [] if value is None else [value]
    return [text for part in parts if (text := on_one_line(part))]


def by_size(counts: Mapping[str, int]) -> list[str]:
    """Returns platforms by how much evidence comes from them, the largest first."""
    return sorted(counts, key=lambda name: (-counts[name], name))


def ordered_platforms(profile: Mapping[str, Any]) -> list[str]:
    """Returns the platforms of a profile: those that people put first, then by evidence, then by name."""
    found = profile["platform_profiles"]
    first = [name for name in profile["meta"]["priority_platforms"] if name in found]
    sized = [name for name in by_size(profile["meta"]["evidence_summary"]["by_platform"]) if name in found]
    return list(dict.fromkeys([*first, *sized, *sorted(found)]))
