"""Is the draft a snapshot at all: the schema's types, figures within their bounds, text that can be stored?"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import SCHEMA_VERSION, PlatformProfile, SnapshotDocument
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.subject import QaSubject

_PLACE = re.compile(r" - at .*`\$\.?([^`]*)`$")
_QUOTED = re.compile(r" '.*'", re.DOTALL)
_PROFILES = "platform_profiles"


def find_schema_violations(subject: QaSubject) -> Iterator[Finding]:
    """Finds the first place that does not fit the schema, or else everything that is out of bounds."""
    try:
        plain = msgspec.to_builtins(subject.document)
        json.dumps(plain, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        yield Finding("$", "holds something that JSON cannot hold")
        return
    misfit = _misfit(plain)
    if misfit is not None:
        yield misfit
        return
    yield from (Finding(path, "holds a character that cannot be stored (NUL)") for path in _places_of_nul(plain, ""))
    if plain["meta"]["schema_version"] != SCHEMA_VERSION:
        yield Finding("meta.schema_version", f"is not {SCHEMA_VERSION}")
    for number, pillar in enumerate(plain["pillars"]):
        if not 0 <= pillar["share"] <= 1:
            yield Finding(f"pillars.{number}.share", "does not lie between 0 and 1")


def _misfit(plain: Any) -> Finding | None:
    """Returns where the plain document does not fit; a place in a platform's profile is named by the platform."""
    found = _type_problem(plain, SnapshotDocument, "")
    if found is None or not found.path.startswith(f"{_PROFILES}.*"):
        return found
    named = (
        _type_problem(profile, PlatformProfile, f"{_PROFILES}.{name}.") for name, profile in plain[_PROFILES].items()
    )
    return next(filter(None, named), found)


def _type_problem(plain: Any, kind: Any, prefix: str) -> Finding | None:
    try:
        msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        path = re.sub(r"\[(\d+)\]", r".\1", place[1]).replace("[...]", ".*") if place else ""
        reason = _QUOTED.sub("", _PLACE.sub("", str(error)))
        return Finding(f"{prefix}{path}".strip(".") or "$", f"does not fit the schema ({reason})")
    return None


def _places_of_nul(part: Any, path: str) -> Iterator[str]:
    if isinstance(part, str) and "\0" in part:
        yield path
    entries = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list) else ()
    for key, value in entries:
        yield from _places_of_nul(value, f"{path}.{key}".lstrip("."))
