"""A local server with the used part of Apify's API: runs cost nothing, last as long as asked, and return stored rows.

Not here: which rows a run returns (``dataset_files``), what goes wrong on purpose (``faults``).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from brandbrain_dagster.apify_replay.dataset_files import has_actor, rows_for
from brandbrain_dagster.apify_replay.faults import Endpoint, Fault, FaultKind, FaultPlan, RunEnding
from brandbrain_dagster.apify_replay.runs import ReplayedRun, ReplayedRuns

LONGEST_WAIT_SECONDS = 60.0
LONGEST_PAGE = 1000

_SUCCEEDED = RunEnding(status="SUCCEEDED", status_message="Finished")
_FEATURES = [
    "ACTORS",
    "STORAGE",
    "SCHEDULER",
    "PROXY",
    "PROXY_EXTERNAL_ACCESS",
    "PROXY_RESIDENTIAL",
    "PROXY_SERPS",
    "WEBHOOKS",
    "ACTORS_PUBLIC_ALL",
    "ACTORS_PUBLIC_DEVELOPER",
]
_ENABLED = {
    "isEnabled": True,
    "disabledReason": None,
    "disabledReasonType": None,
    "isTrial": False,
    "trialExpirationAt": None,
}
_USER = {
    "id": "replay",
    "username": "apify-replay",
    "plan": {"id": "REPLAY", "availableProxyGroups": {}},
    "effectivePlatformFeatures": dict.fromkeys(_FEATURES, _ENABLED),
    "isPaying": False,
}

Respond = Callable[[Request], Awaitable[Response]]


class ApifyReplay:
    """The replay's state and its answers, one method per call of the API."""

    def __init__(self, data_dir: Path, runs: ReplayedRuns, plan: FaultPlan, *, apply_result_limit: bool) -> None:
        self.runs = runs
        self._data_dir = data_dir
        self._plan = plan
        self._apply_result_limit = apply_result_limit

    def respond_with(self, endpoint: Endpoint, respond: Respond) -> Respond:
        """Puts the planned faults in front of (or behind) an answer."""

        async def respond_or_fail(request: Request) -> Response:
            fault = self._plan.take(endpoint, self._actor_of(request))
            if fault is None:
                return await respond(request)
            if fault.is_after:
                await respond(request)
            return await _failed(fault)

        return respond_or_fail

    async def start(self, request: Request) -> Response:
        """Starts a run over the rows that fit the input."""
        actor_id = request.path_params["actor"]
        if not has_actor(self._data_dir, actor_id):
            return _error(404, "actor-not-found", f"There is no folder '{actor_id}' in the replayed data")
        try:
            actor_input = msgspec.json.decode(await request.body() or b"{}")
        except (msgspec.DecodeError, RecursionError):
            return _error(400, "run-input-body-not-valid-json", "The input is not valid JSON")
        ending = self._plan.endings.get(actor_id, _SUCCEEDED)
        rows: list[bytes] = []
        try:
            rows = rows_for(self._data_dir, actor_id, actor_input, apply_result_limit=self._apply_result_limit)
        except ValueError as error:
            ending = RunEnding(status="FAILED", status_message=str(error))
        options: dict[str, Any] = {}
        if "maxItems" in request.query_params:
            options["maxItems"] = _whole(request, "maxItems", default=0, most=None)
        run = self.runs.start(
            actor_id, user_agent=request.headers.get("user-agent", ""), rows=rows, ending=ending, options=options
        )
        await self.runs.wait(run, _seconds(request))
        location = str(request.url.replace(path=f"/v2/actors/{actor_id}/runs/{run.id}", query=""))
        return JSONResponse({"data": self.runs.description(run)}, status_code=201, headers={"Location": location})

    async def run(self, request: Request) -> Response:
        """Describes one run, after the long poll that was asked for."""
        run = self.runs.find(request.path_params["run"])
        if run is None:
            return _error(404, "record-not-found", "Actor run was not found")
        await self.runs.wait(run, _seconds(request))
        return JSONResponse({"data": self.runs.description(run)})

    async def list_runs(self, request: Request) -> Response:
        """Lists runs, of one actor or of all."""
        query = request.query_params
        since = query.get("startedAfter")
        try:
            started_after = datetime.fromisoformat(since) if since else None
        except ValueError:
            return _error(400, "invalid-request", "startedAfter is not a time")
        is_descending = query.get("desc", "").lower() in ("1", "true")
        found = self.runs.listed(
            request.path_params.get("actor"),
            since=started_after,
            statuses=frozenset(filter(None, query.get("status", "").split(","))),
            is_descending=is_descending,
        )
        offset = _whole(request, "offset", default=0, most=None)
        limit = _whole(request, "limit", default=LONGEST_PAGE, most=LONGEST_PAGE) or LONGEST_PAGE
        page = found[offset : offset + limit]
        data = {
            "total": len(found),
            "offset": offset,
            "limit": limit,
            "count": len(page),
            "desc": is_descending,
            "items": [self.runs.short_description(run) for run in page],
        }
        return JSONResponse({"data": data})

    async def abort(self, request: Request) -> Response:
        """Ends a run."""
        run = self.runs.find(request.path_params["run"])
        if run is None:
            return _error(404, "record-not-found", "Actor run was not found")
        self.runs.abort(run)
        return JSONResponse({"data": self.runs.description(run)})

    async def items(self, request: Request) -> Response:
        """Returns one page of rows, byte for byte as they are stored."""
        run = self._run_of(request)
        if run is None:
            return _error(404, "record-not-found", "Dataset was not found")
        rows = run.items(self.runs.now())
        offset = _whole(request, "offset", default=0, most=None)
        limit = _whole(request, "limit", default=len(rows), most=None)
        page = rows[offset : offset + limit]
        headers = {
            "X-Apify-Pagination-Offset": str(offset),
            "X-Apify-Pagination-Limit": str(limit),
            "X-Apify-Pagination-Count": str(len(page)),
            "X-Apify-Pagination-Total": str(len(rows)),
        }
        return Response(b"[" + b",".join(page) + b"]", media_type="application/json", headers=headers)

    async def user(self, request: Request) -> Response:
        """Describes the account."""
        return JSONResponse({"data": _USER})

    def _run_of(self, request: Request) -> ReplayedRun | None:
        if "dataset" in request.path_params:
            return self.runs.find_by_dataset(request.path_params["dataset"])
        return self.runs.find(request.path_params.get("run", ""))

    def _actor_of(self, request: Request) -> str | None:
        run = self._run_of(request)
        return run.actor_id if run else request.path_params.get("actor")


def create_replay(
    data_dir: Path,
    *,
    run_seconds: float = 0.0,
    usd_per_item: float = 0.0025,
    apply_result_limit: bool = True,
    faults: FaultPlan | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Builds the server over ``data_dir``; ``app.state.replay`` is its `ApifyReplay`.

    ``run_seconds`` is how long a run takes, ``usd_per_item`` what a row seems to cost; without ``apply_result_limit``
    the limit in an actor's input is ignored, as some actors do.
    """
    runs = ReplayedRuns(now=now, run_seconds=run_seconds, usd_per_item=usd_per_item)
    replay = ApifyReplay(data_dir, runs, faults or FaultPlan(), apply_result_limit=apply_result_limit)

    def route(path: str, method: str, endpoint: Endpoint, respond: Respond) -> Route:
        return Route(path, replay.respond_with(endpoint, respond), methods=[method])

    actor_routes = [
        entry
        for kind in ("actors", "acts")
        for entry in (
            route(f"/v2/{kind}/{{actor}}/runs", "POST", Endpoint.START, replay.start),
            route(f"/v2/{kind}/{{actor}}/runs", "GET", Endpoint.RUNS, replay.list_runs),
            route(f"/v2/{kind}/{{actor}}/runs/{{run}}", "GET", Endpoint.RUN, replay.run),
        )
    ]
    app = Starlette(
        routes=[
            *actor_routes,
            route("/v2/actor-runs", "GET", Endpoint.RUNS, replay.list_runs),
            route("/v2/actor-runs/{run}", "GET", Endpoint.RUN, replay.run),
            route("/v2/actor-runs/{run}/abort", "POST", Endpoint.ABORT, replay.abort),
            route("/v2/actor-runs/{run}/dataset/items", "GET", Endpoint.ITEMS, replay.items),
            route("/v2/datasets/{dataset}/items", "GET", Endpoint.ITEMS, replay.items),
            route("/v2/users/me", "GET", Endpoint.USER, replay.user),
        ],
        exception_handlers={404: _no_such_page, 405: _no_such_method},
    )
    app.state.replay = replay
    return app


class DroppedResponse(Response):
    """Promises a body, sends the beginning of it and ends: the server then breaks the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the torso."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"data": ', "more_body": True})


async def _failed(fault: Fault) -> Response:
    match fault.kind:
        case FaultKind.STATUS:
            return _error(fault.status, fault.error_type, "A fault of the replay")
        case FaultKind.DROP:
            return DroppedResponse()
        case FaultKind.GARBAGE:
            return Response(b'{"data": {"id": "abc', media_type="application/json")
        case FaultKind.HANG:
            await asyncio.sleep(600)
            return Response(status_code=504)
        case FaultKind.EMPTY_PAGE:
            return Response(b"[]", media_type="application/json", headers={"X-Apify-Pagination-Count": "0"})


def _error(status: int, error_type: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"type": error_type, "message": message}}, status_code=status)


async def _no_such_page(request: Request, error: Exception) -> Response:
    return _error(404, "page-not-found", "We have bad news: there is no page like this in the replay")


async def _no_such_method(request: Request, error: Exception) -> Response:
    return _error(405, "method-not-allowed", "This method is not allowed here")


def _seconds(request: Request) -> float:
    return float(_whole(request, "waitForFinish", default=0, most=int(LONGEST_WAIT_SECONDS)))


def _whole(request: Request, name: str, *, default: int, most: int | None) -> int:
    text = request.query_params.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() else default
    return number if most is None else min(number, most)
