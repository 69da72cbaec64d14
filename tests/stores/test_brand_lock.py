import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from uuid import uuid4

from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import Ledger

HOLD = """
import sys, time, uuid
from brandbrain_dagster.stores.ledger.brand_lock import brand_lock
from brandbrain_dagster.stores.ledger.engine import open_ledger
with brand_lock(open_ledger(sys.argv[1]), uuid.UUID(sys.argv[2])) as is_ours:
    print(is_ours, flush=True)
    time.sleep(600)
"""


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
