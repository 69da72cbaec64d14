"""All brands in reach, and a form for another one."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.access import ANYONE, Caller
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.paging import cursor_of, position_of
from brandbrain_dagster.errors import ConflictError, InvalidInputError
from brandbrain_dagster.pages.brand_pages import stand_of
from brandbrain_dagster.pages.form_bodies import read_form, typed
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import page, see_other
from brandbrain_dagster.pages.views.brand_state import BrandState, Freshness, StateRules, freshness
from brandbrain_dagster.stores.ledger.brands import Brand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.served_standings import BrandStanding, list_standings
from brandbrain_dagster.use_cases.create_brand import DEFAULT_TENANT, create_brand

BRANDS_A_PAGE = 25
_LONGEST_SEARCH = 200
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class BrandRow:
    """A brand in the list."""

    brand: BrandStanding
    state: BrandState
    freshness: Freshness


async def show_brands(request: Request) -> Response:
    """A page of the brands in reach, newest first, with one query."""
    caller: Caller = request.state.caller
    search = request.query_params.get("q", "").strip().replace("\x00", "")[:_LONGEST_SEARCH]
    cursor = request.query_params.get("cursor")
    found = await list_standings(
        request.app.state.async_ledger,
        scope=caller.scope(),
        search=search or None,
        older_than=position_of(cursor),
        limit=BRANDS_A_PAGE + 1,
    )
    shown = found[:BRANDS_A_PAGE]
    context = {
        **_frame(request),
        "rows": _rows(request, shown),
        "search": search,
        "is_first": cursor is None,
        "next_address": _address_after(shown[-1], search) if len(found) > BRANDS_A_PAGE else None,
    }
    return page("brands.html", context)


async def show_brand_form(request: Request) -> Response:
    """The form for another brand."""
    context = {**_frame(request), "name": "", "website_url": "", "problem": None}
    return page("new_brand.html", context)


async def add_brand(request: Request) -> Response:
    """Creates a brand and leads on to the questions about it."""
    caller: Caller = request.state.caller
    if caller.brand_id is not None:
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, "You signed in with a token for one brand")
    form = await read_form(request)
    name, website_url = typed(form, "name").strip(), typed(form, "website_url").strip()
    try:
        brand = await run_in_threadpool(_create, request, caller, name=name, website_url=website_url)
    except (InvalidInputError, ConflictError) as error:
        context = {**_frame(request), "name": name, "website_url": website_url, "problem": str(error)}
        return page("new_brand.html", context, status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(f"{PAGES_PATH}/{brand.id}/answers")


def _create(request: Request, caller: Caller, *, name: str, website_url: str) -> Brand:
    if not name or len(name) > _LONGEST_NAME:
        raise InvalidInputError(f"Give the brand a name of 1 to {_LONGEST_NAME} characters.")
    state = request.app.state
    ledger: Ledger = state.ledger
    with ledger.begin() as conn:
        return create_brand(
            conn,
            name=name,
            slug=None,
            website_url=_with_scheme(website_url) if website_url else None,
            brand_id=state.new_id(),
            tenant_id=caller.tenant_id or DEFAULT_TENANT,
            now=state.now(),
        )


def _with_scheme(address: str) -> str:
    """People leave it out."""
    return address if "://" in address else f"https://{address}"


def _frame(request: Request) -> dict[str, object]:
    caller: Caller = request.state.caller
    return {
        "is_signed_in": caller is not ANYONE,
        "may_create": not caller.is_read_only and caller.brand_id is None,
        "now": request.app.state.now(),
    }


def _rows(request: Request, shown: list[BrandStanding]) -> list[BrandRow]:
    settings = request.app.state.settings
    rules = StateRules(
        ttl_hours=settings.apify_run_ttl_hours,
        disabled_capabilities=settings.disabled_capabilities,
        now=request.app.state.now(),
    )
    rows = []
    for brand in shown:
        sources, state = stand_of(brand, rules)
        rows.append(BrandRow(brand=brand, state=state, freshness=freshness(sources)))
    return rows


def _address_after(last: BrandStanding, search: str) -> str:
    query = {"cursor": cursor_of((last.created_at, last.id)), **({"q": search} if search else {})}
    return f"{PAGES_PATH}?{urlencode(query)}"


ROUTES = (
    Route(PAGES_PATH, show_brands),
    Route(PAGES_PATH, add_brand, methods=["POST"]),
    Route(f"{PAGES_PATH}/new", show_brand_form),
)
