"""Where a piece of work stands, that waits in a table of the ledger."""

from enum import StrEnum


class WorkStatus(StrEnum):
    """The life of a piece of work; a failed attempt with attempts left leads from RUNNING back to PENDING."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


LIVE = frozenset({WorkStatus.PENDING, WorkStatus.RUNNING})
"""Not over yet."""
