"""What people decide about an opportunity, and what stands after a row of decisions."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class DecisionType(StrEnum):
    """Pinned comes first, snoozed comes back, ignored stays away; restored takes all of it back."""

    PINNED = "opportunity_pinned"
    SNOOZED = "opportunity_snoozed"
    IGNORED = "opportunity_ignored"
    RESTORED = "opportunity_restored"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision; ``snoozed_until`` is set exactly when it snoozes."""

    decision_type: DecisionType
    snoozed_until: datetime | None
    recorded_at: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands: a pin outlasts a snooze, and is given up when the idea is ignored or restored."""

    is_pinned: bool = False
    snoozed_until: datetime | None = None
    is_ignored: bool = False

    def is_snoozed(self, now: datetime) -> bool:
        """Whether it is left out until a time that lies ahead."""
        return self.snoozed_until is not None and self.snoozed_until > now

    def is_shown(self, now: datetime) -> bool:
        """Whether a reader of the board gets to see it."""
        return not self.is_ignored and not self.is_snoozed(now)


def standing_after(decisions: Iterable[Decision]) -> Standing:
    """Returns what stands after decisions given in the order in which they were made."""
    standing = Standing()
    for decision in decisions:
        match decision.decision_type:
            case DecisionType.PINNED:
                standing = Standing(is_pinned=True)
            case DecisionType.SNOOZED:
                standing = Standing(is_pinned=standing.is_pinned, snoozed_until=decision.snoozed_until)
            case DecisionType.IGNORED:
                standing = Standing(is_ignored=True)
            case DecisionType.RESTORED:
                standing = Standing()
    return standing
