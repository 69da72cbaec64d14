import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.brand_lock import SessionLocks, brand_lock, is_held
from brandbrain_dagster.stores.ledger.engine import Ledger, open_ledger
from tests.fakes.failing_ledger import break_lock_sessions

HOLD = """
import sys, time, uuid
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import open_ledger
with brand_lock(open_ledger(sys.argv[1]), uuid.UUID(sys.argv[2])) as is_ours:
    print(is_ours, flush=True)
    time.sleep(600)
"""
FIRST, SECOND, THIRD = (UUID(int=number << 64) for number in (1, 2, 3))


@pytest.fixture
def locks(ledger: Ledger) -> Iterator[SessionLocks]:
    locks = SessionLocks(ledger)
    yield locks
    locks.close()


def held(ledger: Ledger) -> list[bool]:
    return [is_held(ledger, subject) for subject in (FIRST, SECOND, THIRD)]


def test_brand_is_locked_for_one_holder_and_free_again_afterwards(ledger: Ledger) -> None:
    brand_id = uuid4()
    with brand_lock(ledger, brand_id) as first:
        with brand_lock(ledger, brand_id) as second, brand_lock(ledger, uuid4()) as other:
            assert (first, second, other) == (True, False, True)
        with brand_lock(ledger, brand_id) as still_locked:
            assert not still_locked
    with brand_lock(ledger, brand_id) as again:
        assert again


def test_many_brands_can_be_locked_at_once_beside_the_pool(ledger: Ledger) -> None:
    with ExitStack() as stack:
        verdicts = [stack.enter_context(brand_lock(ledger, uuid4())) for _ in range(20)]
        with ledger.read() as conn:
            assert conn.exec_driver_sql("SELECT 1").scalar() == 1
    assert verdicts == [True] * 20


def test_lock_of_a_killed_process_is_freed(ledger: Ledger, ledger_url: str) -> None:
    brand_id = uuid4()
    arguments = [sys.executable, "-c", HOLD, ledger_url, str(brand_id)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        with brand_lock(ledger, brand_id) as is_ours:
            assert not is_ours
        os.kill(holder.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with brand_lock(ledger, brand_id) as is_ours:
            if is_ours:
                return
        time.sleep(0.05)
    raise AssertionError("the lock outlived its holder")


def test_process_does_not_get_a_lock_twice(ledger: Ledger, locks: SessionLocks) -> None:
    assert [locks.try_hold(FIRST), locks.try_hold(FIRST), locks.try_hold(SECOND)] == [True, False, True]
    assert held(ledger) == [True, True, False]


def test_released_lock_is_free_for_others_and_the_rest_stays(ledger: Ledger, locks: SessionLocks) -> None:
    for subject in (FIRST, SECOND):
        locks.try_hold(subject)
    locks.release(FIRST)
    assert held(ledger) == [False, True, False]
    assert locks.try_hold(FIRST)


def test_closed_locks_are_free(ledger: Ledger, locks: SessionLocks) -> None:
    locks.try_hold(FIRST)
    locks.close()
    assert held(ledger) == [False, False, False]
    assert locks.try_hold(FIRST)


def test_locks_of_a_broken_session_are_taken_again(ledger: Ledger, locks: SessionLocks) -> None:
    for subject in (FIRST, SECOND):
        locks.try_hold(subject)
    break_lock_sessions(ledger)
    assert held(ledger) == [False, False, False]
    locks.keep_alive()
    assert held(ledger) == [True, True, False]


def test_next_lock_in_a_broken_session_brings_the_others_back(ledger: Ledger, locks: SessionLocks) -> None:
    locks.try_hold(FIRST)
    break_lock_sessions(ledger)
    assert locks.try_hold(SECOND)
    assert held(ledger) == [True, True, False]


def test_release_in_a_broken_session_brings_only_the_others_back(ledger: Ledger, locks: SessionLocks) -> None:
    for subject in (FIRST, SECOND):
        locks.try_hold(subject)
    break_lock_sessions(ledger)
    locks.release(FIRST)
    assert held(ledger) == [False, True, False]


def test_lock_that_another_took_meanwhile_stays_with_them(ledger: Ledger, locks: SessionLocks) -> None:
    for subject in (FIRST, SECOND):
        locks.try_hold(subject)
    break_lock_sessions(ledger)
    with brand_lock(ledger, FIRST) as is_theirs:
        assert is_theirs
        locks.keep_alive()
        assert held(ledger) == [True, True, False]
    assert held(ledger) == [False, True, False]


def test_locks_of_a_ledger_that_is_away_say_so() -> None:
    locks = SessionLocks(open_ledger("postgresql://nobody@127.0.0.1:1/nowhere"))
    with pytest.raises(LedgerUnavailableError):
        locks.try_hold(FIRST)
    with pytest.raises(LedgerUnavailableError):
        locks.keep_alive()
    locks.release(FIRST)
    locks.close()
