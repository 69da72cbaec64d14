"""The rows that real actors returned, where they are beside the repository; without them their tests are skipped."""

import json
from pathlib import Path
from typing import Any

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def real_rows(*parts: str) -> list[Any]:
    """Returns the rows of one file below ``shared/data``, and skips the calling test where it is absent."""
    path = SHARED_DATA.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"the real rows of {'/'.join(parts)} are not beside this repository")
    rows: list[Any] = json.loads(path.read_bytes())
    return rows
