"""Ends process groups whose supervisor is gone: it outlives a supervisor that was killed, and then cleans up after it.

It is a process of its own, ``python -m brandbrain_dagster.cli.process_warden``. On stdin it reads lines with the ids of
all groups there are; the end of stdin, however it came about, is the end of the supervisor.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

PATIENCE_SECONDS = 24.0
"""How long a process may take to end after SIGTERM; run workers hand their compiles back in this time."""

_LOOK_SECONDS = 0.05


def living_groups(groups: Iterable[int]) -> set[int]:
    """Returns the groups in which a process is left."""
    return {group for group in groups if _is_signalled(group, 0)}


def end_groups(groups: Iterable[int], *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Ends process groups, of children and strangers: SIGTERM, patience, SIGKILL."""
    left = living_groups(groups)
    for group in left:
        _is_signalled(group, signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    while left and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        _reap()
        left = living_groups(left)
    for group in left:
        _is_signalled(group, signal.SIGKILL)


def _is_signalled(group: int, signal_number: int) -> bool:
    try:
        os.killpg(group, signal_number)
    except (ProcessLookupError, PermissionError):  # the latter on macOS, for a group of which only a zombie is left
        return False
    return True


def _reap() -> None:
    """Collects dead children, also those that we were left as the first process of a container: they count as alive."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watch_supervisor() -> None:
    groups: list[int] = []
    for line in sys.stdin:
        groups = [int(group) for group in line.split()]
    end_groups(groups)


if __name__ == "__main__":
    _watch_supervisor()
