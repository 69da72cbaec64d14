"""A compile that crashes at a chosen write of the ledger or the lake: it raises, or its process is killed.

Run as a module, it reads attempts from its input, one JSON object a line, carries each out in a child of its own that
is killed at the chosen write, and answers with how the child ended. It imports everything and opens nothing, so that
a child is there at once and shares nothing with the others.
"""

import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Literal
from uuid import UUID

import anyio
import httpx
import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from brandbrain_dagster.assets.brand_events import BrandEvent, BrandEvents
from brandbrain_dagster.assets.brand_profile import PIPELINE
from brandbrain_dagster.assets.brand_run import run_brand
from brandbrain_dagster.assets.compile_ports import CompilePorts
from brandbrain_dagster.errors import BrandBrainError, LakeError
from brandbrain_dagster.resources.apify import ApifyResource
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.use_cases.collect_ports import CollectPorts
from brandbrain_dagster.use_cases.warm_up import warm_up
from tests.fakes.fake_apify import FakeSleep

_WRITE = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+(\S+)")
SINGLE_THREADED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""For a process that forks: threads of these libraries do not outlive it."""

Store = Literal["ledger", "lake"]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a compile, as a Dagster run would make it."""

    brand_id: UUID
    compile_run_id: UUID
    dagster_run_id: UUID


class Writes:
    """Remembers the writes of a compile, in their order, and crashes at the one with the chosen number.

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


def kill(store: Store) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


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


class NoEvents(BrandEvents):
    """Dagster's view of the compile, which nothing rests on."""

    def __init__(self) -> None:
        pass

    def log(self, event: BrandEvent) -> None:
        pass


class _ImpatientPorts(CompilePorts):
    def collect_ports(self, *arguments: Any, **options: Any) -> CollectPorts:
        return replace(super().collect_ports(*arguments, **options), sleep=FakeSleep())


def attempt_compile(attempt: Attempt, writes: Writes) -> None:
    """Makes an attempt like a Dagster run, with resources of its own; how it ended is in the ledger."""
    context: Any = SimpleNamespace(run=None)
    settings, ledger, apify = load_settings(), LedgerResource(), ApifyResource()
    ledger.setup_for_execution(context)
    ledger._ledger = CrashingLedger(ledger._ledger.engine, writes)
    ports = _ImpatientPorts(
        run_id=str(attempt.dagster_run_id),
        ledger=ledger,
        lake=CrashingLake(settings.lake_location, writes),
        apify=apify,
        clock=ClockResource(),
        settings=settings,
        log=logging.getLogger("brandbrain"),  # type: ignore[arg-type]
        events=NoEvents(),
        is_being_cancelled=lambda: False,
    )
    try:
        with suppress(BrandBrainError):
            run_brand(attempt.brand_id, PIPELINE, compile_run_id=attempt.compile_run_id, ports=ports)
    finally:
        apify.teardown_after_execution(context)
        ledger.teardown_after_execution(context)


def main() -> None:
    warm_up()
    httpx.AsyncClient()  # these two import what is imported when it is first used
    anyio.run(anyio.sleep, 0)
    for line in sys.stdin:
        asked = json.loads(line)
        crash_at = asked.pop("crash_at")
        pid = os.fork()
        if pid == 0:
            attempt_compile(Attempt(**{name: UUID(value) for name, value in asked.items()}), Writes(crash_at, kill))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
