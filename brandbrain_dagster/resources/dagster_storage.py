"""Dagster's own storage, in the ledger's database: named in dagster.yaml, so that every Dagster process finds it.

A process that opens it uses the embedded server as any other does: starts it, keeps it up, the last one stops it.
"""

from typing import Any, Self

from dagster_postgres import DagsterPostgresStorage

from brandbrain_dagster.resources.database import database_url, open_current_ledger
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.ledger.engine import dagster_postgres_url

_STATEMENT_TIMEOUT_MILLISECONDS = 60_000


class LedgerDatabaseStorage(DagsterPostgresStorage):
    """PostgreSQL storage whose address comes from BrandBrain's settings; it takes no configuration of its own."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing can be configured in dagster.yaml."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Opens the storage; the ledger's migrations run first, since they create the schema it lives in."""
        settings = load_settings()
        open_current_ledger(settings).close()
        storage = cls(postgres_url=dagster_postgres_url(database_url(settings)), inst_data=inst_data)
        for part in (storage.event_log_storage, storage.run_storage, storage.schedule_storage):
            # Without this every statement opens a connection of its own; every process gains from keeping one.
            part.optimize_for_webserver(_STATEMENT_TIMEOUT_MILLISECONDS, pool_recycle=3600, max_overflow=2)
        return storage
