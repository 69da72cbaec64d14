"""All actor runs as a frame, for questions in SQL beside the lake."""

import polars as pl
from sqlalchemy import Connection, Text, cast, select

from brandbrain_dagster.stores.ledger.tables import apify_run

_TIME = pl.Datetime("us", "UTC")
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "source_connection_id": pl.String,
    "brand_id": pl.String,
    "compile_run_id": pl.String,
    "actor_id": pl.String,
    "apify_run_id": pl.String,
    "dataset_id": pl.String,
    "status": pl.String,
    "started_at": _TIME,
    "finished_at": _TIME,
    "error_summary": pl.String,
    "raw_item_count": pl.Int64,
    "normalized_item_count": pl.Int64,
    "has_usable_rows": pl.Boolean,
    "usage_usd": pl.Float64,
    "usage_certainty": pl.String,
    "created_at": _TIME,
}


def actor_runs_frame(conn: Connection) -> pl.DataFrame:
    """Returns every actor run, oldest first; ids are texts and costs floats in US dollars."""
    columns = [
        cast(apify_run.c[name], Text).label(name) if kind is pl.String else apify_run.c[name]
        for name, kind in _COLUMNS.items()
    ]
    rows = conn.execute(select(*columns).order_by(apify_run.c.created_at, apify_run.c.id)).mappings()
    plain = [{**row, "usage_usd": None if row["usage_usd"] is None else float(row["usage_usd"])} for row in rows]
    return pl.DataFrame(plain, schema=_COLUMNS)
