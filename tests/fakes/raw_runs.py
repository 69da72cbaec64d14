"""Rows as an actor's run returned them, and what normalization makes of them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.normalization.row_reader import Refusal, RowReader
from brandbrain_dagster.domain.normalization.sightings import NormalizationCounts, RawRun, fold_run
from brandbrain_dagster.domain.platforms.capability import Sighting
from brandbrain_dagster.domain.platforms.registry import capability_by_name

BRAND_ID = UUID("3f8f1f2e-5d3b-4c55-9c1c-0d5a3b1f7a10")
FETCHED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_run(
    name: str, rows: Sequence[Any], *, identifier: str | None = None, run_id: str = "run-1", hours: int = 0
) -> RawRun:
    """Returns a run of a capability (``instagram.posts``), fetched ``hours`` after `FETCHED_AT`; bytes stay bytes."""
    return RawRun(
        apify_run_id=run_id,
        fetched_at=FETCHED_AT + timedelta(hours=hours),
        capability=capability_by_name(name),
        identifier=identifier,
        rows=[row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows],
    )


def normalize(
    name: str, rows: Sequence[Any], *, identifier: str | None = None
) -> tuple[list[EvidenceItem], NormalizationCounts]:
    """Returns the items of one run, in the order in which they were first seen, and the counts."""
    items: dict[str, EvidenceItem] = {}
    counts = fold_run(items, make_run(name, rows, identifier=identifier), brand_id=BRAND_ID)
    return list(items.values()), counts


def read_row(name: str, row: Any, *, identifier: str | None = None) -> Sighting | Refusal:
    """Returns what one row, that holds one thing, is read as."""
    raw = row if isinstance(row, bytes) else json.dumps(row).encode()
    (found,) = RowReader(capability_by_name(name).rows, identifier).read(raw)
    return found


def sighting_of(name: str, row: Any, *, identifier: str | None = None) -> Sighting:
    """Returns the sighting that one row holds."""
    found = read_row(name, row, identifier=identifier)
    assert isinstance(found, Sighting), found
    return found


def refusal_of(name: str, row: Any) -> Refusal:
    """Returns why one row is refused."""
    found = read_row(name, row)
    assert isinstance(found, Refusal), found
    return found
