"""Real processes share one server: each test's processes are children that print, wait for input, and end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url, release_embedded_server

USE = """
import os, sys
from pathlib import Path
from brandbrain_dagster.stores.ledger.embedded_server import embedded_database_url
url = embedded_database_url(Path(sys.argv[1]))
print(url, flush=True)
"""
HOLD = USE + "sys.stdin.readline()\n"
FORK = USE + "pid = os.fork()\nif pid == 0: sys.stdin.readline()\n"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process that uses the server of a home; it ends when its input does."""
    started: list[subprocess.Popen[str]] = []

    def start_process(home: Path, program: str = HOLD) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start_process
    for process in started:
        if process.poll() is None:
            end(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def url_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(60)


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(60)


def postmaster(home: Path) -> int | None:
    """The process id of the home's server while it runs."""
    try:
        pid = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


def is_gone(pid: int) -> bool:
    """Waits for a process to be over."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_processes_share_the_server_and_the_last_one_out_stops_it(tmp_path: Path, start: Start) -> None:
    first, second = start(tmp_path), start(tmp_path)
    assert url_of(first) == url_of(second)
    server = postmaster(tmp_path)
    assert server is not None
    end(first)
    assert postmaster(tmp_path) == server
    end(second)
    assert postmaster(tmp_path) is None


def test_first_starts_at_the_same_moment_give_one_server(tmp_path: Path, start: Start) -> None:
    home = tmp_path / "not" / "there" / "yet"
    processes = [start(home) for _ in range(4)]
    assert len({url_of(process) for process in processes}) == 1
    server = postmaster(home)
    assert server is not None
    for process in processes:
        end(process)
    assert is_gone(server)
    assert sorted(path.name for path in home.iterdir()) == [
        "postgres",
        "postgres.server.lock",
        "postgres.start.lock",
        "postgres.users.lock",
    ]


def test_killed_process_is_no_user_any_more(tmp_path: Path, start: Start) -> None:
    killed = start(tmp_path)
    url_of(killed)
    server = postmaster(tmp_path)
    kill(killed)
    assert postmaster(tmp_path) == server
    next_one = start(tmp_path)
    url_of(next_one)
    assert postmaster(tmp_path) == server
    end(next_one)
    assert postmaster(tmp_path) is None


def test_killed_server_is_started_again_with_its_data(tmp_path: Path) -> None:
    try:
        url = embedded_database_url(tmp_path).replace("+psycopg", "")
        with psycopg.connect(url) as conn:
            conn.execute("CREATE TABLE kept (id int)")
        server = postmaster(tmp_path)
        assert server is not None
        os.kill(server, signal.SIGKILL)
        assert is_gone(server)
        with psycopg.connect(embedded_database_url(tmp_path).replace("+psycopg", "")) as conn:
            assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        release_embedded_server(tmp_path)
    assert postmaster(tmp_path) is None


def test_process_id_of_a_dead_server_that_belongs_to_another_process_now_is_no_obstacle(tmp_path: Path) -> None:
    embedded_database_url(tmp_path)
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    left_behind = pid_file.read_text()
    release_embedded_server(tmp_path)
    pid_file.write_text(left_behind.replace(left_behind.split()[0], str(os.getpid()), 1))
    try:
        embedded_database_url(tmp_path)
        assert postmaster(tmp_path) != os.getpid()
    finally:
        release_embedded_server(tmp_path)


def test_server_outlives_a_parent_whose_forked_child_uses_it(tmp_path: Path, start: Start) -> None:
    parent = start(tmp_path, FORK)
    url_of(parent)
    server = postmaster(tmp_path)
    assert server is not None
    parent.wait(60)
    assert postmaster(tmp_path) == server
    assert parent.stdin is not None
    parent.stdin.close()
    assert is_gone(server)


def test_asking_twice_and_releasing_twice_is_harmless(tmp_path: Path) -> None:
    assert embedded_database_url(tmp_path) == embedded_database_url(tmp_path)
    release_embedded_server(tmp_path)
    assert postmaster(tmp_path) is None
    release_embedded_server(tmp_path)
    embedded_database_url(tmp_path)
    assert postmaster(tmp_path) is not None
    release_embedded_server(tmp_path)


@pytest.mark.parametrize("name", ["it's a home", "a-long-name-" + "x" * 120])
def test_home_may_have_any_ordinary_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    try:
        with psycopg.connect(embedded_database_url(home).replace("+psycopg", "")) as conn:
            assert conn.execute("SELECT current_database()").fetchone() == ("brandbrain",)
    finally:
        release_embedded_server(home)


def test_cluster_left_half_made_is_made_again(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres.new-killed"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    try:
        embedded_database_url(tmp_path)
        assert not unfinished.exists()
    finally:
        release_embedded_server(tmp_path)


def test_home_that_can_not_be_used_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnavailableError, match=r"Not a directory.*BRANDBRAIN_DATABASE_URL=postgresql://"):
        embedded_database_url(tmp_path / "file" / "home")


def test_data_that_the_server_refuses_is_told_with_its_reason(tmp_path: Path) -> None:
    embedded_database_url(tmp_path)
    release_embedded_server(tmp_path)
    (tmp_path / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(LedgerUnavailableError, match=r"no_such_setting|configuration file"):
        embedded_database_url(tmp_path)
    assert postmaster(tmp_path) is None


def test_data_of_an_unknown_version_is_told(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(LedgerUnavailableError, match="made by PostgreSQL 9"):
        embedded_database_url(tmp_path)
