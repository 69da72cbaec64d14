"""What schemathesis may not send as valid: numbers in free-form parts of a body, which no schema bounds."""

from typing import Any

import schemathesis


def fits(value: Any) -> bool:
    """Tells whether all whole numbers in it fit into 64 bits."""
    if isinstance(value, dict):
        return all(map(fits, value.values()))
    if isinstance(value, list):
        return all(map(fits, value))
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@schemathesis.hook
def filter_body(_context: schemathesis.HookContext, body: Any) -> bool:
    return fits(body)
