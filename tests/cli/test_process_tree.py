"""A process tree: children that die come back, and nothing outlives the tree."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brandbrain_dagster.cli.process_tree import ChildKeepsDyingError, ProcessTree, Program

PATIENCE_SECONDS = 40
"""Longer than a warden waits before it kills what does not end by itself."""
SLEEPS = "import time; time.sleep(600)"
WITH_GRANDCHILD = f"""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", {SLEEPS!r}]).pid, flush=True)
{SLEEPS}
"""
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEPS}"
SUPERVISOR = f"""
import sys, time
from pathlib import Path
from tests.cli.test_process_tree import Place
place = Place(Path(sys.argv[1]))
place.start({WITH_GRANDCHILD!r})
time.sleep(600)
"""


class Place:
    """A tree under test, what it told, and its logs."""

    def __init__(self, folder: Path, *, tells_logs: bool = False) -> None:
        self.logs = folder / "logs"
        self.told: list[str] = []
        self.lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
        self.tree = ProcessTree(
            self.logs,
            variables={"ADDED": "yes"},
            lock=self.lock,
            tell=self.told.append,
            tells_logs=tells_logs,
            first_pause_seconds=0.01,
            patience_seconds=1.0,
        )

    def start(self, code: str, name: str = "child") -> None:
        self.tree.start(Program(name=name, arguments=[sys.executable, "-c", code], answers=lambda: True))

    def log(self, name: str = "child") -> str:
        path = self.logs / f"{name}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path, tells_logs=True)
    yield place
    place.tree.stop()
    os.close(place.lock)


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an entry that nobody has collected."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_child_that_died_is_started_again(place: Place) -> None:
    place.start("import os; print(os.getpid(), os.environ['ADDED'], flush=True); " + SLEEPS)
    wait_until(lambda: "yes" in place.log())
    os.kill(int(place.log().split()[0]), signal.SIGKILL)
    wait_until(lambda: not place.tree.answers())

    def is_back() -> bool:
        place.tree.look_after()
        return place.log().count("yes") == 2

    wait_until(is_back)
    assert place.tree.answers()
    assert any("has died and is started again" in line for line in place.told)
    assert any(line.startswith("child: ") and line.endswith("yes") for line in place.told)


def test_child_that_cannot_be_kept_alive_is_given_up_with_the_name_of_its_log(place: Place) -> None:
    place.start("print('no port'); raise SystemExit(3)")

    def look_again() -> bool:
        place.tree.look_after()
        return False

    with pytest.raises(ChildKeepsDyingError, match=r"The child has died 5 times .*child\.log"):
        wait_until(look_again)
    assert place.log().count("no port") == 5


def test_stopping_ends_what_the_children_have_started_and_what_ignores_a_request(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.start(WITH_GRANDCHILD, "parent")
    place.start(DEAF, "deaf")
    wait_until(lambda: bool(place.log("parent")) and "deaf" in place.log("deaf"))
    place.tree.stop()
    os.close(place.lock)
    assert not is_running(int(place.log("parent")))
    assert not place.tree.answers()
    assert place.told == []


def test_log_of_the_time_before_is_kept_once(tmp_path: Path) -> None:
    for number in range(3):
        place = Place(tmp_path)
        place.start(f"print('start {number}')")
        wait_until(lambda: "start" in place.log())  # noqa: B023
        place.tree.stop()
        os.close(place.lock)
    assert {path.name: path.read_text() for path in place.logs.iterdir()} == {
        "child.log": "start 2\n",
        "child.log.1": "start 1\n",
    }


def test_children_of_a_supervisor_that_is_killed_are_ended(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [
            sys.executable,
            "-c",
            SUPERVISOR,
            tmp_path,
        ]
    )
    log = tmp_path / "logs" / "child.log"
    wait_until(lambda: log.exists() and bool(log.read_text()))
    grandchild = int(log.read_text())
    assert is_running(grandchild)
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not is_running(grandchild))
