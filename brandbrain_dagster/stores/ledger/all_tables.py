"""Every table of the ledger: importing the modules that define them makes the metadata complete."""

from brandbrain_dagster.stores.ledger import board_tables, request_tables, tables

LEDGER_METADATA = tables.metadata

__all__ = ["LEDGER_METADATA", "board_tables", "request_tables"]
