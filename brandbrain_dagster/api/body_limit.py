"""The bound on the size of request bodies."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brandbrain_dagster.api.errors import RefusedRequestError, answer_of

LARGEST_BODY = 1024 * 1024
"""Bytes."""

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyLimit:
    """Refuses a body that says it is too large at once, and one that turns out to be while it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 413, or passes the request on."""
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > LARGEST_BODY:
            await answer_of(_too_large())(scope, receive, send)
            return
        received = 0

        async def receive_counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise _too_large()
            return message

        await self._app(scope, receive_counting, send)


def _too_large() -> RefusedRequestError:
    return RefusedRequestError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Request body must not be larger than {LARGEST_BODY} bytes"
    )
