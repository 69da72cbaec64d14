"""The paths at which people may override or pin a profile, and what each of them may hold."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import (
    FieldNode,
    Pillar,
    PlatformProfile,
    SnapshotDocument,
)

MAX_SEGMENTS = 6
MAX_PATHS = 1_000
"""Most overrides, and most pins, of one brand: several times the fields of a profile."""
MAX_PILLARS = 10
"""Pillars that can be addressed: twice as many as a compiler makes."""

_SEGMENT = "[A-Za-z0-9_]{1,64}"
PATH_PATTERN = rf"^{_SEGMENT}(\.{_SEGMENT}){{0,{MAX_SEGMENTS - 1}}}$"
"""What a path looks like, as a JSON Schema says it."""

_PATH = re.compile(PATH_PATTERN.strip("^$"))


NO_FIELD = "This is no field of the profile, but a part that holds fields, or a plain figure; name a field."


@dataclass(frozen=True)
class FieldPath:
    """A path at which a field may stand; ``value_type`` is what it holds, None for a custom field."""

    segments: tuple[str, ...]
    value_type: Any | None


def invalid_paths(paths: Iterable[str]) -> list[str]:
    """Returns those that are no dotted path of 1 to 6 segments of 1 to 64 letters, digits or underscores, in order."""
    return sorted({path for path in paths if _PATH.fullmatch(path) is None})


def field_path(path: str) -> FieldPath | None:
    """Returns what may stand at a valid path; None where the schema has something that is no field.

    A path that the schema does not have is a custom field. Parts of the schema that are no fields (a section, a whole
    pillar or platform profile, plain values such as ``pillars.0.share``, and what lies below a field) are not for
    overriding.
    """
    segments = tuple(path.split("."))
    kind: Any = SnapshotDocument
    for number, segment in enumerate(segments):
        step = _step(kind, segment)
        if step is _REFUSED:
            return None
        if step is None:
            return FieldPath(segments, None)
        if get_origin(step) is FieldNode:
            return FieldPath(segments, get_args(step)[0]) if number == len(segments) - 1 else None
        kind = step
    return None


_REFUSED = object()


def _step(kind: Any, segment: str) -> Any:
    """Returns the type below ``kind``, None where the schema has nothing, ``_REFUSED`` where nothing may be added."""
    if kind == list[Pillar]:
        return (
            Pillar if segment.isdecimal() and segment == str(int(segment)) and int(segment) < MAX_PILLARS else _REFUSED
        )
    if kind == dict[str, PlatformProfile]:
        return PlatformProfile
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return get_type_hints(kind).get(segment)
    return _REFUSED


def value_problem(path: str, value: Any) -> str | None:
    """Returns why a value does not fit a field of the schema; None when it does, and for custom fields."""
    meant = field_path(path)
    if meant is None:
        return NO_FIELD
    if meant.value_type is None:
        return None
    try:
        msgspec.convert(value, meant.value_type)
    except msgspec.ValidationError as error:
        return f"{error}."
    return None


def colliding_paths(paths: Iterable[str]) -> list[str]:
    """Returns the paths that lie below another one of them: a field has no fields in it."""
    known = set(paths)
    return sorted(
        path
        for path in known
        if any(path[:end] in known for end in (at for at, letter in enumerate(path) if letter == "."))
    )
