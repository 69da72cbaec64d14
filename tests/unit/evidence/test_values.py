"""Counts, times and durations as actors write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.values import amount, clock_seconds, count, parse_time

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T02:00:00+02:00",
        "2025-12-31T19:00:00-05:00",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00",
        "2026-01-01",
        "20260101",
        " 2026-01-01T00:00:00Z ",
        "1767225600",
        "1767225600000",
        "1767225600.0",
        1767225600,
        1767225600.0,
        1767225600000,
    ],
)
def test_every_form_of_a_time_is_read_as_utc(text: str | float) -> None:
    assert parse_time(text) == NEW_YEAR


@pytest.mark.parametrize(
    "text", ["", " ", "2d", "yesterday", "2026-13-01", "0", 0, -5, "-1", None, 1e300, float("inf")]
)
def test_what_is_no_time_is_unknown(text: str | float | None) -> None:
    assert parse_time(text) is None


def test_milliseconds_are_kept() -> None:
    assert parse_time(1756805374486) == datetime(2025, 9, 2, 9, 29, 34, 486000, tzinfo=UTC)


@given(value=st.text(max_size=30) | st.floats() | st.integers(-(2**70), 2**70) | st.datetimes().map(str))
def test_reading_a_time_never_raises_and_gives_utc(value: str | float) -> None:
    time = parse_time(value)
    assert time is None or time.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "read"), [(0, 0), (7, 7), (-1, None), (None, None), (2**63 - 1, 2**63 - 1), (2**63, None)]
)
def test_a_count_is_not_negative_and_fits_a_column(value: int | None, read: int | None) -> None:
    assert count(value) == read


@pytest.mark.parametrize(
    ("value", "read"), [(0.0, 0.0), (1.5, 1.5), (-0.1, None), (float("nan"), None), (float("inf"), None), (None, None)]
)
def test_an_amount_is_finite_and_not_negative(value: float | None, read: float | None) -> None:
    assert amount(value) == read


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:25", 25), ("1:02:03", 3723), ("02:05", 125), ("00:00:00", None), ("25", None), ("", None), (None, None)],
)
def test_a_clock_is_read_in_seconds_and_zero_is_unknown(text: str | None, seconds: int | None) -> None:
    assert clock_seconds(text) == seconds
