"""What all pages of one brand need: who looks, how the brand stands, and the frame that is around each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from brandbrain_dagster.api.access import ANYONE, Caller
from brandbrain_dagster.api.brand_requests import BrandRequest
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import page
from brandbrain_dagster.pages.views.brand_state import (
    BrandState,
    Freshness,
    SourceView,
    StateRules,
    brand_state,
    freshness,
    source_view,
)
from brandbrain_dagster.pages.views.links import outside_link
from brandbrain_dagster.stores.ledger.served_evidence import list_served_evidence
from brandbrain_dagster.stores.ledger.served_standings import BrandStanding, get_standing

_MOST_ITEMS = 500
"""Evidence items that one page looks up; a profile rests on some tens."""


@dataclass(frozen=True)
class BrandPage:
    """A request for a page of a brand, and how the brand stands."""

    asked: BrandRequest
    caller: Caller
    standing: BrandStanding
    sources: Sequence[SourceView]
    state: BrandState
    freshness: Freshness

    @property
    def may_edit(self) -> bool:
        """Whether the caller may change anything."""
        return not self.caller.is_read_only

    @property
    def address(self) -> str:
        """The address of the brand's first page."""
        return f"{PAGES_PATH}/{self.standing.id}"

    def render(
        self, template: str, context: Mapping[str, Any], *, tab: str, status_code: int = HTTPStatus.OK
    ) -> Response:
        """Returns a page of the brand; ``tab`` names the one that is open."""
        website = self.standing.website_url
        frame = {
            "brand": self.standing,
            "address": self.address,
            "website_link": outside_link(website),
            "state": self.state,
            "freshness": self.freshness,
            "runs_link": self.asked.settings.runs_of_brand(self.standing.id),
            "tab": tab,
            "may_edit": self.may_edit,
            "is_signed_in": self.caller is not ANYONE,
            "now": self.asked.now(),
        }
        return page(template, {**frame, **context}, status_code=status_code)


async def open_brand_page(request: Request) -> BrandPage:
    """Returns what every page of the brand in the path needs, with one query.

    Raises:
        NotFoundError: there is no such brand within the caller's reach.
    """
    asked = page_request(request)
    standing = await get_standing(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    sources, state = stand_of(standing, rules_of(asked))
    return BrandPage(asked, request.state.caller, standing, sources, state, freshness(sources))


def stand_of(standing: BrandStanding, rules: StateRules) -> tuple[list[SourceView], BrandState]:
    """Returns a brand's sources and its state as they are shown."""
    sources = [source_view(source, rules) for source in standing.sources]
    return sources, brand_state(standing, sources)


def rules_of(asked: BrandRequest) -> StateRules:
    """Returns what states go by."""
    return StateRules(
        ttl_hours=asked.settings.apify_run_ttl_hours,
        disabled_capabilities=asked.settings.disabled_capabilities,
        now=asked.now(),
    )


def page_request(request: Request) -> BrandRequest:
    """Returns what is known of a request about a brand before the first query.

    Raises:
        NotFoundError: what is in the path is no id.
    """
    caller: Caller = request.state.caller
    return BrandRequest(request, page_id(request, "brand_id"), caller.scope(), caller.name)


def page_id(request: Request, name: str) -> UUID:
    """Returns an id from the path.

    Raises:
        NotFoundError: it is none.
    """
    try:
        return UUID(request.path_params[name])
    except ValueError:
        raise NotFoundError("There is no such page, or it is out of your reach") from None


async def evidence_by_id(asked: BrandRequest, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Returns those of the items that the brand has, by id, with one query."""
    wanted = [UUID(item_id) for item_id in dict.fromkeys(ids)][:_MOST_ITEMS]
    if not wanted:
        return {}
    found = await list_served_evidence(asked.ledger, brand_id=asked.brand_id, ids=wanted, scope=asked.scope)
    items = [msgspec.json.decode(item_json) for item_json in found]
    return {item["id"]: item for item in items}
