"""``brandbrain up`` as a person starts it: one process tree, seen from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.workplace import Workplace, workplace

COMMAND = [sys.executable, "-m", "brandbrain_dagster", "up"]
INTERRUPTS_IGNORED = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""As a shell without job control leaves it to what it starts in the background."""
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by /proc")


@dataclass
class Up:
    """A running ``brandbrain up``."""

    process: "subprocess.Popen[str]"
    home: Path
    api_port: int
    ui_port: int
    told: list[str] = field(default_factory=list)

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(line)
            if line.startswith("Ready"):
                return
        raise AssertionError("".join(self.told))

    def answers(self, port: int, path: str) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def is_healthy(self) -> bool:
        return self.answers(self.api_port, "/api/health")

    def processes(self, words: str = "") -> list[int]:
        """Ids of the living processes of this home, however they were started, with these words in their command."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) != self.process.pid:
                command = read(entry / "cmdline").replace("\0", " ").strip()
                is_ours = f"BRANDBRAIN_HOME={self.home}\0" in read(entry / "environ")
                found += [int(entry.name)] if is_ours and command and words in command else []
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_SECONDS)


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def server_of(home: Path) -> int | None:
    """The process id of the embedded PostgreSQL."""
    first_line = read(home / "postgres" / "postmaster.pid").partition("\n")[0]
    return int(first_line) if first_line else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def started(place: Workplace, *options: str) -> Up:
    api_port, ui_port = free_port(), free_port()
    process = subprocess.Popen(
        [*INTERRUPTS_IGNORED, *COMMAND, f"--api-port={api_port}", f"--ui-port={ui_port}", *options],
        env=dict(place.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Up(process, place.home, api_port, ui_port)


def refusal(place: Workplace, *options: str) -> str:
    """What is said on stderr when it does not start; the exit code is that of wrong input."""
    command = [*COMMAND, *options]
    done = subprocess.run(command, env=dict(place.environment), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def place(tmp_path: Path, ledger_url: str) -> Iterator[Workplace]:
    (tmp_path / "data").mkdir()
    with workplace(tmp_path / "home", ledger_url, tmp_path / "data") as place:
        yield place


def test_everything_runs_is_kept_alive_and_stops_without_a_trace(place: Workplace, tmp_path: Path) -> None:
    up = started(place)
    up.wait_until_ready()
    assert up.is_healthy()
    assert up.answers(up.ui_port, "/server_info")
    assert f"http://127.0.0.1:{up.api_port}" in "".join(up.told)
    assert f"http://127.0.0.1:{up.ui_port}" in "".join(up.told)

    assert "Another 'brandbrain up'" in refusal(place, "--no-ui", f"--api-port={free_port()}")
    elsewhere = place.with_environment(BRANDBRAIN_HOME=str(tmp_path / "elsewhere"))
    assert f"Port {up.api_port} of" in refusal(elsewhere, "--no-ui", f"--api-port={up.api_port}")
    assert "--ui-port" in refusal(elsewhere, f"--api-port={free_port()}", f"--ui-port={up.ui_port}")

    for words in ("brandbrain_dagster api", "dagster._daemon", "dagster api grpc"):
        (child,) = up.processes(words)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: bool(set(up.processes(words)) - {child}))  # noqa: B023
    wait_until(up.is_healthy)
    assert up.stop() == 0
    wait_until(lambda: up.processes() == [])


def test_embedded_database_comes_back_and_a_killed_supervisor_leaves_nothing_running(place: Workplace) -> None:
    embedded = place.with_environment(BRANDBRAIN_DATABASE_URL="")
    up = started(embedded, "--no-ui")
    up.wait_until_ready()
    assert up.processes("dagster_webserver") == []
    server = server_of(place.home)
    assert server is not None
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: server_of(place.home) not in {None, server})
    wait_until(up.is_healthy)
    up.process.kill()
    up.process.wait()
    wait_until(lambda: up.processes() == [])
