"""What goes wrong on purpose: answers that fail, and runs that end badly, for tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Endpoint(StrEnum):
    """The calls that can be made to fail."""

    START = "start"
    RUN = "run"
    RUNS = "runs"
    ABORT = "abort"
    ITEMS = "items"
    USER = "user"


class FaultKind(StrEnum):
    """How a call fails. DROP and HANG need a server that is really served: in process there is no connection."""

    STATUS = "status"
    """An error body with the fault's status and type."""
    DROP = "drop"
    """The connection breaks in the middle of the answer."""
    GARBAGE = "garbage"
    """The success status with a body that is not JSON."""
    HANG = "hang"
    """No answer for ten minutes."""
    EMPTY_PAGE = "empty page"
    """A page of rows without rows, as a lagging dataset gives."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Makes the next ``times`` calls of an endpoint fail, for one actor or (None) for all.

    ``is_after`` carries the call out and then loses the answer, e.g. a start that is billed and never seen.
    """

    endpoint: Endpoint
    kind: FaultKind = FaultKind.STATUS
    times: int = 1
    status: int = 500
    error_type: str = "internal-server-error"
    actor_id: str | None = None
    is_after: bool = False


@dataclass(frozen=True, kw_only=True)
class RunEnding:
    """How the runs of an actor end instead of SUCCEEDED: a status of Apify's and the actor's message."""

    status: str
    status_message: str


@dataclass
class FaultPlan:
    """The faults still to come, and the endings by actor id."""

    faults: Sequence[Fault] = ()
    endings: Mapping[str, RunEnding] = field(default_factory=dict)
    _taken: dict[int, int] = field(default_factory=dict)

    def take(self, endpoint: Endpoint, actor_id: str | None) -> Fault | None:
        """Returns the fault of this call, if there is one, and counts it."""
        for position, fault in enumerate(self.faults):
            is_left = self._taken.get(position, 0) < fault.times
            if is_left and fault.endpoint is endpoint and fault.actor_id in (None, actor_id):
                self._taken[position] = self._taken.get(position, 0) + 1
                return fault
        return None
