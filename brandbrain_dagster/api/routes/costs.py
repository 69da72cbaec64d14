"""What a brand has cost."""

from fastapi import APIRouter, Request, Response

from brandbrain_dagster.api.brand_requests import brand_request
from brandbrain_dagster.api.cost_shapes import BrandCostsShape
from brandbrain_dagster.api.described import BRAND_PATH
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.numbered_pages import PAGE_PARAMETERS, asked_page
from brandbrain_dagster.api.replies import json_reply
from brandbrain_dagster.stores.ledger.costs import read_brand_costs
from brandbrain_dagster.stores.ledger.query_steps import take_steps_async

router = APIRouter(route_class=DirectRoute, tags=["brands"])


@router.get(
    "/api/brands/{brand_id}/costs",
    responses={200: {"model": BrandCostsShape}},
    openapi_extra={"parameters": [BRAND_PATH, *PAGE_PARAMETERS]},
)
async def get_costs(request: Request) -> Response:
    """What Apify and a language model have cost, in all and by compile, newest first."""
    asked = brand_request(request)
    page = asked_page(request)
    reading = read_brand_costs(asked.brand_id, asked.scope, limit=page.size, offset=page.offset)
    costs = await take_steps_async(asked.ledger, reading)
    return json_reply({"brand_id": str(asked.brand_id), **costs.to_json(), **page.fields(costs.compile_count)})
