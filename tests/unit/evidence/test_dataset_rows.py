"""Splitting a dataset into rows without changing a byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandbrain_dagster.domain.evidence.dataset_rows import split_rows

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON_VALUES, max_size=5), st.sampled_from([None, 1]))
def test_rows_come_back_as_they_were_written(rows: list[object], indent: int | None) -> None:
    written = [json.dumps(row) for row in rows]
    joined = ",\n ".join(written)
    assert split_rows(f" [ {joined} ]\n".encode()) == [row.encode() for row in written]
    whole = json.dumps(rows, indent=indent).encode()
    assert [json.dumps(json.loads(row)) for row in split_rows(whole)] == written


@pytest.mark.parametrize("row", [b'{"a": "\\ud83d"}', b'{"a": NaN}', b'{"a": -Infinity}', b'{"b":1e999}', b'"\\ud83d"'])
def test_rows_that_are_not_strict_json_are_kept_byte_for_byte(row: bytes) -> None:
    assert split_rows(b"[" + row + b"," + row + b"]") == [row, row]


@pytest.mark.parametrize(
    "array", [b"", b"{}", b"[", b"[{}", b"[{},", b"[{} {}]", b"[{},]", b"[]]", b"[NaN] x", b"[\xff]", b"nonsense"]
)
def test_what_is_no_whole_array_is_refused(array: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        split_rows(array)
