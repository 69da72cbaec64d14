"""The evidence that a profile cites: each item with its raw references, as it was stored when it was cited."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from fastapi import APIRouter, Request, Response

from brandbrain_dagster.api.brand_requests import brand_request, parsed_id, path_id
from brandbrain_dagster.api.described import BRAND_PATH, path_parameter, query_parameter, refusals
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.profile_shapes import EvidenceListShape, Json
from brandbrain_dagster.api.replies import json_reply, stored
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.served_evidence import list_origins, list_served_evidence

MOST_IDS = 50
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

router = APIRouter(route_class=DirectRoute, tags=["evidence"])


@router.get(
    "/api/brands/{brand_id}/brandbrain/evidence/{evidence_id}",
    responses={200: {"model": Json}},
    openapi_extra={"parameters": [BRAND_PATH, path_parameter("evidence_id")]},
)
async def get_evidence(request: Request) -> Response:
    """One evidence item, and in ``lineage`` the raw rows, actor runs and sources that it comes from."""
    asked = brand_request(request)
    ids = [path_id(request, "evidence_id")]
    found = await list_served_evidence(asked.ledger, brand_id=asked.brand_id, ids=ids, scope=asked.scope)
    if not found:
        raise NotFoundError("Evidence item not found")
    item = msgspec.json.decode(found[0])
    refs = item.get("raw_refs", [])
    runs = sorted({ref["apify_run_id"] for ref in refs})
    origins = await list_origins(asked.ledger, brand_id=asked.brand_id, apify_run_ids=runs)
    return json_reply({**item, "lineage": [_origin(ref, origins.get(ref["apify_run_id"])) for ref in refs]})


def _origin(ref: dict[str, Any], run: asyncpg.Record | None) -> dict[str, Any]:
    """A raw row of the item, the actor run that brought it, and the source that was collected; null once erased."""
    if run is None:
        return {**ref, "actor_run": None, "source": None}
    source = {"id": str(run["source_id"]), **{name: run[name] for name in ("platform", "capability", "identifier")}}
    return {
        **ref,
        "actor_run": {"actor_id": run["actor_id"], "started_at": run["started_at"].isoformat()},
        "source": source,
    }


@router.get(
    "/api/brands/{brand_id}/brandbrain/evidence",
    responses={200: {"model": EvidenceListShape}},
    openapi_extra={
        "parameters": [
            BRAND_PATH,
            query_parameter(
                "ids",
                {"type": "string", "pattern": f"^{_UUID}(,{_UUID}){{0,{MOST_IDS - 1}}}$"},
                f"Comma-separated ids of 1 to {MOST_IDS} items.",
                is_required=True,
            ),
        ],
        "responses": refusals(422),
    },
)
async def list_evidence(request: Request) -> Response:
    """Several evidence items, in the order asked for; those that the brand does not have are left out."""
    asked = brand_request(request)
    ids = _asked_ids(request)
    found = await list_served_evidence(asked.ledger, brand_id=asked.brand_id, ids=ids, scope=asked.scope)
    return json_reply({"evidence": [stored(item_json) for item_json in found]})


def _asked_ids(request: Request) -> list[UUID]:
    given = request.query_params.get("ids")
    if not given:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "ids must name at least one evidence item")
    ids = list(dict.fromkeys(parsed_id(text, "evidence_id") for text in given.split(",")))
    if len(ids) > MOST_IDS:
        sentence = f"ids names {len(ids)} evidence items, over {MOST_IDS}; ask for them in several requests"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    return ids
