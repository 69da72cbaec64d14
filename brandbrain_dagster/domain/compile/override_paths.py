"""The paths at which people may override or pin a profile, and what a change of them asks for."""

import re
from collections.abc import Iterable

MAX_SEGMENTS = 6
MAX_PATHS = 1_000
"""Most overrides, and most pins, of one brand: several times the fields of a profile."""

_SEGMENT = "[A-Za-z0-9_]{1,64}"
PATH_PATTERN = rf"^{_SEGMENT}(\.{_SEGMENT}){{0,{MAX_SEGMENTS - 1}}}$"
"""What a path looks like, as a JSON Schema says it."""

_PATH = re.compile(PATH_PATTERN.strip("^$"))


def invalid_paths(paths: Iterable[str]) -> list[str]:
    """Returns those that are no dotted path of 1 to 6 segments of 1 to 64 letters, digits or underscores, in order."""
    return sorted({path for path in paths if _PATH.fullmatch(path) is None})
