"""What the routes of a brand's profile need to answer a request: who asks about which brand, and what to ask."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request

from brandbrain_dagster.api.access import Caller
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.settings import Settings
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.brand_scope import BrandScope
from brandbrain_dagster.stores.ledger.engine import Ledger


@dataclass(frozen=True)
class BrandRequest:
    """A request about one brand; whether the brand exists, and is in reach, comes out with the first query."""

    request: Request
    brand_id: UUID
    scope: BrandScope
    caller_name: str

    @property
    def ledger(self) -> AsyncLedger:
        """The ledger, for the event loop."""
        ledger: AsyncLedger = self.request.app.state.async_ledger
        return ledger

    @property
    def sync_ledger(self) -> Ledger:
        """The ledger, for threads."""
        ledger: Ledger = self.request.app.state.ledger
        return ledger

    @property
    def settings(self) -> Settings:
        """The settings."""
        settings: Settings = self.request.app.state.settings
        return settings

    def now(self) -> datetime:
        """Returns the time."""
        now: datetime = self.request.app.state.now()
        return now

    def fresh_id(self) -> UUID:
        """Returns an id that nothing has yet."""
        fresh_id: UUID = self.request.app.state.new_id()
        return fresh_id


def brand_request(request: Request) -> BrandRequest:
    """Returns what is known before the first query.

    Raises:
        RefusedRequestError: the id in the path is malformed.
    """
    caller: Caller = request.state.caller
    return BrandRequest(request, path_id(request, "brand_id"), caller.scope(), caller.name)


def path_id(request: Request, name: str) -> UUID:
    """Returns an id from the path.

    Raises:
        RefusedRequestError: it is malformed.
    """
    return parsed_id(request.path_params[name], name)


def parsed_id(text: str, name: str) -> UUID:
    """Returns the id that a text spells.

    Raises:
        RefusedRequestError: it is malformed.
    """
    try:
        return UUID(text)
    except ValueError:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, f"Invalid {name}") from None
