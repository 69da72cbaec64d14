"""The profile: its newest version, any other, and the list of them."""

from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import APIRouter, Request, Response

from brandbrain_dagster.api.brand_requests import BrandRequest, brand_request, path_id
from brandbrain_dagster.api.described import BRAND_PATH, header, path_parameter, query_parameter
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.etags import has_current
from brandbrain_dagster.api.numbered_pages import PAGE_PARAMETERS, asked_page
from brandbrain_dagster.api.profile_shapes import HistoryShape, SnapshotShape
from brandbrain_dagster.api.replies import json_reply, stored
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.served_snapshots import (
    INCLUDABLE_PARTS,
    find_newest_served,
    find_served,
    list_history,
)

_EVERYTHING = "full"
_KNOWN_PARTS = (*INCLUDABLE_PARTS, _EVERYTHING)

router = APIRouter(route_class=DirectRoute, tags=["profile"])

_ANY_PART = "|".join(_KNOWN_PARTS)
_INCLUDE = query_parameter(
    "include",
    {"type": "string", "pattern": f"^(({_ANY_PART})(,({_ANY_PART}))*)?$"},
    f"Comma-separated parts to add; {_EVERYTHING} is all of them.",
)
_SNAPSHOT: dict[int | str, dict[str, Any]] = {
    200: {"model": SnapshotShape, "headers": {"ETag": {"schema": {"type": "string"}}}},
    304: {"description": "The client has it already."},
}
_IF_NONE_MATCH = header("If-None-Match", {"type": "string"}, "Entity tag of the answer that the client has.")


@router.get(
    "/api/brands/{brand_id}/brandbrain/latest",
    responses=_SNAPSHOT,
    openapi_extra={"parameters": [BRAND_PATH, _INCLUDE, _IF_NONE_MATCH]},
)
async def get_latest(request: Request) -> Response:
    """The newest version of the profile."""
    asked = brand_request(request)
    parts = included_parts(request)
    row = await find_newest_served(asked.ledger, brand_id=asked.brand_id, scope=asked.scope, parts=parts)
    if row is None:
        raise NotFoundError("No snapshot found")
    return _served(asked, row, parts)


@router.get(
    "/api/brands/{brand_id}/brandbrain/snapshots/{snapshot_id}",
    responses=_SNAPSHOT,
    openapi_extra={"parameters": [BRAND_PATH, path_parameter("snapshot_id"), _INCLUDE, _IF_NONE_MATCH]},
)
async def get_snapshot(request: Request) -> Response:
    """One version of the profile."""
    asked = brand_request(request)
    snapshot_id = path_id(request, "snapshot_id")
    parts = included_parts(request)
    row = await find_served(
        asked.ledger, brand_id=asked.brand_id, snapshot_id=snapshot_id, scope=asked.scope, parts=parts
    )
    if row is None:
        raise NotFoundError("Snapshot not found")
    return _served(asked, row, parts)


@router.get(
    "/api/brands/{brand_id}/brandbrain/history",
    responses={200: {"model": HistoryShape}},
    openapi_extra={
        "parameters": [
            BRAND_PATH,
            *PAGE_PARAMETERS,
        ]
    },
)
async def get_history(request: Request) -> Response:
    """The versions of the profile, newest first, and how much each changed."""
    asked = brand_request(request)
    page = asked_page(request)
    rows, total = await list_history(
        asked.ledger, brand_id=asked.brand_id, scope=asked.scope, limit=page.size, offset=page.offset
    )
    entries = [
        {
            "snapshot_id": str(row["snapshot_id"]),
            "version": row["version"],
            "created_at": row["created_at"].isoformat(),
            "diff_summary": {
                "fields_changed": row["changed"],
                "fields_added": row["added"],
                "fields_removed": row["removed"],
                "causes": stored(row["causes"]),
            },
        }
        for row in rows
    ]
    return json_reply({"snapshots": entries, **page.fields(total)})


def included_parts(request: Request) -> tuple[str, ...]:
    """Returns the parts that the request wants beside a snapshot, each once, in a fixed order.

    Raises:
        RefusedRequestError: one is unknown; the text names those that are known.
    """
    given = request.query_params.get("include") if request.scope["query_string"] else None
    if not given:
        return ()
    wanted = set(given.split(","))
    unknown = sorted(wanted.difference(_KNOWN_PARTS))
    if unknown:
        sentence = f"Unknown include: {unknown[0][:64]!r}; the known ones are {', '.join(_KNOWN_PARTS)}"
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, sentence)
    return tuple(name for name in INCLUDABLE_PARTS if name in wanted or _EVERYTHING in wanted)


def _served(asked: BrandRequest, row: asyncpg.Record, parts: tuple[str, ...]) -> Response:
    snapshot_id = str(row["snapshot_id"])
    etag = f'"{"+".join((snapshot_id, *parts))}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if has_current(asked.request, etag):
        return Response(status_code=304, headers=headers)
    fields = {
        "snapshot_id": snapshot_id,
        "brand_id": str(asked.brand_id),
        "version": row["version"],
        "created_at": row["created_at"].isoformat(),
        "compile_run_id": str(row["compile_run_id"]),
        "snapshot_json": stored(row["snapshot_json"]),
    }
    for part in parts:
        field = INCLUDABLE_PARTS[part].field
        fields[field] = None if row[field] is None else stored(row[field])
    return json_reply(fields, headers=headers)
