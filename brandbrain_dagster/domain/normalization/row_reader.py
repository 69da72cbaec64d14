"""Reading one raw row: typed and fast where it is as its actor writes it, field by field where it is not.

Nothing raises: whatever cannot become a sighting comes back as a `Refusal` that says why.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, get_args

import msgspec

from brandbrain_dagster.domain.platforms.capability import NotAnItem, RowMapping, Sighting

_ADDRESS_FIELDS = frozenset({"url", "input", "inputUrl", "inputurl"})
_ERROR_TEXTS = ("errorDescription", "note", "message", "error", "errorCode")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_FLATTENING = re.compile(r"[./]")


class RefusalKind(StrEnum):
    """Why a row is no evidence."""

    ERROR_ROW = "error_row"
    NOT_AN_ITEM = "not_an_item"
    WRONG_SHAPE = "wrong_shape"
    NO_STABLE_ID = "no_stable_id"
    INVALID_JSON = "invalid_json"


class Refusal(msgspec.Struct, frozen=True):
    """A row that did not become evidence, and the reason in words."""

    kind: RefusalKind
    reason: str


class RowReader:
    """Reads the rows of one actor for one source (``identifier`` None when the source is unknown)."""

    def __init__(self, mapping: RowMapping, identifier: str | None) -> None:
        self._mapping = mapping
        self._identifier = identifier
        self._decoder = msgspec.json.Decoder(mapping.row_type, strict=False)

    def read(self, raw: bytes) -> list[Sighting | Refusal]:
        """Returns what one raw row holds: one entry, or several where the actor wraps many items in a row."""
        if b"\\u0000" not in raw:
            try:
                row = self._decoder.decode(raw)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return self._read_leniently(raw)
            sighting = self._sighting(row)
            if sighting is not None:
                return [sighting]
        return self._read_leniently(raw)

    def _sighting(self, row: Any) -> Sighting | None:
        if row.error or row.error_code or row.crawl_error:
            return None
        for name in self._mapping.usual_fields:
            if getattr(row, name) is None:
                return None
        found = self._mapping.read(row, self._identifier)
        return found if isinstance(found, Sighting) else None

    def _read_leniently(self, raw: bytes) -> list[Sighting | Refusal]:
        try:
            decoded = decode_leniently(raw)
        except (ValueError, RecursionError) as error:
            reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
            return [Refusal(RefusalKind.INVALID_JSON, f"not readable as JSON: {reason}")]
        if not isinstance(decoded, dict):
            return [Refusal(RefusalKind.WRONG_SHAPE, f"a {type(decoded).__name__} instead of an object")]
        wrapped = self._mapping.unwrap(decoded) if self._mapping.unwrap else None
        return [self._read_object(part) for part in (wrapped if wrapped is not None else [decoded])]

    def _read_object(self, row: Any) -> Sighting | Refusal:
        if not isinstance(row, dict):
            return Refusal(RefusalKind.WRONG_SHAPE, f"a {type(row).__name__} instead of an object")
        reason = error_row_reason(row)
        if reason is not None:
            return Refusal(RefusalKind.ERROR_ROW, reason)
        flattened = sorted(key for key in row if _FLATTENING.split(key, 1)[0] in self._mapping.nested_fields - {key})
        if flattened:
            reason = f"a flattened export (key '{flattened[0]}'): fetch the dataset without flatten or view"
            return Refusal(RefusalKind.WRONG_SHAPE, reason)
        return self._read_struct(row)

    def _read_struct(self, row: Mapping[str, Any]) -> Sighting | Refusal:
        found = self._mapping.read(convert_leniently(row, self._mapping.row_type), self._identifier)
        if isinstance(found, Sighting):
            return found
        if isinstance(found, NotAnItem):
            return Refusal(RefusalKind.NOT_AN_ITEM, found.reason)
        has_address = any(row.get(name) for name in self._mapping.address_fields)
        if has_address and not any(_is_given(row.get(name)) for name in self._mapping.id_fields):
            ids = " or ".join(self._mapping.id_fields)
            return Refusal(RefusalKind.NO_STABLE_ID, f"no stable id ({ids}), so it could not be deduplicated")
        addresses = " or ".join(self._mapping.address_fields)
        return Refusal(RefusalKind.WRONG_SHAPE, f"not a row of this actor: it has no usable {addresses}")


def error_row_reason(row: Mapping[str, Any]) -> str | None:
    """Returns the actor's own words when a row is an error row, else None.

    Error rows carry ``error``, ``errorCode`` or ``#error``, say ``success: false``, or are nothing but an address.
    """
    if row.get("error") or row.get("errorCode") or row.get("#error") or row.get("success") is False:
        texts = (row.get(name) for name in _ERROR_TEXTS)
        return next((text for text in texts if isinstance(text, str) and text), "the page could not be read")
    if row and row.keys() <= _ADDRESS_FIELDS:
        return "nothing but an address"
    return None


def only_errors_reason(rows: Iterable[bytes]) -> str | None:
    """Returns the actor's words when a run holds nothing but error rows (or no row at all), else None."""
    reason = None
    for raw in rows:
        try:
            row = decode_leniently(raw)
        except (ValueError, RecursionError):
            return None
        found = error_row_reason(row) if isinstance(row, dict) else None
        if found is None:
            return None
        reason = reason or found
    return reason or "the actor returned no items"


def decode_leniently(raw: bytes) -> Any:
    """Decodes JSON as `json.loads` does (NaN included), without NULs and lone surrogates in any text.

    Raises:
        ValueError: it is not JSON, or not UTF-8.
        RecursionError: it is nested too deep.
    """
    text = json.dumps(json.loads(raw), ensure_ascii=False).encode("utf-8", "ignore").decode()
    return json.loads(_ESCAPED_NUL.sub(r"\1", text))


def convert_leniently(value: Mapping[str, Any], row_type: type[msgspec.Struct]) -> Any:
    """Makes a struct of what fits; a field whose value has a wrong type takes its default."""
    fields = {}
    for name, encoded_name, kind in _fields_of(row_type):
        if value.get(encoded_name) is not None:
            fields[name] = _fitted(value[encoded_name], kind)
    return row_type(**fields)


def _is_given(value: Any) -> bool:
    return bool(value) and not (isinstance(value, float) and not math.isfinite(value))


def _written_out(number: float) -> str | None:
    """A number that should have been a text, as a whole number where it is one: an id is no 7.4e+18."""
    if isinstance(number, float) and not math.isfinite(number):
        return None
    return str(int(number)) if number == int(number) else str(number)


@cache
def _fields_of(row_type: type[msgspec.Struct]) -> tuple[tuple[str, str, Any], ...]:
    return tuple((field.name, field.encode_name, field.type) for field in msgspec.structs.fields(row_type))


def _fitted(value: Any, kind: Any) -> Any:
    options = [option for option in get_args(kind) if option is not type(None)] or [kind]
    for option in options:
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            if isinstance(value, dict):
                return convert_leniently(value, option)
        elif getattr(option, "__origin__", None) is list:
            if isinstance(value, list):
                return [_fitted(part, get_args(option)[0]) for part in value]
        elif option is str and isinstance(value, int | float) and not isinstance(value, bool):
            return _written_out(value)
        else:
            try:
                return msgspec.convert(value, option, strict=False)
            except msgspec.ValidationError:
                continue
    return None
