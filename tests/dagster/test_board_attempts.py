"""An attempt at a board within a Dagster run: its lease is kept, and how it ends tells who wished it to."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from brandbrain_dagster.assets.board_run import run_board
from brandbrain_dagster.assets.run_ports import RunPorts
from brandbrain_dagster.domain.opportunities.board import BoardState
from brandbrain_dagster.errors import ConflictError, WorkCancelledError, WorkInterruptedError
from brandbrain_dagster.resources.clock import ClockResource
from brandbrain_dagster.resources.ledger import LedgerResource
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.board_generations import GENERATIONS
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock, is_held
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from tests.dagster.boarding import compiled, enqueue
from tests.dagster.brand_runs import Brands, interrupt, meanwhile
from tests.dagster.test_lease_keeper import wait_until
from tests.fakes.crashing_compile import NoEvents
from tests.unit.clients.llm_service import ChatService, calls
from tests.unit.opportunities.told_brand import NOW
from tests.use_cases.boarded_brand import BoardedBrand, boarded_brand, telling_items
from tests.use_cases.collecting import utc_now

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def kiln(ledger: Ledger) -> BoardedBrand:
    """A brand with a profile, and with evidence of these days."""
    brand = boarded_brand(ledger, Path(load_settings().lake_location))
    shift, brand.now = utc_now() - NOW, utc_now()
    brand.write_evidence(
        msgspec.structs.replace(item, published_at=later_by(item.published_at, shift), last_seen_at=brand.now)
        for item in telling_items()
    )
    brand.publish()
    return brand


def later_by(moment: datetime | None, shift: timedelta) -> datetime | None:
    return moment and moment + shift


@contextmanager
def run_ports(*, is_being_cancelled: bool = False) -> Iterator[RunPorts]:
    """Yields what a Dagster run works with."""
    context: Any = SimpleNamespace(run=None)
    settings, ledger = load_settings(), LedgerResource()
    ledger.setup_for_execution(context)
    try:
        yield RunPorts(
            run_id=str(uuid4()),
            ledger=ledger,
            lake=Lake(settings.lake_location),
            clock=ClockResource(),
            settings=settings,
            log=logging.getLogger("brandbrain"),  # type: ignore[arg-type]
            events=NoEvents(),
            is_being_cancelled=lambda: is_being_cancelled,
        )
    finally:
        ledger.teardown_after_execution(context)


def test_run_that_is_asked_to_end_hands_its_board_back(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    with run_ports() as ports:
        ports.stop()
        with pytest.raises(WorkInterruptedError):
            run_board(kiln.brand.id, waiting, ports)
        assert not is_held(kiln.ledger, kiln.brand.id)
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts, generation.max_attempts) == (WorkStatus.PENDING, 1, 4)
    assert (generation.lease_token, generation.last_error) == (None, None)
    assert generation.available_at <= utc_now()
    assert kiln.board_count() == 0


def test_run_that_is_cancelled_ends_its_board_with_an_error_board(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    with run_ports(is_being_cancelled=True) as ports:
        ports.stop()
        with pytest.raises(WorkCancelledError):
            run_board(kiln.brand.id, waiting, ports)
    generation = kiln.generation(waiting)
    assert (generation.status, generation.attempts, generation.error) == (WorkStatus.FAILED, 1, "cancelled")
    board = kiln.newest_board().board
    assert (board.state, board.reason) == (BoardState.ERROR, "cancelled")


def test_error_of_a_run_that_is_cancelled_is_told_as_it_is(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    evidence = Path(kiln.lake.url) / "normalized_evidence"
    (damaged,) = evidence.rglob("*.parquet")
    damaged.write_bytes(b"no parquet")
    with run_ports(is_being_cancelled=True) as ports, pytest.raises(Exception, match="damaged"):
        run_board(kiln.brand.id, waiting, ports)
    generation = kiln.generation(waiting)
    assert generation.status is WorkStatus.PENDING
    assert "damaged" in str(generation.last_error)


def test_board_of_a_brand_that_somebody_else_works_on_is_left_alone(kiln: BoardedBrand) -> None:
    waiting = kiln.ask()
    with run_ports() as ports, brand_lock(kiln.ledger, kiln.brand.id) as is_held_by_them:
        assert is_held_by_them
        with pytest.raises(ConflictError, match="Another process"):
            run_board(kiln.brand.id, waiting, ports)
    assert kiln.generation(waiting).attempts == 0


@pytest.fixture
def _short_leases(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRANDBRAIN_LEASE_SECONDS", "3")


@pytest.mark.usefixtures("_short_leases")
def test_lease_is_renewed_for_as_long_as_a_board_takes(kiln: BoardedBrand) -> None:
    waiting, ended = kiln.ask(), threading.Event()

    def run() -> None:
        run_board(kiln.brand.id, waiting, ports)
        ended.set()

    def expiry() -> datetime | None:
        return kiln.generation(waiting).lease_expires_at

    with run_ports() as ports:
        working = threading.Thread(target=run)
        with kiln.ledger.begin() as conn:
            # The board is not written before this transaction ends.
            brands.lock_brand(conn, brand_id=kiln.brand.id)
            working.start()
            wait_until(lambda: kiln.generation(waiting).stage == "complete")
            first = expiry()
            assert first is not None
            wait_until(lambda: (renewed := expiry()) is not None and renewed > first)
            assert not ended.is_set()
        working.join()
    assert ended.is_set()
    assert (kiln.generation(waiting).status, kiln.board_count()) == (WorkStatus.SUCCEEDED, 1)


HANG_SECONDS = 60.0


@pytest.fixture
def asked_model(themed: Brands, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Brands, UUID, ChatService]]:
    """A brand with a profile whose board waits, and a language model that takes for ever to word it."""
    (brand_id,) = compiled(themed)
    service = ChatService([calls({"wordings": []})], hang_seconds=HANG_SECONDS)
    with service.running() as url:
        monkeypatch.setenv("BRANDBRAIN_LLM_MODEL", "openai:gpt-5")
        monkeypatch.setenv("BRANDBRAIN_LLM_BASE_URL", url)
        yield themed, enqueue(themed, brand_id), service


def test_interrupted_run_gives_its_question_up_and_hands_its_board_back(
    asked_model: tuple[Brands, UUID, ChatService],
) -> None:
    brands_run, waiting, service = asked_model
    with meanwhile(lambda: bool(service.asked), interrupt):
        assert not brands_run.run_board_queue().success
    with brands_run.ledger.read() as conn:
        generation = GENERATIONS.get(conn, work_id=waiting)
    assert (generation.status, generation.attempts, generation.max_attempts) == (WorkStatus.PENDING, 1, 4)
    assert generation.available_at <= utc_now()


def test_terminated_run_cancels_its_board(asked_model: tuple[Brands, UUID, ChatService]) -> None:
    brands_run, waiting, service = asked_model

    def terminate() -> None:
        (run,) = [run for run in brands_run.instance.get_runs() if run.job_name == "generate_boards"]
        brands_run.instance.report_run_canceling(run)
        interrupt()

    with meanwhile(lambda: bool(service.asked), terminate):
        assert not brands_run.run_board_queue().success
    with brands_run.ledger.read() as conn:
        generation = GENERATIONS.get(conn, work_id=waiting)
    assert (generation.status, generation.attempts, generation.error) == (WorkStatus.FAILED, 1, "cancelled")
