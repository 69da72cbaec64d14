"""The part of Apify's answers that is used; every key that Apify may leave out is optional.

Not here: what an answer means for a source (``use_cases``) and what an error answer means (``failures``).
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from brandbrain_dagster.domain.ingestion.actor_run import TERMINAL_STATUSES

# Ids end up in paths, of URLs and of lake files: anything else in one makes the whole answer invalid.
ApifyId = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]

_TERMINAL = frozenset(status.value for status in TERMINAL_STATUSES)


class RunMeta(msgspec.Struct, frozen=True, rename="camel"):
    """Who started a run; ``user_agent`` is the User-Agent header of the start, verbatim."""

    user_agent: str | None = None


class PricingInfo(msgspec.Struct, frozen=True, rename="camel"):
    """What the actor charges; ``price_per_unit_usd`` is the price of one dataset item where it charges by item."""

    pricing_model: str | None = None
    price_per_unit_usd: Decimal | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An actor run. Rows of a list of runs lack the status message; a missing cost is unknown, not zero."""

    id: ApifyId
    status: str
    default_dataset_id: ApifyId
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status_message: str | None = None
    meta: RunMeta = RunMeta()
    pricing_info: PricingInfo | None = None
    usage_total_usd: Decimal | None = None

    @property
    def is_terminal(self) -> bool:
        """True once the run is over; a status that Apify adds one day is taken for a running one."""
        return self.status in _TERMINAL

    @property
    def user_agent(self) -> str | None:
        """The User-Agent of whoever started the run."""
        return self.meta.user_agent


class RunAnswer(msgspec.Struct, frozen=True):
    """The body that carries one run."""

    data: Run


class RunPage(msgspec.Struct, frozen=True):
    """One page of a list of runs."""

    items: list[Run]


class RunPageAnswer(msgspec.Struct, frozen=True):
    """The body that carries a page of runs."""

    data: RunPage


class User(msgspec.Struct, frozen=True):
    """The account that the token belongs to."""

    username: str


class UserAnswer(msgspec.Struct, frozen=True):
    """The body that carries the account."""

    data: User


class ErrorDetail(msgspec.Struct, frozen=True):
    """What an error body says; ``type`` is one of about 390 strings, a growing set."""

    type: str | None = None
    message: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The body of an error."""

    error: ErrorDetail
