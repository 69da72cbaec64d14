"""Stores that crash at a chosen write of the ledger or the lake: what the driver or the lake would raise, or worse."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from brandbrain_dagster.errors import LakeError
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.engine import Ledger

_WRITE = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+(\S+)")

Store = Literal["ledger", "lake"]


class Writes:
    """Remembers the writes of an attempt, in their order, and crashes at the one with the chosen number.

    A write can crash before and after it is done: the moments count as two. With ``stays_away`` every later one
    crashes too.
    """

    def __init__(
        self, crash_at: int | None = None, crash: Callable[[Store], None] | None = None, *, stays_away: bool = False
    ) -> None:
        self.names: list[str] = []
        self._crash_at = crash_at
        self._crash = crash
        self._stays_away = stays_away
        self._turn = threading.Lock()

    @property
    def has_crashed(self) -> bool:
        return self._crash_at is not None and len(self.names) > self._crash_at

    def pass_by(self, store: Store, name: str) -> None:
        with self._turn:
            number = len(self.names)
            self.names.append(name)
        if self._crash is None or self._crash_at is None:
            return
        if number == self._crash_at or (self._stays_away and number > self._crash_at):
            self._crash(store)


def fail(store: Store) -> None:
    """What the driver or the lake raises when the store goes away."""
    if store == "lake":
        raise LakeError("Could not write to the lake: it went away. Try again.")
    cause = psycopg.OperationalError("server closed the connection unexpectedly")
    raise OperationalError(None, None, cause)


class CrashingLedger(Ledger):
    """Passes every writing statement and both sides of every commit by."""

    def __init__(self, engine: Engine, writes: Writes) -> None:
        super().__init__(engine)
        self._writes = writes

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self._failures_told():
            with self.engine.begin() as conn:
                event.listen(conn, "before_cursor_execute", self._pass_statement)
                event.listen(conn, "commit", lambda _: self._writes.pass_by("ledger", "before COMMIT"))
                yield conn
            self._writes.pass_by("ledger", "after COMMIT")

    def _pass_statement(self, conn: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if found := _WRITE.search(statement):
            self._writes.pass_by("ledger", " ".join(found.groups()))


class CrashingLake(Lake):
    """Passes both sides of every file that is written by."""

    def __init__(self, url: str, writes: Writes) -> None:
        super().__init__(url)
        self._writes = writes

    def _put(self, path: str, *arguments: Any, **options: Any) -> None:
        self._writes.pass_by("lake", f"before {path.partition('/')[0]}")
        super()._put(path, *arguments, **options)
        self._writes.pass_by("lake", f"after {path.partition('/')[0]}")
