"""Where the database is: the one that is configured, or the embedded one, started by whoever comes first."""

from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from brandbrain_dagster.stores.ledger.migrate import is_current, upgrade_ledger


def database_url(settings: Settings) -> str:
    """Returns the database's URL; starts the embedded server when no other is configured.

    Raises:
        LedgerUnavailableError: the embedded server cannot be started.
    """
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded_database_url(settings.home.expanduser().resolve())


def open_current_ledger(settings: Settings) -> Ledger:
    """Returns the ledger, its tables brought up to date first.

    Raises:
        ConfigurationError, LedgerUnavailableError: it cannot be reached or used.
    """
    ledger = open_ledger(database_url(settings))
    if not is_current(ledger):
        upgrade_ledger(ledger)
    return ledger
