"""Serving a replay on this machine."""

from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brandbrain_dagster.apify_replay.app import create_replay

HOST = "127.0.0.1"


def serve(
    data_dir: Path,
    port: int,
    *,
    run_seconds: float = 0.0,
    usd_per_item: float = 0.0025,
    apply_result_limit: bool = True,
    write_line: Callable[[str], None] | None = None,
) -> None:
    """Serves the replay of ``data_dir`` until it is interrupted; ``write_line`` gets one short line per request."""
    app: ASGIApp = create_replay(
        data_dir, run_seconds=run_seconds, usd_per_item=usd_per_item, apply_result_limit=apply_result_limit
    )
    if write_line is not None:
        app = RequestLines(app, write_line)
    # A hanging long poll must not keep the server from ending.
    uvicorn.run(app, host=HOST, port=port, log_level="warning", timeout_graceful_shutdown=1)


class RequestLines:
    """Writes method, path and status of every request."""

    def __init__(self, app: ASGIApp, write_line: Callable[[str], None]) -> None:
        self._app = app
        self._write_line = write_line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on and writes its line when the answer begins."""

        async def send_and_write(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._write_line(f"{scope['method']} {scope['path']} {message['status']}")
            await send(message)

        await self._app(scope, receive, send_and_write if scope["type"] == "http" else send)
