"""Compiling: start one, watch it, cancel it, and read what came of it."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.brand_requests import BrandRequest
from brandbrain_dagster.api.row_changes import stream_changes
from brandbrain_dagster.errors import CompileGatingError, ConflictError, NotFoundError
from brandbrain_dagster.pages.brand_pages import BrandPage, open_brand_page, page_id, page_request
from brandbrain_dagster.pages.form_bodies import read_form
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import see_other
from brandbrain_dagster.pages.views.compile_story import compile_story, progress_line
from brandbrain_dagster.resources.compile_rules import start_rules
from brandbrain_dagster.stores.ledger.served_compile_stories import find_compile_story
from brandbrain_dagster.stores.ledger.work_status import LIVE, WorkStatus
from brandbrain_dagster.use_cases.cancel_compile import cancel_compile
from brandbrain_dagster.use_cases.start_compile import StartOutcome, start_compile_async

_COMPILES = PAGES_PATH + "/{brand_id}/compiles"
_ONE = _COMPILES + "/{compile_run_id}"


async def start(request: Request) -> Response:
    """Enqueues a compile and leads on to it; says why not where there is a reason."""
    opened = await open_brand_page(request)
    sent = await read_form(request)
    asked = opened.asked
    try:
        started = await start_compile_async(
            asked.brand_id,
            scope=asked.scope,
            force_refresh="force_refresh" in sent,
            ledger=asked.ledger,
            rules=start_rules(asked.settings),
            now=asked.now(),
            new_id=asked.fresh_id,
        )
    except CompileGatingError as error:
        context = {"reasons": [code for code, _ in error.reasons]}
        return opened.render("not_ready.html", context, tab="profile", status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
    if started.outcome is StartOutcome.UNCHANGED:
        return see_other(f"{opened.address}/compiles/{started.compile_run_id}?unchanged=1")
    return see_other(f"{opened.address}/compiles/{started.compile_run_id}")


async def show_compile(request: Request) -> Response:
    """Where a compile stands, or what came of it."""
    opened = await open_brand_page(request)
    compile_run_id = page_id(request, "compile_run_id")
    row = await _story(opened.asked, compile_run_id)
    evidence_status, qa_report = (msgspec.json.decode(row[name]) for name in ("evidence_status", "qa_report"))
    context = {
        "compile_run_id": compile_run_id,
        "story": compile_story(row, evidence_status, qa_report, now=opened.asked.now()),
        "line": progress_line(row),
        "run": row,
        "is_unchanged": "unchanged" in request.query_params,
    }
    return opened.render("compile.html", context, tab="profile")


async def cancel(request: Request) -> Response:
    """Cancels a compile that waits or runs; one that was over first stays as it is."""
    opened = await open_brand_page(request)
    compile_run_id = page_id(request, "compile_run_id")
    await _story(opened.asked, compile_run_id)
    with suppress(ConflictError):
        await run_in_threadpool(_cancel, opened, compile_run_id)
    return see_other(f"{opened.address}/compiles/{compile_run_id}")


async def watch(request: Request) -> Response:
    """Streams how far a compile is."""
    asked = page_request(request)
    compile_run_id = page_id(request, "compile_run_id")
    return await stream_changes(lambda: _story(asked, compile_run_id), _progress)


def _cancel(opened: BrandPage, compile_run_id: UUID) -> None:
    asked = opened.asked
    with asked.sync_ledger.begin() as conn:
        cancel_compile(conn, brand_id=asked.brand_id, compile_run_id=compile_run_id, now=asked.now())


async def _story(asked: BrandRequest, compile_run_id: UUID) -> asyncpg.Record:
    row = await find_compile_story(
        asked.ledger, brand_id=asked.brand_id, compile_run_id=compile_run_id, scope=asked.scope
    )
    if row is None:
        raise NotFoundError("The brand has no such compile")
    return row


def _progress(row: asyncpg.Record) -> dict[str, Any]:
    is_over = WorkStatus(row["status"]) not in LIVE
    return {"status": row["status"], "stage": row["stage"], "line": progress_line(row), "is_over": is_over}


ROUTES = (
    Route(_COMPILES, start, methods=["POST"]),
    Route(_ONE, show_compile),
    Route(_ONE + "/cancel", cancel, methods=["POST"]),
    Route(_ONE + "/events", watch),
)
