"""Erasing a brand: everything the ledger and the lake hold of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import Ledger


@dataclass(frozen=True, kw_only=True)
class ErasedBrand:
    """What went with a brand: rows by table of the ledger, and files of the lake."""

    rows: Mapping[str, int]
    lake_files: int


def erase_brand(brand_id: UUID, *, ledger: Ledger, lake: Lake) -> ErasedBrand:
    """Erases a brand; a compile that waits goes with it, one that a process works on keeps it from being erased.

    The rows are gone only after the files: an erasure that breaks off leaves a brand that can be erased again.

    Raises:
        NotFoundError: the brand does not exist.
        ConflictError: a process is working on the brand.
        LakeError, LedgerUnavailableError: the brand is still there, perhaps without some of its files.
    """
    with brand_lock(ledger, brand_id) as is_free:
        if not is_free:
            raise ConflictError(
                f"A process is working on brand {brand_id}; cancel its compile or wait for it, then delete it again."
            )
        with ledger.begin() as conn:
            rows = brands.delete_brand(conn, brand_id=brand_id)
            lake_files = lake.delete_brand(brand_id=brand_id)
    return ErasedBrand(rows=rows, lake_files=lake_files)
