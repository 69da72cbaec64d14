"""A ledger that goes away in the middle of a use case."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.engine import Ledger


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
