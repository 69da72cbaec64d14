"""A tree of processes that stand and fall together: started, watched, restarted, and stopped with all they started.

Every child leads a process group of its own, so that its own children (run workers) are reached too, and a Ctrl-C in
the terminal reaches the supervisor alone. A warden ends the groups when the supervisor itself is killed.
"""

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from brandbrain_dagster.cli.process_warden import PATIENCE_SECONDS, end_groups, living_groups

_DEATHS_TOO_MANY, _WITHIN_SECONDS = 5, 60.0
_KILLED_SECONDS = 5.0

PYTHON = (sys.executable, "-P", "-m")
"""Runs a module as its console script would: without the working directory on the module path."""


class ChildKeepsDyingError(Exception):
    """A child cannot be kept alive; the text says where its reasons are."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start, and how to see that it answers; ``niceness`` (0..19) is how far it stands back for the others."""

    name: str
    arguments: Sequence[str]
    answers: Callable[[], bool]
    niceness: int = 0


@dataclass(kw_only=True)
class _Child:
    program: Program
    log: Path
    process: subprocess.Popen[bytes]
    reader: TextIO
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=_DEATHS_TOO_MANY))
    starts_at: float | None = None
    has_answered: bool = False


class ProcessTree:
    """Children of this process, each with a log file of its own in ``log_dir``.

    ``variables`` are added to the environment they inherit. ``tell`` gets a line when a child has died, and the lines
    of all logs if ``tells_logs``. ``lock`` is an open file that the warden keeps open until everything has ended.
    """

    def __init__(
        self,
        log_dir: Path,
        *,
        variables: Mapping[str, str],
        lock: int,
        tell: Callable[[str], None],
        tells_logs: bool = False,
        first_pause_seconds: float = 0.5,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._log_dir = log_dir
        self._environment = {**os.environ, **variables, "PYTHONUNBUFFERED": "1"}
        self._tell = tell
        self._tells_logs = tells_logs
        self._first_pause_seconds = first_pause_seconds
        self._patience_seconds = patience_seconds
        self._children: dict[str, _Child] = {}
        self._groups: set[int] = set()
        self._warden = subprocess.Popen(
            [*PYTHON, "brandbrain_dagster.cli.process_warden"],
            stdin=subprocess.PIPE,
            pass_fds=(lock,),
            start_new_session=True,
        )
        log_dir.mkdir(parents=True, exist_ok=True)

    def start(self, program: Program) -> None:
        """Starts a child; the log of the time before is kept once, with the ending ``.1``."""
        log = self._log_dir / f"{program.name.lower().replace(' ', '-')}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        log.touch()
        reader = log.open(encoding="utf-8", errors="replace")
        self._children[program.name] = _Child(
            program=program, log=log, process=self._launched(program, log), reader=reader
        )

    def answers(self) -> bool:
        """Returns whether every child answers, or has done so since it was started last."""
        for child in self._children.values():
            child.has_answered = child.process.poll() is None and (child.has_answered or child.program.answers())
        return all(child.has_answered for child in self._children.values())

    def look_after(self) -> None:
        """Starts dead children again, each after a pause that doubles with every death within the last minute.

        To be called several times a second.

        Raises:
            ChildKeepsDyingError: one has died too often.
        """
        for child in self._children.values():
            self._pass_on_log(child)
            if child.process.poll() is None:
                continue
            if child.starts_at is None:
                child.starts_at = time.monotonic() + self._pause_after_death(child)
            elif time.monotonic() >= child.starts_at:
                child.starts_at = None
                child.process = self._launched(child.program, child.log)

    def stop(self) -> None:
        """Ends all children and what they started: SIGTERM to everything at once, at last SIGKILL to what is left."""
        end_groups(self._groups, patience_seconds=self._patience_seconds)
        for child in self._children.values():
            child.process.wait(timeout=_KILLED_SECONDS)
            self._pass_on_log(child)
            child.reader.close()
        if self._warden.stdin is not None:
            self._warden.stdin.close()
        self._warden.wait(timeout=_KILLED_SECONDS)

    def _launched(self, program: Program, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            process = subprocess.Popen(
                program.arguments,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _stand_back(process.pid, program.niceness)
        self._groups = living_groups(self._groups) | {process.pid}
        self._tell_warden()
        return process

    def _tell_warden(self) -> None:
        if self._warden.stdin is not None:
            with suppress(BrokenPipeError):  # a killed warden is missed only if this process is killed as well
                self._warden.stdin.write(f"{' '.join(map(str, sorted(self._groups)))}\n".encode())
                self._warden.stdin.flush()

    def _pause_after_death(self, child: _Child) -> float:
        now = time.monotonic()
        child.deaths.append(now)
        recent = [death for death in child.deaths if now - death <= _WITHIN_SECONDS]
        if len(recent) == _DEATHS_TOO_MANY:
            raise ChildKeepsDyingError(
                f"The {child.program.name} has died {_DEATHS_TOO_MANY} times within a minute, so everything was "
                f"stopped; its log {child.log} says why."
            )
        self._tell(f"The {child.program.name} has died and is started again; its log is {child.log}.")
        return float(self._first_pause_seconds * 2 ** (len(recent) - 1))

    def _pass_on_log(self, child: _Child) -> None:
        if self._tells_logs:
            for line in child.reader.read().splitlines():
                self._tell(f"{child.program.name}: {line}")


def _stand_back(process_id: int, niceness: int) -> None:
    os.setpriority(os.PRIO_PROCESS, process_id, niceness)
    # Where Linux shares the processor out by session, only the session's niceness counts between programs.
    with suppress(OSError):
        Path(f"/proc/{process_id}/autogroup").write_text(str(niceness), encoding="ascii")
