"""Attempts at work that are each carried out in a child of their own, which is killed at a chosen write.

A module that calls `serve_attempts` when it is run reads attempts from its input, one JSON object a line, and answers
with how each child ended. It imports everything and opens nothing, so that a child is there at once and shares nothing
with the others.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID

from brandbrain_dagster.stores.ledger.brand_lock import is_held
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.fakes.crashing_stores import Store, Writes

_SINGLE_THREADED = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""For a process that forks: threads of these libraries do not outlive it."""
_PATIENCE_SECONDS = 30

Attempt = TypeVar("Attempt")


def serve_attempts(kind: Callable[..., Attempt], carry_out: Callable[[Attempt, Writes], None]) -> None:
    """Carries out what is asked for until there is no more input; all fields of an attempt are ids."""
    for line in sys.stdin:
        asked = json.loads(line)
        crash_at = asked.pop("crash_at")
        pid = os.fork()
        if pid == 0:
            carry_out(kind(**{name: UUID(value) for name, value in asked.items()}), Writes(crash_at, _kill))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


@contextmanager
def killing(module: str, *, environment: Mapping[str, str], ledger: Ledger) -> Iterator[Callable[[Any, int], None]]:
    """Gives what makes an attempt in a child of the module, killed at the write of that number, and sees it dead."""
    command = [sys.executable, "-m", module]
    variables = {**environment, **_SINGLE_THREADED}
    with subprocess.Popen(
        command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as forking:
        asked, answers = forking.stdin, forking.stdout
        assert asked is not None
        assert answers is not None

        def kill_at(attempt: Any, number: int) -> None:
            ids = {name: str(value) for name, value in asdict(attempt).items()}
            asked.write(json.dumps({**ids, "crash_at": number}) + "\n")
            assert answers.readline() == f"{-signal.SIGKILL}\n"
            _wait_until_free(ledger, attempt.brand_id)

        yield kill_at
        asked.close()


def _wait_until_free(ledger: Ledger, brand_id: UUID) -> None:
    """PostgreSQL takes a moment to see that a process is dead."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while is_held(ledger, brand_id):
        assert time.monotonic() < deadline, "the dead process still holds the brand"
        time.sleep(0.01)


def _kill(_store: Store) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
