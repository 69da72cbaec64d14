"""What a brand has cost, in all and by compile."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.numbered_pages import NumberedPage, asked_page
from brandbrain_dagster.pages.brand_pages import open_brand_page
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.stores.ledger.costs import read_brand_costs
from brandbrain_dagster.stores.ledger.query_steps import take_steps_async

_COMPILES_A_PAGE = 20


async def show_costs(request: Request) -> Response:
    """The sums, and a page of the compiles, newest first."""
    opened = await open_brand_page(request)
    asked = opened.asked
    page = NumberedPage(number=asked_page(request).number, size=_COMPILES_A_PAGE)
    reading = read_brand_costs(asked.brand_id, asked.scope, limit=page.size, offset=page.offset)
    costs = await take_steps_async(asked.ledger, reading)
    context = {"costs": costs, "page": page, "page_count": -(-costs.compile_count // page.size)}
    return opened.render("costs.html", context, tab="costs")


ROUTES = (Route(PAGES_PATH + "/{brand_id}/costs", show_costs),)
