"""What people decide over the compiler's head: overridden and pinned paths of the profile."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from brandbrain_dagster.api.bodies import read_json_object
from brandbrain_dagster.api.brand_requests import brand_request
from brandbrain_dagster.api.described import BRAND_PATH
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.errors import Problem, RefusedRequestError
from brandbrain_dagster.api.numbered_pages import PAGE_PARAMETERS, asked_page
from brandbrain_dagster.api.profile_shapes import OverridesLogShape, OverridesShape
from brandbrain_dagster.api.replies import json_reply, stored
from brandbrain_dagster.domain.compile.override_paths import (
    MAX_PATHS,
    MAX_SEGMENTS,
    NO_FIELD,
    PATH_PATTERN,
    field_path,
    invalid_paths,
    value_problem,
)
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger.override_changes import (
    OverridesPatch,
    find_served_overrides,
    patch_overrides,
)
from brandbrain_dagster.stores.ledger.served_overrides_log import list_overrides_log

_PATH = "/api/brands/{brand_id}/brandbrain/overrides"
_PATCH_BODY = {
    "type": "object",
    "properties": {
        "overrides_json": {
            "type": "object",
            "propertyNames": {"pattern": PATH_PATTERN},
            "maxProperties": MAX_PATHS,
            "description": "Values by dotted path, merged into those there are; null removes a path.",
        },
        "pinned_paths": {
            "type": "array",
            "items": {"type": "string", "pattern": PATH_PATTERN},
            "maxItems": MAX_PATHS,
            "description": "The paths that are pinned from now on, instead of those that were.",
        },
    },
}

router = APIRouter(route_class=DirectRoute, tags=["overrides"])


@router.get(_PATH, responses={200: {"model": OverridesShape}}, openapi_extra={"parameters": [BRAND_PATH]})
async def get_overrides(request: Request) -> Response:
    """What is overridden and pinned now."""
    asked = brand_request(request)
    row = await find_served_overrides(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    return _overrides(asked.brand_id, row)


@router.patch(
    _PATH,
    responses={200: {"model": OverridesShape}},
    openapi_extra={
        "parameters": [BRAND_PATH],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _PATCH_BODY}}},
    },
)
async def change_overrides(request: Request) -> Response:
    """Merges the given overrides key by key, and replaces the pins if they are given."""
    asked = brand_request(request)
    patch = _read_patch(await read_json_object(request))
    try:
        row = await patch_overrides(
            asked.ledger,
            brand_id=asked.brand_id,
            scope=asked.scope,
            patch=patch,
            changed_by=asked.caller_name,
            now=asked.now(),
        )
    except InvalidInputError as error:
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return _overrides(asked.brand_id, row)


@router.get(
    f"{_PATH}/log",
    responses={200: {"model": OverridesLogShape}},
    openapi_extra={"parameters": [BRAND_PATH, *PAGE_PARAMETERS]},
)
async def get_overrides_log(request: Request) -> Response:
    """Every change of an override or a pin, newest first: who, when, from what to what."""
    asked = brand_request(request)
    page = asked_page(request)
    rows, total = await list_overrides_log(
        asked.ledger, brand_id=asked.brand_id, scope=asked.scope, limit=page.size, offset=page.offset
    )
    entries = [
        {
            "path": row["path"],
            "kind": row["kind"],
            "old": stored(row["old_json"] or "null"),
            "new": stored(row["new_json"] or "null"),
            "changed_by": row["changed_by"],
            "changed_at": row["changed_at"].isoformat(),
        }
        for row in rows
    ]
    return json_reply({"changes": entries, **page.fields(total)})


def _read_patch(body: dict[str, Any]) -> OverridesPatch:
    overrides = body.get("overrides_json", {})
    pinned_paths = body.get("pinned_paths", [])
    if not isinstance(overrides, dict):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "overrides_json must be an object")
    if not isinstance(pinned_paths, list):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "pinned_paths must be an array")
    if not all(isinstance(path, str) for path in pinned_paths):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "pinned_paths items must be strings")
    _refuse_paths(overrides, "overrides_json")
    _refuse_paths(pinned_paths, "pinned_paths")
    _refuse_values(overrides, pinned_paths)
    return OverridesPatch(overrides=overrides, pinned_paths=pinned_paths if "pinned_paths" in body else None)


def _refuse_paths(paths: list[str] | dict[str, Any], field: str) -> None:
    if len(paths) > MAX_PATHS:
        sentence = f"{field} names {len(paths)} paths, over {MAX_PATHS}"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    invalid = invalid_paths(paths)
    if invalid:
        rule = f"A path is 1 to {MAX_SEGMENTS} segments of 1 to 64 letters, digits or underscores, joined by dots."
        problems = [Problem("INVALID_PATH", rule, path) for path in invalid]
        sentence = f"{field} names {len(invalid)} invalid paths"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, problems=problems)


def _refuse_values(overrides: dict[str, Any], pinned_paths: list[str]) -> None:
    """A removal is never refused: it may be of something that did not fit."""
    given = {path: value for path, value in overrides.items() if value is not None}
    found = {path: value_problem(path, value) for path, value in given.items()}
    found |= {path: NO_FIELD for path in pinned_paths if field_path(path) is None}
    problems = [Problem("INVALID_VALUE", sentence, path) for path, sentence in sorted(found.items()) if sentence]
    if problems:
        sentence = f"{len(problems)} overrides or pins do not fit the profile"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, problems=problems)


def _overrides(brand_id: UUID, row: asyncpg.Record) -> Response:
    updated_at = row["updated_at"]
    return json_reply(
        {
            "brand_id": str(brand_id),
            "overrides_json": stored(row["overrides_json"] or "{}"),
            "pinned_paths": row["pinned_paths"] or [],
            "updated_at": None if updated_at is None else updated_at.isoformat(),
        }
    )
