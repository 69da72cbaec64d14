"""Everything up, as `brandbrain up` starts it, on a port of its own; and gone again afterwards, whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.workplace import Workplace

PATIENCE_SECONDS = 120
QUICKLY = {
    "BRANDBRAIN_INPUT_DEBOUNCE_SECONDS": "1",
    "BRANDBRAIN_COMPILE_BACKOFF_SECONDS": "1",
    "BRANDBRAIN_QUEUE_POLL_SECONDS": "0.5",
}


def wait_for(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.2)
    return seen


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def everything_up(place: Workplace) -> Iterator[tuple[httpx.Client, "subprocess.Popen[bytes]"]]:
    """Yields a client of the API, and the process that keeps everything up."""
    port = free_port()
    arguments = [sys.executable, "-m", "brandbrain_dagster", "up", "--no-ui", "--api-port", str(port)]
    process = subprocess.Popen(arguments, env={**QUICKLY, **place.environment}, start_new_session=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30) as api:
            wait_for(lambda: is_healthy(api))
            yield api, process
    finally:
        process.kill()
        process.wait()
        for pid in processes_of(place):
            os.kill(pid, signal.SIGKILL)


def is_healthy(api: httpx.Client) -> bool:
    try:
        return api.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def processes_of(place: Workplace, *, named: str = "") -> list[int]:
    """The processes that work in this place, by what is in their environment."""
    marker = f"BRANDBRAIN_HOME={place.home}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = marker in (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if is_ours and named in command and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
