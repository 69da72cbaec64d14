"""Other applications at their own addresses: what is below them never meets the API's gate, nor its CORS rules."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Beside:
    """Hands a request to the application whose path it is on, and every other one on to the API."""

    def __init__(self, app: ASGIApp, *, applications: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._applications = applications

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Finds the application by the first segment of the path."""
        app = self._app
        if scope["type"] == "http":
            first = "/" + scope["path"][1:].partition("/")[0]
            app = self._applications.get(first, app)
        await app(scope, receive, send)
