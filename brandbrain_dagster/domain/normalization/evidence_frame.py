"""Evidence as columns: the frame that is stored in the lake, made from items at once, and read back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import polars as pl

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics

_TIME = pl.Datetime("us", "UTC")
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

_TIMES = tuple(name for name, kind in EVIDENCE_SCHEMA.items() if kind == _TIME)
_PLAIN = tuple(name for name in EVIDENCE_SCHEMA if name not in {"metrics", "media", "flags", "raw_refs", *_TIMES})


def frame_from_items(items: Iterable[EvidenceItem]) -> pl.DataFrame:
    """Returns the evidence frame, one row an item, in the order of the ids (so the same items give the same bytes)."""
    ordered = sorted(items, key=lambda item: item.id)
    encode = msgspec.json.Encoder().encode
    columns: dict[str, Any] = {
        name: pl.Series(name, [getattr(item, name) for item in ordered], dtype=EVIDENCE_SCHEMA[name]) for name in _PLAIN
    }
    for name in _TIMES:
        microseconds = [None if (time := getattr(item, name)) is None else _microseconds(time) for item in ordered]
        columns[name] = pl.Series(name, microseconds, dtype=pl.Int64).cast(_TIME)
    columns["metrics"] = _metrics_column(ordered)
    columns["media"] = [encode(item.media).decode() for item in ordered]
    columns["flags"] = [encode(item.flags).decode() for item in ordered]
    columns["raw_refs"] = _raw_refs_column(ordered)
    return pl.DataFrame(columns, schema_overrides=EVIDENCE_SCHEMA).select(list(EVIDENCE_SCHEMA))


def items_from_frame(frame: pl.DataFrame) -> list[EvidenceItem]:
    """Returns the items of an evidence frame, in its order."""
    decode = msgspec.json.decode
    rows = frame.to_dicts()
    for row in rows:
        row["media"] = decode(row["media"])
        row["flags"] = decode(row["flags"], type=Flags)
    return msgspec.convert(rows, list[EvidenceItem])


def _microseconds(time: datetime) -> int:
    """Epoch microseconds: exact, and many times faster than handing Polars zone-aware datetimes."""
    return round(time.timestamp() * 1_000_000)


def _metrics_column(items: Sequence[EvidenceItem]) -> pl.Series:
    counts = {
        name: pl.Series(name, [getattr(item.metrics, name) for item in items], dtype=pl.Int64)
        for name in Metrics.__struct_fields__
    }
    return pl.DataFrame(counts).to_struct("metrics")


def _raw_refs_column(items: Sequence[EvidenceItem]) -> pl.Series:
    """Builds the list column from flat arrays: a list of dicts an item would cost more than all other columns."""
    refs = [(row, ref.apify_run_id, ref.item_index) for row, item in enumerate(items) for ref in item.raw_refs]
    if not refs:
        return pl.Series("raw_refs", [], dtype=EVIDENCE_SCHEMA["raw_refs"])
    rows, run_ids, indexes = zip(*refs, strict=True)
    flat = pl.DataFrame(
        {"row": rows, "apify_run_id": run_ids, "item_index": indexes},
        schema={"row": pl.Int64, "apify_run_id": pl.String, "item_index": pl.Int64},
    )
    struct = pl.struct("apify_run_id", "item_index").alias("raw_refs")
    return flat.group_by("row", maintain_order=True).agg(struct)["raw_refs"]
