"""The newest profile for use elsewhere: as a document, plain values, a prompt, or linked data."""

from dataclasses import replace
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response

from brandbrain_dagster.api.brand_requests import BrandRequest, brand_request
from brandbrain_dagster.api.described import BRAND_PATH, header, query_parameter, refusals
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.etags import has_current
from brandbrain_dagster.domain.export.brand_export import MEDIA_TYPES, ExportedProfile, ExportFormat, export_profile
from brandbrain_dagster.domain.export.profile_fields import cited_ids
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.served_exports import find_exportable, list_evidence_urls

LARGEST_BUDGET = 1_000_000
"""Tokens; no model takes more, and a profile never has as many."""

router = APIRouter(route_class=DirectRoute, tags=["profile"])

_CONTENT = {
    media_type: {"schema": {"type": "object"} if media_type.endswith("json") else {"type": "string"}}
    for media_type in MEDIA_TYPES.values()
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The export.", "content": _CONTENT, "headers": {"ETag": {"schema": {"type": "string"}}}},
    304: {"description": "The client has it already."},
}
_PARAMETERS = [
    BRAND_PATH,
    query_parameter(
        "format",
        {"type": "string", "enum": [name.value for name in ExportFormat], "default": ExportFormat.MARKDOWN.value},
        "A document for people, plain values, a block for a system prompt, or schema.org data for a web page.",
    ),
    query_parameter(
        "max_tokens",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_BUDGET},
        "Most tokens of a prompt; 422 when the brand's constraints, which are never left out, take more.",
    ),
    header("If-None-Match", {"type": "string"}, "Entity tag of the answer that the client has."),
]


@router.get(
    "/api/brands/{brand_id}/brandbrain/export",
    response_class=Response,
    responses=_RESPONSES,
    openapi_extra={"parameters": _PARAMETERS, "responses": refusals(422)},
)
async def get_export(request: Request) -> Response:
    """The newest version of the profile in the format asked for."""
    asked = brand_request(request)
    as_format, max_tokens = asked_format(request), asked_budget(request)
    if max_tokens is not None and as_format is not ExportFormat.PROMPT:
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, "max_tokens goes with format=prompt only")
    exported = await read_exported(asked, with_urls=as_format is ExportFormat.MARKDOWN)
    body = export_profile(exported, as_format, max_tokens=max_tokens).encode()
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if has_current(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=MEDIA_TYPES[as_format])


async def read_exported(asked: BrandRequest, *, with_urls: bool) -> ExportedProfile:
    """Reads what an export is made from, in at most two queries.

    Raises:
        NotFoundError: there is no such brand within the caller's reach, or it has no snapshot yet.
    """
    exported = await find_exportable(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    if exported is None:
        raise NotFoundError("No snapshot found")
    ids = cited_ids(exported.snapshot_json) if with_urls else []
    if not ids:
        return exported
    return replace(exported, urls=await list_evidence_urls(asked.ledger, brand_id=asked.brand_id, ids=ids))


def asked_format(request: Request) -> ExportFormat:
    """Returns the format that the request asks for.

    Raises:
        RefusedRequestError: there is no such format.
    """
    given = request.query_params.get("format", ExportFormat.MARKDOWN)
    try:
        return ExportFormat(given)
    except ValueError:
        known = ", ".join(ExportFormat)
        sentence = f"Unknown format: {given[:64]!r}; the known ones are {known}"
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, sentence) from None


def asked_budget(request: Request) -> int | None:
    """Returns the tokens that the request allows; None where it says nothing.

    Raises:
        RefusedRequestError: it is no number within the bounds.
    """
    given = request.query_params.get("max_tokens")
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 10 and 1 <= int(given) <= LARGEST_BUDGET):
        sentence = f"max_tokens must be a whole number from 1 to {LARGEST_BUDGET}"
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, sentence)
    return int(given)
