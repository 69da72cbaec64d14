"""The PostgreSQL that comes along: started by the first process that needs it, stopped by the last one.

Three lock files beside the data say who is there, so that a killed process leaves nothing behind to clean up:

    postgres.start.lock    held while a process starts or stops the server: one at a time
    postgres.users.lock    held, shared, by every process that uses the server; who can make it exclusive is the last
    postgres.server.lock   inherited by the server: held exactly as long as one of its processes lives
"""

import atexit
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import URL

from brandbrain_dagster.errors import LedgerUnavailableError
from brandbrain_dagster.stores.ledger.engine import url_text
from brandbrain_dagster.stores.ledger.postgres_programs import PORT, SUPERUSER, PostgresCluster, ProgramFailedError

DATABASE = "brandbrain"

_START_SECONDS = 60
"""How long the server may take to accept connections; it replays its log first when it was killed."""

_TURN_SECONDS = 120
"""How long to wait for another process that is starting or stopping the server."""

_LOOK_AGAIN_SECONDS = 0.05

_servers: dict[Path, "_EmbeddedServer"] = {}
_servers_lock = threading.RLock()


def embedded_database_url(home: Path) -> str:
    """Makes sure that the server of this home runs, and returns the URL of the ledger's database.

    The server stays up at least until this process ends or calls `release_embedded_server`. Call it again to bring
    back a server that was killed. The data is under ``home/postgres``; no network port is opened.

    Raises:
        LedgerUnavailableError: the server cannot be started; the text says why.
    """
    home = home.expanduser().resolve()
    with _servers_lock:
        server = _servers.get(home) or _EmbeddedServer(home)
        with _failures_told(home):
            url = server.ensure_running()
        _servers[home] = server
    return url


def release_embedded_server(home: Path) -> None:
    """Gives up this process's use of the server and stops the server if nobody else uses it."""
    with _servers_lock:
        server = _servers.pop(home.expanduser().resolve(), None)
        if server is not None:
            with _failures_told(server.home):
                server.release()


class _EmbeddedServer:
    def __init__(self, home: Path) -> None:
        self.home = home
        self._cluster = PostgresCluster(home / "postgres")
        self._users_lock: int | None = None
        self._child_lock: int | None = None

    def ensure_running(self) -> str:
        self.home.mkdir(parents=True, exist_ok=True)
        with self._turn():
            is_new_user = self._users_lock is None
            if is_new_user:
                self._users_lock = self._joined()
            try:
                self._cluster.create()
                with self._connect() as conn:
                    _create_database(conn)
            except BaseException:
                if is_new_user:
                    self._leave()
                raise
        query = {"host": str(self._cluster.socket_dir()), "port": str(PORT)}
        return url_text(URL.create("postgresql+psycopg", username=SUPERUSER, database=DATABASE, query=query))

    def release(self) -> None:
        if self._users_lock is not None:
            with self._turn():
                self._leave()

    def before_fork(self) -> None:
        """Joins once more, for the child: sharing the parent's lock, neither could tell that the other is there."""
        self._child_lock = None if self._users_lock is None else self._joined()

    def after_fork_in_parent(self) -> None:
        """Leaves the second lock to the child."""
        child_lock, self._child_lock = self._child_lock, None
        if child_lock is not None:
            os.close(child_lock)

    def after_fork_in_child(self) -> None:
        """Leaves the first lock to the parent."""
        if self._users_lock is not None:
            os.close(self._users_lock)
        self._users_lock, self._child_lock = self._child_lock, None

    def _joined(self) -> int:
        """Counts among the users until the returned file is closed; only within a turn could it have to wait."""
        users_lock = os.open(self.home / "postgres.users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users_lock, fcntl.LOCK_SH)
        return users_lock

    def _leave(self) -> None:
        users_lock, self._users_lock = self._users_lock, None
        if users_lock is None:
            return
        try:
            if _is_taken(users_lock) and self._is_up():
                self._cluster.stop()
        finally:
            os.close(users_lock)

    def _connect(self) -> psycopg.Connection[object]:
        """Starts the server if it is down, and waits until it answers; one that is stopping is waited for."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            if not self._is_up():
                self._start()
            with suppress(psycopg.OperationalError, FileNotFoundError):
                return _connection(str(self._cluster.socket_dir()))
            if time.monotonic() > deadline:
                raise ProgramFailedError(f"no answer within {_START_SECONDS} s: {self._cluster.last_words()}")
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _start(self) -> None:
        with self._server_lock() as server_lock:
            if _is_taken(server_lock):
                self._cluster.start(inherited=server_lock, seconds=_START_SECONDS)

    def _is_up(self) -> bool:
        with self._server_lock() as server_lock:
            return not _is_taken(server_lock)

    @contextmanager
    def _server_lock(self) -> Iterator[int]:
        server_lock = os.open(self.home / "postgres.server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield server_lock
        finally:
            os.close(server_lock)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Holds the start lock; closing the file frees it."""
        start_lock = os.open(self.home / "postgres.start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + _TURN_SECONDS
            while not _is_taken(start_lock):
                if time.monotonic() > deadline:
                    raise ProgramFailedError(f"another process has been starting or stopping it for {_TURN_SECONDS} s")
                time.sleep(_LOOK_AGAIN_SECONDS)
            yield
        finally:
            os.close(start_lock)


def _is_taken(lock: int) -> bool:
    """Tries to take a lock for ourselves alone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _connection(socket_dir: str) -> psycopg.Connection[object]:
    return psycopg.connect(
        host=socket_dir, port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=5
    )


def _create_database(conn: psycopg.Connection[object]) -> None:
    if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
        conn.execute(f"CREATE DATABASE {DATABASE}")


@contextmanager
def _failures_told(home: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ProgramFailedError, psycopg.Error) as error:
        raise LedgerUnavailableError(
            f"The embedded PostgreSQL in {home} cannot be used: {str(error).strip()}; "
            "put that right, or name any other server by BRANDBRAIN_DATABASE_URL=postgresql://…"
        ) from error


def _release_all() -> None:
    for home in list(_servers):
        with suppress(LedgerUnavailableError):
            release_embedded_server(home)


def _before_fork() -> None:
    """A fork waits for a start or stop under way: the child would inherit the locks that those hold for a moment."""
    _servers_lock.acquire()
    for server in _servers.values():
        server.before_fork()


def _after_fork_in_parent() -> None:
    for server in _servers.values():
        server.after_fork_in_parent()
    _servers_lock.release()


def _after_fork_in_child() -> None:
    for server in _servers.values():
        server.after_fork_in_child()
    _servers_lock.release()


atexit.register(_release_all)
os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
