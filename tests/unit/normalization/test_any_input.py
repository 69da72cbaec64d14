"""Normalization is total: whatever an actor returns, it answers with items and reasons, and gives the same again."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandbrain_dagster.domain.normalization.evidence_frame import frame_from_items, items_from_frame
from brandbrain_dagster.domain.normalization.row_reader import RefusalKind, RowReader
from brandbrain_dagster.domain.normalization.sightings import fold_run
from brandbrain_dagster.domain.platforms.registry import capability_by_name
from tests.fakes.actor_rows import MADE_ROWS
from tests.fakes.raw_runs import BRAND_ID, make_run, normalize
from tests.unit.normalization.arbitrary_rows import NAMES, any_json, mutated_rows

few = settings(max_examples=60)


def _folds_to_the_same_again(name: str, rows: list[Any]) -> None:
    run = make_run(name, rows, identifier="nova")
    items: dict[str, Any] = {}
    counts = fold_run(items, run, brand_id=BRAND_ID)
    assert counts.sightings + len(counts.refused) >= len(rows)
    before = msgspec.json.encode(items)
    again = fold_run(items, run, brand_id=BRAND_ID)
    assert (again.created, again.updated) == (0, 0)
    assert msgspec.json.encode(items) == before
    ordered = sorted(items.values(), key=lambda item: item.id)
    assert items_from_frame(frame_from_items(items.values())) == ordered


@pytest.mark.parametrize("name", NAMES)
@few
@given(raw=st.binary(max_size=60) | any_json.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_answered(name: str, raw: bytes) -> None:
    _folds_to_the_same_again(name, [raw])


@pytest.mark.parametrize("name", NAMES)
@few
@given(data=st.data())
def test_any_damage_to_a_good_row_is_answered(name: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(mutated_rows(name), min_size=1, max_size=3))
    _folds_to_the_same_again(name, [*rows, MADE_ROWS[name]])


@pytest.mark.parametrize("name", NAMES)
@few
@given(identifier=st.text(max_size=20) | st.sampled_from(["http://[", "https://a.example"]))
def test_any_identifier_of_a_source_is_answered(name: str, identifier: str) -> None:
    assert len(normalize(name, [MADE_ROWS[name]], identifier=identifier)[0]) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"NaN",
        b"-Infinity",
        b"9" * 5_000,
        b'{"id": 1e999}',
        b'"\\u0000"',
        b'"\\ud800"',
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 2',
    ],
)
def test_hostile_json_is_answered(name: str, raw: bytes) -> None:
    found = RowReader(capability_by_name(name).rows, None).read(raw)
    assert len(found) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "9" * 400,
        "9" * 5_000,
        '"\\u0000"',
        '"\\ud800 \\udc00"',
        "[" * 600 + "]" * 600,
    ],
)
def test_a_hostile_value_in_any_field_is_answered(name: str, value: str) -> None:
    for key in MADE_ROWS[name]:
        row = json.dumps(MADE_ROWS[name] | {key: "@here@"}).replace('"@here@"', value)
        _folds_to_the_same_again(name, [row.encode()])


@pytest.mark.parametrize("name", NAMES)
def test_a_nul_or_a_lone_surrogate_in_the_text_is_removed_and_the_row_kept(name: str) -> None:
    (made,), _ = normalize(name, [json.dumps(MADE_ROWS[name]).encode()])
    key = next(key for key, value in MADE_ROWS[name].items() if value == made.text_primary)
    row = json.dumps(MADE_ROWS[name] | {key: "a@b"}).replace("a@b", "a\\u0000b\\ud800c")
    items, _ = normalize(name, [row.encode()])
    assert items[0].text_primary == "abc"


def test_an_id_that_is_not_a_number_is_no_stable_id() -> None:
    row = json.dumps(MADE_ROWS["instagram.posts"] | {"id": float("nan")})
    assert normalize("instagram.posts", [row.encode()])[1].refused[0].kind is RefusalKind.NO_STABLE_ID
