"""The evidence frame: columns out of items and items out of columns, the same bytes for the same items."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics, RawRef
from brandbrain_dagster.domain.normalization.evidence_frame import (
    EVIDENCE_SCHEMA,
    frame_from_items,
    items_from_frame,
)
from tests.fakes.actor_rows import MADE_ROWS
from tests.fakes.evidence_items import SEEN_AT, make_item
from tests.fakes.raw_runs import normalize

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
COUNTS = st.none() | st.integers(0, 2**63 - 1)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))  # noqa: DTZ001
ITEMS = st.lists(
    st.builds(
        make_item,
        st.integers(0, 50).map(str),
        TEXT,
        published_at=st.none() | TIMES,
        title=st.none() | TEXT,
        hashtags=st.lists(TEXT, max_size=2),
        metrics=st.builds(Metrics, likes=COUNTS, views=COUNTS),
        flags=st.builds(Flags, is_low_value=st.none() | st.booleans()),
        media=st.dictionaries(TEXT, st.none() | TEXT | st.integers(0, 9) | st.lists(TEXT, max_size=2), max_size=2),
        raw_refs=st.lists(st.builds(RawRef, TEXT, st.integers(0, 9)), min_size=1, max_size=3),
        first_seen_at=TIMES,
    ),
    unique_by=lambda item: item.id,
    max_size=5,
)


def _parquet(items: list[EvidenceItem]) -> bytes:
    file = io.BytesIO()
    frame_from_items(items).write_parquet(file)
    return file.getvalue()


@settings(max_examples=80)
@given(items=ITEMS, order=st.randoms(use_true_random=False))
def test_items_come_back_as_they_went_in_and_in_any_order_as_the_same_bytes(
    items: list[EvidenceItem], order: Any
) -> None:
    assert items_from_frame(frame_from_items(items)) == sorted(items, key=lambda item: item.id)
    assert _parquet(order.sample(items, len(items))) == _parquet(items)


@pytest.mark.parametrize("name", sorted(MADE_ROWS))
def test_items_of_every_capability_survive_the_frame(name: str) -> None:
    items, _ = normalize(name, [MADE_ROWS[name]], identifier="nova")
    assert items_from_frame(frame_from_items(items)) == items


def test_no_items_are_an_empty_frame_of_the_same_columns() -> None:
    frame = frame_from_items([])
    assert frame.schema == EVIDENCE_SCHEMA
    assert items_from_frame(frame) == []


@pytest.mark.parametrize("year", [1, 2300, 9999])
def test_times_far_away_keep_their_microseconds(year: int) -> None:
    published_at = SEEN_AT.replace(year=year) + timedelta(microseconds=123457)
    item = make_item("1", published_at=published_at, raw_refs=[RawRef("run", 0)])
    assert items_from_frame(frame_from_items([item])) == [item]


def test_a_frame_has_one_row_an_item_and_times_in_utc() -> None:
    frame = frame_from_items([make_item(item_id, raw_refs=[RawRef("run", 0)]) for item_id in ("2", "1")])
    assert frame["id"].to_list() == ["1", "2"]
    assert frame.schema["published_at"] == pl.Datetime("us", "UTC")
