"""Runs and evidence as the lake's tests store them, and a process that rewrites evidence (run as a module)."""

import resource
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import polars as pl

from brandbrain_dagster.errors import LakeError
from brandbrain_dagster.stores.lake.lake import Lake, RawRunFile

BRAND = UUID(int=1)
OTHER_BRAND = UUID(int=2)
SOURCE = UUID(int=10)
FETCHED_AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LARGE = 20_000


def write_run(
    lake: Lake,
    rows: Sequence[bytes],
    *,
    run_id: str = "run1",
    brand_id: UUID = BRAND,
    source_id: UUID = SOURCE,
    fetched_at: datetime = FETCHED_AT,
) -> None:
    lake.write_raw_run(
        brand_id=brand_id,
        source_connection_id=source_id,
        apify_run_id=run_id,
        actor_id="apify~instagram-scraper",
        fetched_at=fetched_at,
        rows=rows,
    )


def read_run(lake: Lake, run_id: str = "run1", *, brand_id: UUID = BRAND) -> RawRunFile | None:
    return lake.read_raw_run(brand_id=brand_id, source_connection_id=SOURCE, apify_run_id=run_id)


def uniform_frame(value: int) -> pl.DataFrame:
    """A large frame that holds one value only, so that a mixture of two would show."""
    return pl.DataFrame({"value": [value] * LARGE, "text": [f"{value} {number}" for number in range(LARGE)]})


def rewrite(lake_url: str, times: int) -> None:
    lake = Lake(lake_url)
    for value in range(1, times + 1):
        lake.write_evidence(brand_id=BRAND, frame=uniform_frame(value))


def write_on_a_full_disk(lake_url: str) -> None:
    """Prints the error of a write that gets no more than 4 KB."""
    lake = Lake(lake_url)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        lake.write_evidence(brand_id=BRAND, frame=uniform_frame(2))
    except LakeError as error:
        sys.stdout.write(str(error))


if __name__ == "__main__":
    if sys.argv[1] == "rewrite":
        rewrite(sys.argv[2], int(sys.argv[3]))
    else:
        write_on_a_full_disk(sys.argv[2])
