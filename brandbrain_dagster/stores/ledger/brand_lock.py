"""One process at a time per brand, across machines, for as long as that process lives."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import func, select

from brandbrain_dagster.stores.ledger.engine import Ledger


@contextmanager
def brand_lock(ledger: Ledger, brand_id: UUID) -> Iterator[bool]:
    """Yields whether this brand was free; if so it is ours until the block or the process ends.

    The lock belongs to a database session: PostgreSQL frees it when the process dies, at once on the same host. It
    tells who may start; whether a result may still be published is decided by the compile run's lease.
    """
    key = int.from_bytes(brand_id.bytes[:8], signed=True)
    with ledger.session() as conn:
        is_ours = conn.scalars(select(func.pg_try_advisory_lock(key))).one()
        try:
            yield is_ours
        finally:
            if is_ours and not conn.invalidated:
                conn.execute(select(func.pg_advisory_unlock(key)))
