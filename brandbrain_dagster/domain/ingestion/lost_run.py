"""Finding a run that was started but whose id was never recorded, by the nonce that its start carried."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class ListedRun(Protocol):
    """A run as Apify lists it: it echoes the User-Agent of its start."""

    @property
    def user_agent(self) -> str | None:
        """The User-Agent of whoever started it."""


Listed = TypeVar("Listed", bound=ListedRun)


def start_mark(nonce: str) -> str:
    """Returns the part of the User-Agent that names one start."""
    return f"(start/{nonce})"


def find_lost_run(runs: Iterable[Listed], nonce: str) -> Listed | None:
    """Returns the first run that was started with this nonce, or None when there is none."""
    mark = start_mark(nonce)
    return next((run for run in runs if mark in (run.user_agent or "")), None)
