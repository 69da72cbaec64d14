"""The paths at which people may override or pin a profile, and what a change of them asks for."""

import re
from collections.abc import Iterable

MAX_SEGMENTS = 6
MAX_PATHS = 1_000
"""Most overrides, and most pins, of one brand: several times the fields of a profile."""

_SEGMENT = re.compile(r"[A-Za-z0-9_]{1,64}")


def invalid_paths(paths: Iterable[str]) -> list[str]:
    """Returns those that are no dotted path of 1 to 6 segments of 1 to 64 letters, digits or underscores, in order."""
    return sorted({path for path in paths if not _is_path(path)})


def _is_path(path: str) -> bool:
    segments = path.split(".", MAX_SEGMENTS)
    return len(segments) <= MAX_SEGMENTS and all(_SEGMENT.fullmatch(segment) for segment in segments)
