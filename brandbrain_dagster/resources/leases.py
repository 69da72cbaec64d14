"""Keeping leases: a thread that renews them, and tells when one is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.brand_lock import SessionLocks
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_queue import WorkQueue

_RENEWED_EVERY_SECONDS = 30.0
"""How often a lease is renewed (orchestration), unless it is shorter than three times that."""
_LOOK_SECONDS = 2.0
"""How soon a process notices that its work was cancelled."""


class LeaseKeeper:
    """Renews the leases of one process for as long as they are kept; whoever loses one is told, once."""

    def __init__(
        self, ledger: Ledger, locks: SessionLocks, *, lease_seconds: float, now: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._locks = locks
        self._lease_seconds = lease_seconds
        self._now = now
        self._kept: dict[tuple[WorkQueue[Any], UUID], tuple[UUID, Callable[[], None]]] = {}
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def kept(
        self, queue: WorkQueue[Any], work_id: UUID, lease_token: UUID, *, on_loss: Callable[[], None]
    ) -> Iterator[None]:
        """Renews this lease during the block; ``on_loss`` is called from another thread when it is gone."""
        with self._turn:
            self._kept[queue, work_id] = (lease_token, on_loss)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._turn:
                self._kept.pop((queue, work_id), None)

    def close(self) -> None:
        """Stops renewing."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        every = min(_RENEWED_EVERY_SECONDS, self._lease_seconds / 3)
        renewed_at = time.monotonic()
        while not self._closed.wait(min(_LOOK_SECONDS, every)):
            is_due = time.monotonic() - renewed_at >= every
            try:
                lost = self._lost(renews=is_due)
            except LedgerUnavailableError:
                continue  # the lease outlives a database that is away for a while
            if is_due:
                renewed_at = time.monotonic()
            for on_loss in lost:
                on_loss()

    def _lost(self, *, renews: bool) -> list[Callable[[], None]]:
        with self._turn:
            kept = {named: token for named, (token, _) in self._kept.items()}
        if renews:
            self._locks.keep_alive()
        if not kept:
            return []
        held = set()
        with self._ledger.begin() as conn:
            for queue in {queue for queue, _ in kept}:
                leases = {work_id: token for (of_queue, work_id), token in kept.items() if of_queue is queue}
                if renews:
                    ids = queue.renew_leases(conn, leases=leases, now=self._now(), lease_seconds=self._lease_seconds)
                else:
                    ids = queue.list_held_leases(conn, leases=leases)
                held |= {(queue, work_id) for work_id in ids}
        with self._turn:
            gone = [self._kept.pop(named) for named in kept.keys() - held if named in self._kept]
        return [on_loss for _, on_loss in gone]
