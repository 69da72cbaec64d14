"""Apify for tests: the replay behind a real client, in process or really served on a port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette

from brandbrain_dagster.apify_replay.app import ApifyReplay
from brandbrain_dagster.apify_replay.serve import HOST
from brandbrain_dagster.clients.apify.client import ApifyClient

TOKEN = "apify_api_secret0123456789"


class FakeSleep:
    """A sleep that takes no time and remembers what was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def replay_of(app: Starlette) -> ApifyReplay:
    """Returns the state of a replay."""
    replay: ApifyReplay = app.state.replay
    return replay


def in_process_client(app: Starlette, sleep: FakeSleep | None = None) -> ApifyClient:
    """Returns a client of a replay in the same event loop: without connections, so without drops and hangs."""
    return ApifyClient(token=TOKEN, version="test", sleep=sleep or FakeSleep(), transport=httpx.ASGITransport(app=app))


def client_of(url: str, sleep: FakeSleep | None = None, *, read_timeout_seconds: float = 5.0) -> ApifyClient:
    """Returns a client of a served replay."""
    return ApifyClient(
        token=TOKEN,
        version="test",
        base_url=url,
        sleep=sleep or FakeSleep(),
        read_timeout_seconds=read_timeout_seconds,
    )


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serves a replay from a thread; gives its base URL."""
    server = uvicorn.Server(
        uvicorn.Config(app, host=HOST, port=0, log_level="critical", timeout_graceful_shutdown=0, lifespan="off")
    )
    socket = server.config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield f"http://{HOST}:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        socket.close()
