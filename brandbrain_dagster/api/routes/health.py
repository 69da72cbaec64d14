"""Whether the API can do its work, and its figures."""

import asyncio
from http import HTTPStatus
from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy import literal, select

from brandbrain_dagster.api.dependencies import AsyncLedgerOfApp
from brandbrain_dagster.api.request_figures import RequestFigures
from brandbrain_dagster.errors import LedgerUnavailableError

CONTRACT_VERSION = "1"
"""Counted up when a shape, a status or a meaning that callers rely on changes; new fields and routes do not."""

_PATIENCE_SECONDS = 3.0
"""Whoever watches over processes wants an answer sooner than a query may take."""

_VERSION = version("brandbrain-dagster")
_ANYTHING = select(literal(1))

router = APIRouter(tags=["health"])


class HealthShape(BaseModel):
    """The API is well."""

    status: Literal["ok"] = "ok"
    version: str = _VERSION
    database: Literal["ok"] = "ok"
    contract_version: str = CONTRACT_VERSION


@router.get("/api/health")
async def get_health(ledger: AsyncLedgerOfApp) -> HealthShape:
    """Whether the API and its database are well; needs no token."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await ledger.fetch(_ANYTHING)
    except TimeoutError:
        raise LedgerUnavailableError("The database does not answer; ask again in a moment.") from None
    return HealthShape()


@router.get("/metrics", include_in_schema=False)
async def get_metrics(request: Request) -> Response:
    """The figures, for Prometheus."""
    figures: RequestFigures = request.app.state.figures
    return Response(figures.exposition(), status_code=HTTPStatus.OK, media_type=CONTENT_TYPE_LATEST)
