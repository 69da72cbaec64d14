"""Bringing a ledger's tables to the version that this code needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from brandbrain_dagster.errors import ConfigurationError
from brandbrain_dagster.stores.ledger.engine import Ledger

_SCRIPTS = Path(__file__).with_name("migrations")
_UPGRADE_LOCK = 0x6272616E64627261
"""Any number will do that nobody else takes in this database; this one reads "brandbra"."""

_OLDEST_POSTGRESQL = 14


def upgrade_ledger(ledger: Ledger) -> None:
    """Runs the migrations that are still missing, all or none; a second caller waits for the first.

    Raises:
        ConfigurationError: the server is too old, or the tables are newer than this code.
        LedgerUnavailableError: PostgreSQL cannot be reached.
    """
    with ledger.begin() as conn:
        _require_version(conn)
        conn.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        try:
            command.upgrade(alembic_config(conn), "head")
        except CommandError as error:
            raise ConfigurationError(
                "The ledger's tables were made by a newer version of brandbrain; install that version or a later one."
            ) from error


def is_current(ledger: Ledger) -> bool:
    """Returns whether the ledger has every migration and none that this code does not know.

    Raises:
        LedgerUnavailableError: PostgreSQL cannot be reached.
    """
    with ledger.read() as conn:
        applied = MigrationContext.configure(conn).get_current_heads()
        return set(applied) == set(ScriptDirectory.from_config(alembic_config(conn)).get_heads())


def alembic_config(conn: Connection) -> Config:
    """Returns the configuration for Alembic's commands on this connection."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def _require_version(conn: Connection) -> None:
    version = int(conn.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < _OLDEST_POSTGRESQL:
        raise ConfigurationError(
            f"BRANDBRAIN_DATABASE_URL names a PostgreSQL {version}; the ledger needs {_OLDEST_POSTGRESQL} or newer."
        )
