"""What changed between any two versions of a profile, and why."""

from fastapi import APIRouter, Request, Response

from brandbrain_dagster.api.brand_requests import brand_request, path_id
from brandbrain_dagster.api.described import BRAND_PATH, path_parameter
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.profile_shapes import DiffShape
from brandbrain_dagster.api.replies import json_reply
from brandbrain_dagster.domain.compile.diff import diff_profiles
from brandbrain_dagster.domain.compile.diff_causes import diff_json
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.served_diffs import find_compared_snapshots

router = APIRouter(route_class=DirectRoute, tags=["profile"])


@router.get(
    "/api/brands/{brand_id}/brandbrain/snapshots/{from_id}/diff/{to_id}",
    responses={200: {"model": DiffShape}},
    openapi_extra={"parameters": [BRAND_PATH, path_parameter("from_id"), path_parameter("to_id")]},
)
async def get_diff(request: Request) -> Response:
    """The changes from the first version to the second, whichever is older, each with what moved it."""
    asked = brand_request(request)
    ids = [path_id(request, name) for name in ("from_id", "to_id")]
    found = await find_compared_snapshots(
        asked.ledger, brand_id=asked.brand_id, from_id=ids[0], to_id=ids[1], scope=asked.scope
    )
    if not all(snapshot_id in found for snapshot_id in ids):
        raise NotFoundError("Snapshot not found")
    before, after = (found[snapshot_id] for snapshot_id in ids)
    difference = diff_profiles(before.snapshot_json, after.snapshot_json)
    return json_reply({**diff_json(difference, before, after), "to_version": after.version})
