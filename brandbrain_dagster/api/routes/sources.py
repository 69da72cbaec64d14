"""The sources of a brand: list, add, change, remove."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from brandbrain_dagster.api.access import BrandId, CallerOfRequest
from brandbrain_dagster.api.bodies import JsonObject, body_of, read_shape
from brandbrain_dagster.api.brand_shapes import SourceChanges, SourceShape, SourceToAdd
from brandbrain_dagster.api.dependencies import FreshId, LedgerOfApp, Now, SettingsOfApp
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.stores.ledger.sources import list_sources, remove_source
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand, get_visible_source
from brandbrain_dagster.use_cases.add_source import add_source
from brandbrain_dagster.use_cases.edit_source import edit_source
from brandbrain_dagster.use_cases.source_evidence import evidence_of_sources

_PATH = "/api/brands/{brand_id}/sources"
_ONE = "/api/sources/{source_id}"

router = APIRouter(tags=["sources"])

_IncludeEvidence = Annotated[bool, Query(description="Adds evidence_status to each source.")]
_SourceId = Annotated[UUID, Path(description="The source.")]


@router.get(_PATH, response_model_exclude_unset=True)
def get_sources(
    brand_id: BrandId,
    caller: CallerOfRequest,
    ledger: LedgerOfApp,
    settings: SettingsOfApp,
    now: Now,
    *,
    include_evidence: _IncludeEvidence = False,
) -> list[SourceShape]:
    """The brand's sources by platform, capability and identifier."""
    with ledger.read() as conn:
        get_visible_brand(conn, brand_id=brand_id, scope=caller.scope())
        listed = list_sources(conn, brand_id=brand_id)
        if not include_evidence:
            return [SourceShape.of(source) for source in listed]
        evidence = evidence_of_sources(
            conn, listed, brand_id=brand_id, default_ttl_hours=settings.apify_run_ttl_hours, now=now
        )
    return [SourceShape.of(source, evidence[source.id]) for source in listed]


@router.post(
    _PATH,
    status_code=HTTPStatus.CREATED,
    response_model_exclude_unset=True,
    responses={HTTPStatus.OK: {"model": SourceShape, "description": "The brand has this source already."}},
    openapi_extra=body_of(SourceToAdd),
)
def post_source(
    brand_id: BrandId,
    body: JsonObject,
    response: Response,
    caller: CallerOfRequest,
    *,
    ledger: LedgerOfApp,
    now: Now,
    source_id: FreshId,
) -> SourceShape:
    """Adds a source under its normalized identifier; one that is there already stays as it is."""
    given = read_shape(SourceToAdd, body)
    with ledger.begin() as conn:
        get_visible_brand(conn, brand_id=brand_id, scope=caller.scope(), to_change=True)
        source, is_created = add_source(
            conn,
            brand_id=brand_id,
            platform=given.platform,
            capability=given.capability,
            identifier=given.identifier,
            settings_json=given.settings_json or {},
            source_id=source_id,
            now=now,
        )
    if not is_created:
        response.status_code = HTTPStatus.OK
    return SourceShape.of(source)


@router.patch(_ONE, response_model_exclude_unset=True, openapi_extra=body_of(SourceChanges))
def patch_source(
    source_id: _SourceId, body: JsonObject, caller: CallerOfRequest, ledger: LedgerOfApp, now: Now
) -> SourceShape:
    """Changes a source."""
    changes = _changes(body)
    with ledger.begin() as conn:
        source = get_visible_source(conn, source_id=source_id, scope=caller.scope(), to_change=True)
        return SourceShape.of(edit_source(conn, source, now=now, **changes))


@router.delete(_ONE, status_code=HTTPStatus.NO_CONTENT)
def delete_source(source_id: _SourceId, caller: CallerOfRequest, ledger: LedgerOfApp, now: Now) -> None:
    """Removes a source. What was collected from it stays traceable; adding it again brings it back."""
    with ledger.begin() as conn:
        get_visible_source(conn, source_id=source_id, scope=caller.scope(), to_change=True)
        remove_source(conn, source_id=source_id, now=now)


def _changes(body: dict[str, Any]) -> dict[str, Any]:
    """What is to change; settings of null are empty settings."""
    given = read_shape(SourceChanges, body)
    changes = {name: getattr(given, name) for name in given.model_fields_set}
    if not changes:
        fields = ", ".join(SourceChanges.model_fields)
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, f"Request body must name at least one of {fields}")
    if "settings_json" in changes:
        changes["settings_json"] = changes["settings_json"] or {}
    return changes
