"""A lake that remembers what was read and written."""

from uuid import UUID

import polars as pl

from brandbrain_dagster.stores.lake.lake import Lake, RawRunFile


class CountingLake(Lake):
    """Counts the raw runs that were looked for and the evidence files that were written."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.runs_read: list[str] = []
        self.evidence_writes = 0

    def read_raw_run(self, *, brand_id: UUID, source_connection_id: UUID, apify_run_id: str) -> RawRunFile | None:
        self.runs_read.append(apify_run_id)
        return super().read_raw_run(
            brand_id=brand_id, source_connection_id=source_connection_id, apify_run_id=apify_run_id
        )

    def write_evidence(self, *, brand_id: UUID, frame: pl.DataFrame) -> None:
        super().write_evidence(brand_id=brand_id, frame=frame)
        self.evidence_writes += 1
