"""Brands: list, create, show, erase."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from brandbrain_dagster.api.access import BrandId, CallerOfRequest
from brandbrain_dagster.api.bodies import JsonObject, body_of, read_shape
from brandbrain_dagster.api.brand_shapes import BrandShape, BrandToCreate
from brandbrain_dagster.api.dependencies import FreshId, LedgerOfApp, Now, SettingsOfApp
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.paging import (
    CURSOR_PATTERN,
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    clamped,
    link_to_next,
    position_of,
)
from brandbrain_dagster.stores.lake.lake import Lake
from brandbrain_dagster.stores.ledger import brands
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand
from brandbrain_dagster.use_cases.create_brand import DEFAULT_TENANT, create_brand
from brandbrain_dagster.use_cases.erase_brand import erase_brand

_PATH = "/api/brands"

router = APIRouter(tags=["brands"])

_Limit = Annotated[int, Query(description=f"Brands per page; brought to 1..{LARGEST_LIMIT}.")]
_Cursor = Annotated[
    str | None,
    Query(description="From the Link header of the page before.", json_schema_extra={"pattern": CURSOR_PATTERN}),
]


@router.get(_PATH)
def list_brands(
    response: Response,
    caller: CallerOfRequest,
    ledger: LedgerOfApp,
    limit: _Limit = DEFAULT_LIMIT,
    cursor: _Cursor = None,
) -> list[BrandShape]:
    """The brands in reach, newest first. While there are more, the header ``Link`` leads to the next page."""
    limit = clamped(limit)
    with ledger.read() as conn:
        found = brands.list_brands(
            conn,
            tenant_id=caller.tenant_id,
            only_brand_id=caller.brand_id,
            older_than=position_of(cursor),
            limit=limit + 1,
        )
    page = found[:limit]
    if len(found) > limit:
        response.headers["Link"] = link_to_next(_PATH, limit=limit, last=(page[-1].created_at, page[-1].id))
    return [BrandShape.of(brand) for brand in page]


@router.post(_PATH, status_code=HTTPStatus.CREATED, openapi_extra=body_of(BrandToCreate))
def post_brand(
    body: JsonObject, response: Response, caller: CallerOfRequest, *, ledger: LedgerOfApp, now: Now, brand_id: FreshId
) -> BrandShape:
    """Creates a brand."""
    if caller.brand_id is not None:
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, "This token is for one brand and cannot create another")
    given = read_shape(BrandToCreate, body)
    with ledger.begin() as conn:
        brand = create_brand(
            conn,
            name=given.name,
            slug=given.slug,
            website_url=given.website_url,
            brand_id=brand_id,
            tenant_id=caller.tenant_id or DEFAULT_TENANT,
            now=now,
        )
    response.headers["Location"] = f"{_PATH}/{brand.id}"
    return BrandShape.of(brand)


@router.get(_PATH + "/{brand_id}")
def get_brand(brand_id: BrandId, caller: CallerOfRequest, ledger: LedgerOfApp) -> BrandShape:
    """One brand."""
    with ledger.read() as conn:
        return BrandShape.of(get_visible_brand(conn, brand_id=brand_id, scope=caller.scope()))


@router.delete(_PATH + "/{brand_id}", status_code=HTTPStatus.NO_CONTENT)
def delete_brand(brand_id: BrandId, caller: CallerOfRequest, ledger: LedgerOfApp, settings: SettingsOfApp) -> None:
    """Erases a brand and everything that is kept of it, for good."""
    with ledger.read() as conn:
        get_visible_brand(conn, brand_id=brand_id, scope=caller.scope())
    erase_brand(brand_id, ledger=ledger, lake=Lake(settings.lake_location))
