"""Apify as a Dagster resource: one client and one event loop for all brands of a run, and the limits it keeps to."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import Any, TypeVar

import dagster as dg
from pydantic import PrivateAttr

from brandbrain_dagster.clients.apify.client import ApifyClient
from brandbrain_dagster.settings import load_settings
from brandbrain_dagster.use_cases.collect_ports import ApifySlots, CollectLimits

Answer = TypeVar("Answer")


class ApifyResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Apify's API; the token is read from APIFY_TOKEN when a client is made: it is in no configuration and no log.

    Waiting for actor runs holds no thread per source: everything that talks to Apify runs on one event loop.
    """

    _loop: asyncio.AbstractEventLoop | None = PrivateAttr(default=None)
    _thread: threading.Thread | None = PrivateAttr(default=None)
    _slots: ApifySlots = PrivateAttr()
    _open: AsyncExitStack = PrivateAttr(default_factory=AsyncExitStack)
    _client: ApifyClient | None = PrivateAttr(default=None)
    _turn: Any = PrivateAttr(default_factory=threading.Lock)

    def client(self) -> ApifyClient:
        """Returns a client, to be used as an async context manager.

        Raises:
            ConfigurationError: the token or the address cannot be used.
        """
        settings = load_settings()
        return ApifyClient(
            token=settings.apify_token.get_secret_value() if settings.apify_token else None,
            version=version("brandbrain-dagster"),
            base_url=settings.apify_api_base_url,
        )

    def limits(self) -> CollectLimits:
        """Returns caps, TTL, timeouts and charges."""
        settings = load_settings()
        return CollectLimits(
            caps=settings.caps,
            disabled=settings.disabled_capabilities,
            ttl_hours=settings.apify_run_ttl_hours,
            poll_timeout_seconds=settings.apify_poll_timeout_seconds,
            max_run_usd=settings.max_run_usd,
        )

    def submit(self, work: Callable[[ApifyClient, ApifySlots], Coroutine[Any, Any, Answer]]) -> "Future[Answer]":
        """Starts ``work`` on the event loop, with a client and this process's slots; cancel the future to stop it."""
        loop = self._running_loop()

        async def with_client() -> Answer:
            if self._client is None:
                self._client = await self._open.enter_async_context(self.client())
            return await work(self._client, self._slots.for_another_brand())

        return asyncio.run_coroutine_threadsafe(with_client(), loop)

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Stops the event loop, once what runs on it has heard that it is cancelled."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(_cancel_everything(), self._loop).result()
        asyncio.run_coroutine_threadsafe(self._open.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._turn:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._slots = ApifySlots(load_settings().apify_concurrency)
                self._thread = threading.Thread(target=self._loop.run_forever, name="apify", daemon=True)
                self._thread.start()
            return self._loop


async def _cancel_everything() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
