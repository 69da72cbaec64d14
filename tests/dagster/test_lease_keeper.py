"""Leases that are renewed while they are kept, and whose loss is told once."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.resources.leases import LeaseKeeper
from brandbrain_dagster.stores.ledger import compile_runs
from brandbrain_dagster.stores.ledger.brand_lock import SessionLocks
from brandbrain_dagster.stores.ledger.compile_runs import COMPILES
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.fakes.failing_ledger import LedgerThatComesBack, break_lock_sessions
from tests.stores.ledger_rows import LEASE_SECONDS, NOW, add_brand, add_compile, claim, later

PATIENCE_SECONDS = 20
SHORT = 0.15
"""Seconds of a lease that is renewed twenty times a second."""
OURS, THEIRS = UUID(int=1), UUID(int=2)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def told() -> list[UUID]:
    """The compiles whose leases were told to be lost."""
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def locks(ledger: Ledger) -> Iterator[SessionLocks]:
    with closing(SessionLocks(ledger)) as locks:
        yield locks


@pytest.fixture
def keeper(ledger: Ledger, locks: SessionLocks, clock: Clock) -> Iterator[LeaseKeeper]:
    with closing(LeaseKeeper(ledger, locks, lease_seconds=SHORT, now=clock.now)) as keeper:
        yield keeper


def leased_compile(ledger: Ledger) -> UUID:
    """A compile that we have claimed."""
    with ledger.begin() as conn:
        run = add_compile(conn, add_brand(conn, f"brand-{uuid4().hex}"))
        claim(conn, run, OURS)
    return run.id


def expiry(ledger: Ledger, compile_run_id: UUID) -> datetime | None:
    with ledger.read() as conn:
        return compile_runs.get_compile_run(conn, compile_run_id=compile_run_id).lease_expires_at


def cancel(ledger: Ledger, compile_run_id: UUID) -> None:
    with ledger.begin() as conn:
        COMPILES.finish_failed(conn, work_id=compile_run_id, lease_token=None, now=NOW, error="cancelled")


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def wait_for_renewal(ledger: Ledger, compile_run_id: UUID, clock: Clock) -> None:
    """Sets the clock on, and waits until the keeper has written down so."""
    clock.time = clock.time.replace(year=clock.time.year + 1)
    wait_until(lambda: (at := expiry(ledger, compile_run_id)) is not None and at > clock.time)


def keep(keeper: LeaseKeeper, compile_run_id: UUID, told: list[UUID]) -> AbstractContextManager[None]:
    """Keeps a lease; its loss goes to ``told``."""
    return keeper.kept(COMPILES, compile_run_id, OURS, on_loss=lambda: told.append(compile_run_id))


def test_kept_lease_is_renewed_and_one_that_is_kept_no_more_is_not(
    ledger: Ledger, keeper: LeaseKeeper, clock: Clock, told: list[UUID]
) -> None:
    kept, left = leased_compile(ledger), leased_compile(ledger)
    with keep(keeper, kept, told):
        with keep(keeper, left, told):
            wait_for_renewal(ledger, left, clock)
        wait_for_renewal(ledger, kept, clock)
        before = expiry(ledger, left)
        wait_for_renewal(ledger, kept, clock)
        assert expiry(ledger, left) == before
    assert told == []


def test_loss_of_a_lease_is_told_once_and_the_others_are_kept(
    ledger: Ledger, keeper: LeaseKeeper, clock: Clock, told: list[UUID]
) -> None:
    lost, kept = leased_compile(ledger), leased_compile(ledger)
    with keep(keeper, lost, told), keep(keeper, kept, told):
        cancel(ledger, lost)
        wait_until(lambda: bool(told))
        for _ in range(2):
            wait_for_renewal(ledger, kept, clock)
    assert told == [lost]


def test_lease_that_another_process_has_now_is_lost(ledger: Ledger, keeper: LeaseKeeper, told: list[UUID]) -> None:
    lost = leased_compile(ledger)
    with keep(keeper, lost, told):
        with ledger.begin() as conn:
            COMPILES.take_over(conn, work_id=lost, lease_token=THEIRS, now=NOW, lease_seconds=60, dagster_run_id=None)
        wait_until(lambda: bool(told))
    assert expiry(ledger, lost) == later(60)


def test_loss_of_a_long_lease_is_noticed_before_it_is_renewed(
    ledger: Ledger, locks: SessionLocks, clock: Clock, told: list[UUID]
) -> None:
    lost, kept = leased_compile(ledger), leased_compile(ledger)
    clock.time = later(100)
    with (
        closing(LeaseKeeper(ledger, locks, lease_seconds=LEASE_SECONDS, now=clock.now)) as keeper,
        keep(keeper, lost, told),
        keep(keeper, kept, told),
    ):
        cancel(ledger, lost)
        wait_until(lambda: bool(told))
        assert expiry(ledger, kept) == later(LEASE_SECONDS)
    assert told == [lost]


def test_keeper_outlives_a_database_that_is_away(
    ledger: Ledger, locks: SessionLocks, clock: Clock, told: list[UUID]
) -> None:
    unsteady = LedgerThatComesBack(ledger)
    kept = leased_compile(ledger)
    with (
        closing(LeaseKeeper(unsteady, locks, lease_seconds=SHORT, now=clock.now)) as keeper,
        keep(keeper, kept, told),
    ):
        unsteady.is_away = True
        wait_until(lambda: unsteady.refused_count >= 2)
        unsteady.is_away = False
        wait_for_renewal(ledger, kept, clock)
    assert told == []


def test_keeper_takes_the_locks_of_a_broken_session_again(
    ledger: Ledger, keeper: LeaseKeeper, locks: SessionLocks, clock: Clock, told: list[UUID]
) -> None:
    brand_id = uuid4()
    assert locks.try_hold(brand_id)
    break_lock_sessions(ledger)
    kept = leased_compile(ledger)
    with keep(keeper, kept, told):
        wait_for_renewal(ledger, kept, clock)
    with closing(SessionLocks(ledger)) as others:
        assert not others.try_hold(brand_id)
