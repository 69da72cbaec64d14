"""Documents about the API: its description, for programs and for people, and the schema of a profile."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from brandbrain_dagster.api.docs_page import CONTENT_POLICY, docs_page
from brandbrain_dagster.domain.compile.snapshot_schema import snapshot_json_schema

router = APIRouter(tags=["documents"])

_SNAPSHOT_SCHEMA = msgspec.json.encode(snapshot_json_schema())


@router.get("/api/openapi.json", include_in_schema=False)
async def get_openapi(request: Request) -> Response:
    """This API as OpenAPI 3.1."""
    return Response(msgspec.json.encode(request.app.openapi()), media_type="application/json")


@router.get("/api/docs", include_in_schema=False)
async def get_docs(request: Request) -> Response:
    """This API for people."""
    return HTMLResponse(docs_page(request.app.openapi()), headers={"Content-Security-Policy": CONTENT_POLICY})


@router.get("/api/schemas/snapshot/v1", response_model=dict[str, Any])
async def get_snapshot_schema() -> Response:
    """The JSON Schema of a profile."""
    return Response(_SNAPSHOT_SCHEMA, media_type="application/json")
