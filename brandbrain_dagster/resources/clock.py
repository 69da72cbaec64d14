"""Where time, ids and chance come from: the edge at which they enter."""

import random
import uuid
from datetime import UTC, datetime

import dagster as dg


class ClockResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The system's clock and random numbers."""

    def now(self) -> datetime:
        """Returns the time, in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> uuid.UUID:
        """Returns a new random id."""
        return uuid.uuid4()

    def jitter(self) -> float:
        """Returns a random number, 0..1."""
        return random.random()  # noqa: S311 - it spreads retries and guards nothing
