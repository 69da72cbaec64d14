"""The outermost layer: gives every answer its request id and security headers, counts it, logs it, survives it."""

import re
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter
from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from brandbrain_dagster.api.access import Caller
from brandbrain_dagster.api.errors import error_answer
from brandbrain_dagster.api.request_figures import RequestFigures

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLIENT_WENT_AWAY = 499
"""nginx's status for it: nothing was sent."""

_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""For answers that say nothing themselves: a browser that shows JSON needs nothing."""


class RequestJournal:
    """Wraps the whole app; whatever it fails to answer becomes a 500 without details."""

    def __init__(
        self, app: ASGIApp, *, figures: RequestFigures, log: FilteringBoundLogger, new_id: Callable[[], UUID]
    ) -> None:
        self._app = app
        self._figures = figures
        self._log = log
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and writes it down when it is over."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = self._request_id(scope)
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message["headers"], request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            status = status or _CLIENT_WENT_AWAY
        except Exception:  # noqa: BLE001  # the process boundary: one request must not take the server along
            self._log.exception("request failed", request_id=request_id, route=_route(scope))
            if not status:
                sentence = f"This request failed for a reason of ours; the log names it under {request_id}"
                await error_answer(HTTPStatus.INTERNAL_SERVER_ERROR, sentence)(scope, receive, send_marked)
        finally:
            self._write_down(scope, status or _CLIENT_WENT_AWAY, perf_counter() - started, request_id)

    def _request_id(self, scope: Scope) -> str:
        given = Headers(scope=scope).get("x-request-id", "")
        return given if _REQUEST_ID.fullmatch(given) else self._new_id().hex

    def _write_down(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "OTHER"
        route = _route(scope)
        self._figures.count(method=method, route=route, status=status, seconds=seconds)
        caller: Caller | None = scope.get("state", {}).get("caller")
        self._log.info(
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=request_id,
            caller=None if caller is None else caller.name,
        )


def _route(scope: Scope) -> str:
    """The route's template, never the address itself."""
    return getattr(scope.get("route"), "path", "unmatched")


def _add_headers(headers: list[tuple[bytes, bytes]], request_id: str) -> None:
    headers.append((b"x-request-id", request_id.encode()))
    said = {name for name, _ in headers}
    headers.extend(header for header in _SECURITY_HEADERS if header[0] not in said)
