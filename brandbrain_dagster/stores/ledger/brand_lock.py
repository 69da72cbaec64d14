"""Locks that live as long as the process that holds them, across machines: one process at a time per brand.

A lock belongs to a database session: PostgreSQL frees it when the process dies, at once on the same host. It tells who
may start; whether a result may still be published is decided by the compile run's lease.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, literal, select
from sqlalchemy.exc import DBAPIError

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.engine import Ledger


@contextmanager
def brand_lock(ledger: Ledger, brand_id: UUID) -> Iterator[bool]:
    """Yields whether this brand was free; if so it is ours until the block or the process ends."""
    locks = SessionLocks(ledger)
    try:
        is_ours = locks.try_hold(brand_id)
        try:
            yield is_ours
        finally:
            if is_ours:  # not left to the end of the session, which PostgreSQL comes to know a moment later
                locks.release(brand_id)
    finally:
        locks.close()


def is_held(ledger: Ledger, subject_id: UUID) -> bool:
    """Returns whether any living process holds the lock of a brand or a Dagster run."""
    with brand_lock(ledger, subject_id) as is_free:
        return not is_free


class SessionLocks:
    """All locks of one process, by the id of what is locked, in one database session; safe to use from many threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._session = ExitStack()
        self._conn: Connection | None = None
        self._held: set[UUID] = set()
        self._turn = threading.Lock()

    def try_hold(self, subject_id: UUID) -> bool:
        """Takes the lock; False when another process, or this one, holds it already.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached.
        """
        with self._turn:
            if subject_id in self._held:
                return False
            is_ours = bool(self._answer(func.pg_try_advisory_lock(_key(subject_id))))
            if is_ours:
                self._held.add(subject_id)
            return is_ours

    def release(self, subject_id: UUID) -> None:
        """Gives a held lock free; a session that broke has given it free already."""
        with self._turn, suppress(LedgerUnavailableError):
            self._held.discard(subject_id)
            self._answer(func.pg_advisory_unlock(_key(subject_id)))

    def keep_alive(self) -> None:
        """Takes the held locks again if their session broke meanwhile.

        Raises:
            LedgerUnavailableError: PostgreSQL cannot be reached.
        """
        with self._turn:
            self._answer(literal(1))

    def close(self) -> None:
        """Gives everything free."""
        with self._turn:
            self._drop_session()
            self._held.clear()

    def _answer(self, expression: ColumnElement[Any]) -> Any:
        """Asks PostgreSQL, in a new session if the old one is broken; that shows only when it is used."""
        for is_last in (False, True):
            try:
                return self._connection().scalars(select(expression)).one()
            except DBAPIError as error:
                self._drop_session()
                if is_last:
                    raise LedgerUnavailableError(
                        "The connection that holds the locks broke; check that PostgreSQL is up, then try again."
                    ) from error
        raise AssertionError

    def _connection(self) -> Connection:
        if self._conn is None:
            self._conn = self._session.enter_context(self._ledger.session())
            for subject_id in sorted(self._held):
                self._conn.execute(select(func.pg_try_advisory_lock(_key(subject_id))))
        return self._conn

    def _drop_session(self) -> None:
        self._conn = None
        session, self._session = self._session, ExitStack()
        with suppress(DBAPIError):
            session.close()


def _key(subject_id: UUID) -> int:
    return int.from_bytes(subject_id.bytes[:8], signed=True)
