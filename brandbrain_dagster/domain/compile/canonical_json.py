"""Canonical JSON: one value, one text, whoever writes it. Hashes are taken over it."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Returns plain JSON values with sorted keys, no spaces, as UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def canonical_hash(value: Any) -> str:
    """Returns SHA-256 (hex) over the canonical JSON of plain JSON values."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
