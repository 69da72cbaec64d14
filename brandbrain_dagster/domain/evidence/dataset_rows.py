"""The rows of a dataset, as Apify exports them: one JSON array, split without changing a byte."""

import json
import re

import msgspec

_GAP = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def split_rows(array: bytes) -> list[bytes]:
    """Returns the rows of a JSON array, each exactly as written.

    What is no strict JSON but does occur is read too: lone surrogates (half an emoji, from JavaScript) and NaN.

    Raises:
        ValueError: it is not a JSON array in UTF-8, or is cut off.
        RecursionError: it is nested too deep.
    """
    text = array.decode()
    try:
        return [bytes(row) for row in msgspec.json.decode(array, type=list[msgspec.Raw])]
    except msgspec.DecodeError:
        return [row.encode() for row in _split_text(text)]


def _split_text(text: str) -> list[str]:
    position = _after_gap(text, 0)
    if text[position : position + 1] != "[":
        raise ValueError("it does not start with '['")
    rows: list[str] = []
    position = _after_gap(text, position + 1)
    while text[position : position + 1] != "]" or rows:
        _, end = _DECODER.raw_decode(text, position)
        rows.append(text[position:end])
        position = _after_gap(text, end)
        if text[position : position + 1] != ",":
            break
        position = _after_gap(text, position + 1)
    if text[position : position + 1] != "]" or text[position + 1 :].strip():
        raise ValueError(f"it is not a whole array: row {len(rows)} is not followed by ',' or ']'")
    return rows


def _after_gap(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position
