"""Ledgers that go away, for good or for a while, and sessions that break."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.engine import Ledger

_BREAK = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class LedgerThatGoesAway(Ledger):
    """Works for a number of transactions and then no more."""

    def __init__(self, ledger: Ledger, *, transactions: int) -> None:
        super().__init__(ledger.engine)
        self._left = transactions

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        if self._left == 0:
            raise LedgerUnavailableError("The ledger went away; start it, then try again.")
        self._left -= 1
        with super().begin() as conn:
            yield conn


class LedgerThatComesBack(Ledger):
    """Refuses transactions while it is away, and counts them."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.engine)
        self.is_away = False
        self.refused_count = 0

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        if self.is_away:
            self.refused_count += 1
            raise LedgerUnavailableError("The ledger is away; start it, then try again.")
        with super().begin() as conn:
            yield conn


def break_lock_sessions(ledger: Ledger) -> None:
    """Ends the sessions that hold locks, as a restart of PostgreSQL or a broken network would."""
    with ledger.begin() as conn:
        assert True in conn.exec_driver_sql(_BREAK).scalars().all()
