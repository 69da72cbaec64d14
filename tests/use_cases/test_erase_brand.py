"""Erasing a brand: rows and files go, another brand's stay, and nobody is erased at work."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.errors import ConflictError, LakeError, NotFoundError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.create_brand import create_brand
from brandbrain_dagster.use_cases.erase_brand import erase_brand
from tests.stores.lake_files import read_run, write_run

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class LakeThatRefusesToDelete(Lake):
    def delete_brand(self, *, brand_id: UUID) -> int:
        raise LakeError(f"Could not delete {brand_id}. Try again.")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def add_brand(ledger: Ledger, lake: Lake, name: str) -> UUID:
    with ledger.begin() as conn:
        brand_id = create_brand(conn, name=name, slug=None, website_url=None, brand_id=uuid4(), now=NOW).id
    write_run(lake, [b"{}"], brand_id=brand_id)
    return brand_id


def slugs(ledger: Ledger) -> list[str]:
    with ledger.read() as conn:
        return [brand.slug for brand in brands.list_brands(conn)]


def test_erased_brand_is_gone_from_ledger_and_lake_and_no_other_is(ledger: Ledger, lake: Lake) -> None:
    kept, gone = add_brand(ledger, lake, "Kept"), add_brand(ledger, lake, "Gone")
    erased = erase_brand(gone, ledger=ledger, lake=lake)
    assert (erased.rows["brand"], erased.rows["snapshot"], erased.lake_files) == (1, 0, 1)
    assert slugs(ledger) == ["kept"]
    assert read_run(lake, brand_id=gone) is None
    assert read_run(lake, brand_id=kept) is not None
    with pytest.raises(NotFoundError):
        erase_brand(gone, ledger=ledger, lake=lake)


def test_brand_that_is_worked_on_is_not_erased(ledger: Ledger, lake: Lake) -> None:
    brand_id = add_brand(ledger, lake, "Busy")
    with brand_lock(ledger, brand_id), pytest.raises(ConflictError, match="cancel its compile"):
        erase_brand(brand_id, ledger=ledger, lake=lake)
    assert slugs(ledger) == ["busy"]
    assert read_run(lake, brand_id=brand_id) is not None


def test_erasure_that_fails_in_the_lake_can_be_done_again(ledger: Ledger, lake: Lake) -> None:
    brand_id = add_brand(ledger, lake, "Nova")
    with pytest.raises(LakeError):
        erase_brand(brand_id, ledger=ledger, lake=LakeThatRefusesToDelete(lake.url))
    assert slugs(ledger) == ["nova"]
    assert erase_brand(brand_id, ledger=ledger, lake=lake).lake_files == 1
