"""Evidence as columns: the frame that is stored in the lake, made from items at once, and read back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec
import polars as pl

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics

_encode = msgspec.json.Encoder().encode
_TIME = pl.Datetime("us", "UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_METRICS = pl.Struct(dict.fromkeys(Metrics.__struct_fields__, pl.Int64))
_RAW_REF = pl.Struct({"apify_run_id": pl.String, "item_index": pl.Int64})

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "brand_id": pl.String,
    "platform": pl.String,
    "capability": pl.String,
    "content_type": pl.String,
    "external_id": pl.String,
    "canonical_url": pl.String,
    "published_at": _TIME,
    "author_ref": pl.String,
    "title": pl.String,
    "text_primary": pl.String,
    "text_secondary": pl.String,
    "hashtags": pl.List(pl.String),
    "metrics": _METRICS,
    "media": pl.String,
    "flags": pl.String,
    "language": pl.String,
    "raw_refs": pl.List(_RAW_REF),
    "first_seen_at": _TIME,
    "last_seen_at": _TIME,
    "content_hash": pl.String,
    "normalizer_version": pl.String,
}
EVIDENCE_SCHEMA = pl.Schema(_COLUMNS)
"""Columns of ``normalized_evidence`` (normalization); ``media`` and ``flags`` hold JSON objects."""

_LISTS = frozenset({"hashtags", "raw_refs"})
_OBJECTS = frozenset({"media", "flags"})


def frame_from_items(items: Iterable[EvidenceItem]) -> pl.DataFrame:
    """Returns the evidence frame, one row an item, in the order of the ids (so the same items give the same bytes)."""
    listed = list(items)
    return pl.DataFrame([_column(name, list(map(attrgetter(name), listed))) for name in EVIDENCE_SCHEMA]).sort("id")


def items_from_frame(frame: pl.DataFrame) -> list[EvidenceItem]:
    """Returns the items of an evidence frame, in its order."""
    decode = msgspec.json.decode
    rows = frame.to_dicts()
    for row in rows:
        row["media"] = decode(row["media"])
        row["flags"] = decode(row["flags"], type=Flags)
    return msgspec.convert(rows, list[EvidenceItem])


def _column(name: str, values: Sequence[Any]) -> pl.Series:
    """Builds a column; Polars reads lists many times faster from JSON than from Python objects."""
    kind = EVIDENCE_SCHEMA[name]
    if isinstance(kind, pl.Struct):
        fields = {field.name: list(map(attrgetter(field.name), values)) for field in kind.fields}
        return pl.DataFrame(fields, schema=kind.to_schema()).to_struct(name)
    if kind == _TIME:
        microseconds = [None if time is None else _microseconds(time) for time in values]
        return pl.Series(name, microseconds, dtype=pl.Int64).cast(kind)
    if name in _LISTS or name in _OBJECTS:
        texts = pl.Series(name, [_encode(value).decode() for value in values], dtype=pl.String)
        return texts.str.json_decode(kind) if name in _LISTS else texts
    return pl.Series(name, values, dtype=kind)


def _microseconds(time: datetime) -> int:
    """Epoch microseconds: exact, and many times faster than handing Polars zone-aware datetimes."""
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
