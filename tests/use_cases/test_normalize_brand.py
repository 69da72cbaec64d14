"""Evidence is a fold over the raw runs: incremental or rebuilt, the rows are the same."""

import random
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from brandbrain_dagster.domain.normalization.evidence_frame import items_from_frame
from brandbrain_dagster.domain.normalization.sightings import NORMALIZER_VERSION
from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.lake.lake import EVIDENCE_PREFIX, Lake
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.normalize_brand import NormalizedBrand, normalize_brand
from tests.fakes.actor_rows import instagram_row
from tests.fakes.counting_lake import CountingLake
from tests.fakes.failing_ledger import LedgerThatGoesAway
from tests.use_cases.collected_runs import add_run
from tests.use_cases.collecting import add_brand
from tests.use_cases.replayed_brand import COMPANY, NO_ITEMS, POSTS, instagram_rows, linkedin_rows, runs_of

OTHER_POSTS = ("instagram", "posts", "nova.too")


@pytest.fixture
def lake(tmp_path: Path) -> CountingLake:
    return CountingLake(str(tmp_path / "lake"))


def evidence_bytes(lake: Lake, brand_id: UUID) -> bytes:
    return lake.store.get(f"{EVIDENCE_PREFIX}/brand_id={brand_id}/evidence.parquet").bytes().to_bytes()


def delete_evidence(lake: Lake, brand_id: UUID) -> None:
    lake.store.delete(f"{EVIDENCE_PREFIX}/brand_id={brand_id}/evidence.parquet")


def rebuilt_bytes(ledger: Ledger, lake: Lake, brand_id: UUID) -> bytes:
    delete_evidence(lake, brand_id)
    assert normalize_brand(brand_id, ledger=ledger, lake=lake).is_rebuilt
    return evidence_bytes(lake, brand_id)


def normalized_counts(ledger: Ledger, brand_id: UUID) -> Mapping[str | None, int | None]:
    return {run.apify_run_id: run.normalized_item_count for run in runs_of(ledger, brand_id)}


def texts(normalized: NormalizedBrand) -> list[str]:
    return sorted(item.text_primary for item in items_from_frame(normalized.frame))


@pytest.mark.parametrize("seed", range(12))
def test_incremental_evidence_equals_rebuilt_evidence_to_the_byte(
    ledger: Ledger, lake: CountingLake, seed: int
) -> None:
    """Posts are seen again by later runs and by another source, with other counts and with blanks, at any times."""
    chance = random.Random(seed)  # noqa: S311
    brand_id, sources = add_brand(ledger, POSTS, OTHER_POSTS, COMPANY)
    for number in range(chance.randint(3, 7)):
        source = chance.choice(sources)
        if source.platform == "linkedin":
            rows = chance.sample(linkedin_rows(6), chance.randint(1, 6))
        else:
            rows = [
                row | {"likesCount": chance.randint(0, 99), "caption": chance.choice(["", "First", "Edited"])}
                for row in chance.sample(instagram_rows(6), chance.randint(0, 6))
            ]
        add_run(ledger, lake, source, f"run{chance.random()}", rows, hours=number + chance.choice([0, 0, 0, -1, -2.5]))
        if chance.random() < 0.7:
            normalize_brand(brand_id, ledger=ledger, lake=lake)
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    folded = evidence_bytes(lake, brand_id)
    assert rebuilt_bytes(ledger, lake, brand_id) == folded


def test_only_new_raw_files_are_read(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts, company) = add_brand(ledger, POSTS, COMPANY)
    add_run(ledger, lake, posts, "old1", instagram_rows(3))
    add_run(ledger, lake, company, "old2", linkedin_rows(2), hours=1)
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    lake.runs_read.clear()
    add_run(ledger, lake, posts, "new", instagram_rows(5), hours=24)
    normalized = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert lake.runs_read == ["new"]
    assert not normalized.is_rebuilt
    assert {run: (one.created, one.updated) for run, one in normalized.counts.items()} == {"new": (2, 0)}
    assert len(normalized.frame) == 7
    assert normalized_counts(ledger, brand_id) == {"old1": 3, "old2": 2, "new": 5}


def test_nothing_new_reads_and_writes_nothing(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts,) = add_brand(ledger, POSTS)
    add_run(ledger, lake, posts, "run", instagram_rows(3))
    first = normalize_brand(brand_id, ledger=ledger, lake=lake)
    lake.runs_read.clear()
    second = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert (lake.runs_read, lake.evidence_writes) == ([], 1)
    assert second.version == first.version
    assert second.counts == {}


def test_brand_without_runs_has_empty_evidence(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, _ = add_brand(ledger, POSTS)
    normalized = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert normalized.frame.is_empty()
    assert normalize_brand(brand_id, ledger=ledger, lake=lake).version == normalized.version


def test_run_without_rows_is_looked_for_once(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts, company) = add_brand(ledger, POSTS, COMPANY)
    add_run(ledger, lake, posts, "posts", instagram_rows(2))
    add_run(ledger, lake, company, "empty", [], hours=1)
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert normalized_counts(ledger, brand_id) == {"posts": 2, "empty": 0}
    lake.runs_read.clear()
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert lake.runs_read == []


def test_run_with_error_rows_only_is_done_with_no_items(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts,) = add_brand(ledger, POSTS)
    add_run(ledger, lake, posts, "private", NO_ITEMS)
    normalized = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert len(normalized.counts["private"].error_rows) == 1
    assert normalized_counts(ledger, brand_id) == {"private": 0}


def test_missing_evidence_file_is_rebuilt_from_all_runs(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts, company) = add_brand(ledger, POSTS, COMPANY)
    add_run(ledger, lake, posts, "run1", instagram_rows(3))
    add_run(ledger, lake, company, "run2", linkedin_rows(2), hours=1)
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    before = evidence_bytes(lake, brand_id)
    delete_evidence(lake, brand_id)
    normalized = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert normalized.is_rebuilt
    assert set(normalized.counts) == {"run1", "run2"}
    assert evidence_bytes(lake, brand_id) == before


@pytest.mark.parametrize("outdated_count", [1, 3])
def test_evidence_of_another_normalizer_version_is_rebuilt(
    ledger: Ledger, lake: CountingLake, outdated_count: int
) -> None:
    brand_id, (posts,) = add_brand(ledger, POSTS)
    add_run(ledger, lake, posts, "run", instagram_rows(3))
    frame = normalize_brand(brand_id, ledger=ledger, lake=lake).frame
    before = evidence_bytes(lake, brand_id)
    versions = ["0"] * outdated_count + [NORMALIZER_VERSION] * (3 - outdated_count)
    lake.write_evidence(brand_id=brand_id, frame=frame.with_columns(pl.Series("normalizer_version", versions)))
    assert normalize_brand(brand_id, ledger=ledger, lake=lake).is_rebuilt
    assert evidence_bytes(lake, brand_id) == before


def test_evidence_in_which_another_version_found_nothing_is_rebuilt(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts,) = add_brand(ledger, POSTS)
    add_run(ledger, lake, posts, "run", instagram_rows(3))
    frame = normalize_brand(brand_id, ledger=ledger, lake=lake).frame
    lake.write_evidence(brand_id=brand_id, frame=frame.clear())
    assert len(normalize_brand(brand_id, ledger=ledger, lake=lake).frame) == 3


@pytest.mark.parametrize("hours", [-1, 0])
def test_run_that_is_not_newer_than_the_evidence_is_folded_in_its_place(
    ledger: Ledger, lake: CountingLake, hours: float
) -> None:
    brand_id, (posts, others) = add_brand(ledger, POSTS, OTHER_POSTS)
    add_run(ledger, lake, posts, "b", [instagram_row(caption="Newer")])
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    add_run(ledger, lake, others, "a", [instagram_row(caption="Older")], hours=hours)
    normalized = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert normalized.is_rebuilt
    assert texts(normalized) == ["Newer"]
    before = evidence_bytes(lake, brand_id)
    assert rebuilt_bytes(ledger, lake, brand_id) == before


def test_crash_between_evidence_and_ledger_is_made_good(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts,) = add_brand(ledger, POSTS)
    add_run(ledger, lake, posts, "run1", instagram_rows(2))
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    add_run(ledger, lake, posts, "run2", instagram_rows(4), hours=24)
    with pytest.raises(LedgerUnavailableError):
        normalize_brand(brand_id, ledger=LedgerThatGoesAway(ledger, transactions=1), lake=lake)
    written = evidence_bytes(lake, brand_id)
    assert lake.evidence_writes == 2
    assert normalized_counts(ledger, brand_id) == {"run1": 2, "run2": None}
    normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert evidence_bytes(lake, brand_id) == written
    assert normalized_counts(ledger, brand_id) == {"run1": 2, "run2": 4}


def test_runs_of_a_source_that_is_gone_still_count(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, _ = add_brand(ledger, POSTS)
    (gone,) = add_brand(ledger, OTHER_POSTS)[1]
    lake.write_raw_run(
        brand_id=brand_id,
        source_connection_id=gone.id,
        apify_run_id="run",
        actor_id="apify~instagram-scraper",
        fetched_at=gone.created_at,
        rows=[b'{"id": "1", "shortCode": "c1", "type": "Image", "url": "https://www.instagram.com/p/c1/"}'],
    )
    normalized = normalize_brand(brand_id, ledger=ledger, lake=lake)
    assert [item.external_id for item in items_from_frame(normalized.frame)] == ["1"]


def test_brands_do_not_mix(ledger: Ledger, lake: CountingLake) -> None:
    brand_id, (posts,) = add_brand(ledger, POSTS)
    other_id, (others,) = add_brand(ledger, POSTS)
    add_run(ledger, lake, posts, "run1", instagram_rows(3))
    add_run(ledger, lake, others, "run2", instagram_rows(1))
    ours = normalize_brand(brand_id, ledger=ledger, lake=lake)
    theirs = normalize_brand(other_id, ledger=ledger, lake=lake)
    assert (len(ours.frame), len(theirs.frame)) == (3, 1)
    assert set(ours.frame["id"]).isdisjoint(theirs.frame["id"])
