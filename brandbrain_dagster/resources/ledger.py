"""The ledger as a Dagster resource, and what a run holds in it: its own life sign, its brands and its leases."""

from uuid import UUID

import dagster as dg
from pydantic import PrivateAttr

from brandbrain_dagster.errors import ConflictError
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.database import open_current_ledger
from brandbrain_dagster.resources.leases import LeaseKeeper
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.brand_lock import SessionLocks
from brandbrain_dagster.stores.ledger.engine import Ledger


class LedgerResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """PostgreSQL: the one that BRANDBRAIN_DATABASE_URL names, or the embedded one."""

    _ledger: Ledger = PrivateAttr()
    _locks: SessionLocks = PrivateAttr()
    _leases: LeaseKeeper = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Opens the ledger at the start of a run, and gives the run's life sign: a lock under its id."""
        settings = load_settings()
        self._ledger = open_current_ledger(settings)
        self._locks = SessionLocks(self._ledger)
        if context.run is not None:
            self._locks.try_hold(UUID(context.run.run_id))
        self._leases = LeaseKeeper(
            self._ledger, self._locks, lease_seconds=settings.lease_seconds, now=ClockResource().now
        )

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Gives the run's brands free and closes the ledger."""
        self._leases.close()
        self._locks.close()
        self._ledger.close()

    @property
    def ledger(self) -> Ledger:
        """The open ledger."""
        return self._ledger

    @property
    def leases(self) -> LeaseKeeper:
        """Keeps the leases of the compiles that this run works on."""
        return self._leases

    def hold_brand(self, brand_id: UUID) -> None:
        """Keeps everybody else away from the brand until it is released or this process ends.

        Raises:
            ConflictError: somebody works on the brand.
        """
        if not self._locks.try_hold(brand_id):
            raise ConflictError(f"Another process is working on brand {brand_id}; try again when it has finished.")

    def release_brand(self, brand_id: UUID) -> None:
        """Lets others work on the brand."""
        self._locks.release(brand_id)
