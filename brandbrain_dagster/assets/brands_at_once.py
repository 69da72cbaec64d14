"""Many brands in one Dagster run, each on its own: one that fails holds up nobody."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

import dagster as dg

from brandbrain_dagster.assets.run_ports import RunPorts
from brandbrain_dagster.errors import BrandBrainError, ConflictError, LeaseLostError

_TOLD_AT_ONCE = 25
"""Brands whose events are stored together when many are under way; a brand on its own is told of at once."""

BRANDS_PER_RUN = 50
"""Most brands that share a run (orchestration)."""


class BrandsAtOnce:
    """The brands of one run, each in a thread of its own, at most ``width`` at the same time.

    ``failures`` and ``skipped`` hold sentences by brand; a brand is skipped when there is nothing to do, or when
    somebody else does it.
    """

    def __init__(self, ports: RunPorts, threads: ThreadPoolExecutor, width: int) -> None:
        self.ports = ports
        self.width = width
        self.done_count = 0
        self._untold = 0
        self.failures: dict[UUID, str] = {}
        self.skipped: dict[UUID, str] = {}
        self._threads = threads
        self._running: dict[Future[None], UUID] = {}
        self._turn = Lock()

    @property
    def brand_ids(self) -> frozenset[UUID]:
        """The brands that are being worked on."""
        return frozenset(self._running.values())

    @property
    def free(self) -> int:
        """How many more brands can be worked on at once."""
        return self.width - len(self._running)

    def start(self, brand_id: UUID, work: Callable[[], None], *, is_enqueued: bool) -> None:
        """Starts working on a brand; waits for room first.

        ``is_enqueued`` says that the work waits in a queue: where somebody else does it, nothing has gone wrong.
        """
        while self.free < 1:
            self.wait_for_one(None)
        self._running[self._threads.submit(self._run, brand_id, work, is_enqueued)] = brand_id

    def wait_for_one(self, seconds: float | None) -> None:
        """Waits until a brand is done, or until the time is up."""
        over, _ = wait(self._running, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in over:
            del self._running[future]
            self.done_count += 1
            self._untold += 1
            future.result()
        if self._untold >= _TOLD_AT_ONCE or not self._running:
            self.ports.events.flush()
            self._untold = 0

    def wait_for_all(self) -> None:
        """Waits until every brand is done."""
        while self._running:
            self.wait_for_one(None)

    def raise_failures(self) -> None:
        """Ends the step as failed where a brand failed; the others are done all the same."""
        if self.failures:
            sentences = (f"{brand_id}: {sentence}" for brand_id, sentence in sorted(self.failures.items()))
            raise dg.Failure(description=" ".join(sentences), allow_retries=False)

    def _run(self, brand_id: UUID, work: Callable[[], None], is_enqueued: bool) -> None:
        try:
            work()
        except (LeaseLostError, ConflictError) as error:
            self._note(self.skipped if is_enqueued else self.failures, brand_id, str(error))
        except BrandBrainError as error:
            self._note(self.failures, brand_id, str(error))
        except Exception as error:
            self.ports.log.exception("brand %s failed", brand_id)
            self._note(self.failures, brand_id, f"Internal error: {type(error).__name__}.")

    def _note(self, notes: dict[UUID, str], brand_id: UUID, sentence: str) -> None:
        with self._turn:
            notes[brand_id] = sentence
        self.ports.log.warning("brand %s: %s", brand_id, sentence)


@contextmanager
def brands_at_once(ports: RunPorts) -> Iterator[BrandsAtOnce]:
    """Yields the means to work on many brands in this run; when the run is asked to end, all are handed back."""
    width = max(ports.settings.apify_concurrency, 1)
    with ThreadPoolExecutor(width, thread_name_prefix="brand") as threads:
        try:
            yield BrandsAtOnce(ports, threads, width)
            ports.events.flush()
        except BaseException:  # an interrupt too: the threads must hear of it, or the pool waits for them for ever
            ports.stop()
            threads.shutdown(wait=True, cancel_futures=True)
            ports.events.flush()
            raise
