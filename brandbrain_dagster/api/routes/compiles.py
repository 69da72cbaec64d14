"""Compiles: start one, watch it, cancel it."""

import hashlib
import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from brandbrain_dagster.api.bodies import read_optional_json_object
from brandbrain_dagster.api.brand_requests import BrandRequest, brand_request, path_id
from brandbrain_dagster.api.described import BRAND_PATH, header, path_parameter, refusals
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.errors import RefusedRequestError, answer_of
from brandbrain_dagster.api.profile_shapes import CompileStatusShape, EnqueuedShape, UnchangedShape
from brandbrain_dagster.api.replies import json_bytes, json_reply, stored
from brandbrain_dagster.api.row_changes import stream_changes
from brandbrain_dagster.domain.compile.start_verdict import StandingSnapshot
from brandbrain_dagster.errors import CompileGatingError, NotFoundError
from brandbrain_dagster.resources.compile_rules import start_rules
from brandbrain_dagster.stores.ledger.compile_reports import find_compile_report
from brandbrain_dagster.stores.ledger.idempotency_keys import claim_key, keep_answer
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.served_snapshots import find_served
from brandbrain_dagster.stores.ledger.work_status import WorkStatus
from brandbrain_dagster.use_cases.cancel_compile import cancel_compile
from brandbrain_dagster.use_cases.start_compile import start_compile_async

_COMPILE = "/api/brands/{brand_id}/brandbrain/compile"
_RUN = _COMPILE + "/{compile_run_id}"
_RUN_PATH = [BRAND_PATH, path_parameter("compile_run_id")]

_KEY = re.compile(r"[!-~]{1,255}")
_KICKOFF_BODY = {"type": "object", "properties": {"force_refresh": {"type": "boolean", "default": False}}}
_KEY_HEADER = header(
    "Idempotency-Key",
    {"type": "string", "pattern": f"^{_KEY.pattern}$"},
    "The same key of visible ASCII characters gets the same answer for 24 hours.",
)

_EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {"data": {"type": "string", "contentMediaType": "application/json"}},
}

router = APIRouter(route_class=DirectRoute, tags=["compile"])


@router.post(
    _COMPILE,
    status_code=HTTPStatus.ACCEPTED,
    responses={202: {"model": EnqueuedShape}, 200: {"model": UnchangedShape}},
    openapi_extra={
        "parameters": [BRAND_PATH, _KEY_HEADER],
        "requestBody": {"required": False, "content": {"application/json": {"schema": _KICKOFF_BODY}}},
    },
)
async def start(request: Request) -> Response:
    """Enqueues a compile, unless one is under way or nothing would change."""
    asked = brand_request(request)
    force_refresh = (await read_optional_json_object(request)).get("force_refresh", False)
    if not isinstance(force_refresh, bool):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "force_refresh must be a boolean")
    key = request.headers.get("idempotency-key")
    if key is None:
        return await _kick_off(asked, asked.ledger, force_refresh=force_refresh)
    if _KEY.fullmatch(key) is None:
        sentence = "Idempotency-Key must be 1 to 255 visible ASCII characters"
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, sentence)
    return await _kick_off_once(asked, key, force_refresh=force_refresh)


@router.get(_RUN + "/status", responses={200: {"model": CompileStatusShape}}, openapi_extra={"parameters": _RUN_PATH})
async def get_status(request: Request) -> Response:
    """Where a compile stands."""
    asked = brand_request(request)
    return json_reply(_status(await _report(asked, path_id(request, "compile_run_id"))))


@router.get(
    _RUN + "/events",
    responses={
        200: {
            "description": "The status object as an event at every change, until the compile is over.",
            "content": {"text/event-stream": {"schema": _EVENT}},
        }
    },
    openapi_extra={"parameters": _RUN_PATH},
)
async def watch(request: Request) -> Response:
    """Streams where a compile stands."""
    asked = brand_request(request)
    compile_run_id = path_id(request, "compile_run_id")
    return await stream_changes(lambda: _report(asked, compile_run_id), _status)


@router.delete(
    _RUN,
    responses={200: {"model": CompileStatusShape}},
    openapi_extra={"parameters": _RUN_PATH, "responses": refusals(409)},
)
async def cancel(request: Request) -> Response:
    """Cancels a compile that waits or runs."""
    asked = brand_request(request)
    compile_run_id = path_id(request, "compile_run_id")
    await _report(asked, compile_run_id)
    await run_in_threadpool(_cancel, asked, compile_run_id)
    return json_reply(_status(await _report(asked, compile_run_id)))


def _cancel(asked: BrandRequest, compile_run_id: UUID) -> None:
    with asked.sync_ledger.begin() as conn:
        cancel_compile(conn, brand_id=asked.brand_id, compile_run_id=compile_run_id, now=asked.now())


async def _kick_off(asked: BrandRequest, ledger: FetchesRows, *, force_refresh: bool) -> Response:
    try:
        started = await start_compile_async(
            asked.brand_id,
            scope=asked.scope,
            force_refresh=force_refresh,
            ledger=ledger,
            rules=start_rules(asked.settings),
            now=asked.now(),
            new_id=asked.fresh_id,
        )
    except CompileGatingError as error:
        return answer_of(error)
    if started.snapshot is not None:
        return json_reply(
            {
                "compile_run_id": str(started.compile_run_id),
                "status": "UNCHANGED",
                "snapshot": await _standing(asked, ledger, started.snapshot),
            }
        )
    poll_url = _RUN.format(brand_id=asked.brand_id, compile_run_id=started.compile_run_id) + "/status"
    fields = {"compile_run_id": str(started.compile_run_id), "status": "PENDING", "poll_url": poll_url}
    return json_reply(fields, status_code=HTTPStatus.ACCEPTED)


async def _kick_off_once(asked: BrandRequest, key: str, *, force_refresh: bool) -> Response:
    """The key, the compile and the answer are written together or not at all."""
    request_hash = hashlib.sha256(json_bytes({"force_refresh": force_refresh})).hexdigest()
    async with asked.ledger.begin() as transaction:
        kept = await claim_key(
            transaction,
            brand_id=asked.brand_id,
            scope=asked.scope,
            key=key,
            request_hash=request_hash,
            now=asked.now(),
        )
        if kept is None:
            answer = await _kick_off(asked, transaction, force_refresh=force_refresh)
            body = bytes(answer.body).decode()
            await keep_answer(transaction, brand_id=asked.brand_id, key=key, status_code=answer.status_code, body=body)
            return answer
    if kept.request_hash != request_hash:
        sentence = "This Idempotency-Key came with another request before; use a new key for a new request"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    return Response(kept.body, status_code=kept.status_code, media_type="application/json")


async def _standing(asked: BrandRequest, ledger: FetchesRows, standing: StandingSnapshot) -> dict[str, Any]:
    row = await find_served(ledger, brand_id=asked.brand_id, snapshot_id=standing.id, scope=asked.scope)
    if row is None:
        raise NotFoundError("No snapshot found")
    return {"brand_id": str(asked.brand_id), **_published(row)}


async def _report(asked: BrandRequest, compile_run_id: UUID) -> asyncpg.Record:
    row = await find_compile_report(
        asked.ledger, brand_id=asked.brand_id, compile_run_id=compile_run_id, scope=asked.scope
    )
    if row is None:
        raise NotFoundError("Compile run not found")
    return row


def _status(row: asyncpg.Record) -> dict[str, Any]:
    named = {"compile_run_id": str(row["compile_run_id"]), "status": row["status"]}
    match row["status"]:
        case WorkStatus.PENDING:
            return {
                **named,
                "progress": None,
                "attempts": row["attempts"],
                "last_error": row["last_error"],
                "available_at": row["available_at"].isoformat(),
            }
        case WorkStatus.RUNNING:
            progress = {name: row[name] for name in ("stage", "sources_completed", "sources_total")}
            return {**named, "progress": progress}
        case WorkStatus.SUCCEEDED:
            return {**named, "evidence_status": stored(row["evidence_status"]), "snapshot": _published(row)}
    return {**named, "error": row["error"], "evidence_status": stored(row["evidence_status"])}


def _published(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "snapshot_id": str(row["snapshot_id"]),
        "created_at": row["created_at"].isoformat(),
        "snapshot_json": stored(row["snapshot_json"]),
    }
