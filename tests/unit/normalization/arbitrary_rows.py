"""Strategies: arbitrary JSON, and rows that were good until some key was lost or replaced."""

from typing import Any

from hypothesis import strategies as st

from tests.fakes.actor_rows import MADE_ROWS

NAMES = sorted(MADE_ROWS)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, 10**400, -(10**30), float("nan"), float("inf"), 1e308])
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["", "\x00", "\ud800", "NaN", "1234", "http://[", "https://www.instagram.com/p/a", "2026-01-01"])
)
any_json = st.recursive(
    scalars,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated_rows(draw: st.DrawFn, name: str) -> Any:
    """Draws a good row of a capability in which keys at any depth are gone or hold arbitrary JSON."""
    row: Any = MADE_ROWS[name]
    for _ in range(draw(st.integers(1, 3))):
        row = _mutated(draw, row)
    return row


def _mutated(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        if draw(st.booleans()):
            return value | {key: _mutated(draw, value[key])}
        return {name: part for name, part in value.items() if name != key}
    if isinstance(value, list) and value:
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], _mutated(draw, value[index]), *value[index + 1 :]]
    return draw(any_json)
