"""The ledger as a Dagster resource, and the locks that a run holds on its brands."""

from contextlib import ExitStack
from uuid import UUID

import dagster as dg
from pydantic import PrivateAttr

from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.resources.database import open_current_ledger
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import Ledger


class LedgerResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """PostgreSQL: the one that BRANDBRAIN_DATABASE_URL names, or the embedded one."""

    _ledger: Ledger = PrivateAttr()
    _locks: ExitStack = PrivateAttr(default_factory=ExitStack)
    _held: set[UUID] = PrivateAttr(default_factory=set)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Opens the ledger at the start of a run."""
        self._ledger = open_current_ledger(load_settings())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Gives the run's brands free and closes the ledger."""
        self._held.clear()
        self._locks.close()
        self._ledger.close()

    @property
    def ledger(self) -> Ledger:
        """The open ledger."""
        return self._ledger

    def hold_brand(self, brand_id: UUID) -> None:
        """Keeps every other process away from the brand until this run ends.

        Raises:
            ConflictError: another process works on the brand.
        """
        if brand_id in self._held:
            return
        if not self._locks.enter_context(brand_lock(self._ledger, brand_id)):
            raise ConflictError(f"Another process is working on brand {brand_id}; try again when it has finished.")
        self._held.add(brand_id)
