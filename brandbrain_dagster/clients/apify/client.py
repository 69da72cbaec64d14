"""The Apify API over httpx: start a run, wait for it, read its rows, give it up.

Not here: when to start, attach or give up (``use_cases.collect_source``), and what rows mean (``domain``).
"""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from brandbrain_dagster.clients.apify.failures import (
    ApifyCallError,
    Repeat,
    failure_from_answer,
    failure_from_body,
    failure_from_transport,
)
from brandbrain_dagster.clients.apify.items import ItemsPage, items_page_from
from brandbrain_dagster.clients.apify.responses import Run, RunAnswer, RunPageAnswer, User, UserAnswer
from brandbrain_dagster.clients.apify.retries import READS, READS_OF_NEW_RUN, STARTS, RetryLimits, Sleep, retrying
from brandbrain_dagster.domain.ingestion.lost_run import start_mark
from brandbrain_dagster.errors import (
    ApifyPollTimeoutError,
    ApifyRequestError,
    ApifyStartUnknownError,
    ConfigurationError,
)

PUBLIC_API_URL = "https://api.apify.com"
LONG_POLL_SECONDS = 60
"""The longest wait that Apify grants one call."""
ANSWER_BYTES = 64 * 2**20
"""The most bytes of an answer that are held at once. Apify bounds a row to 9 MB, so a few always fit."""
ITEMS_PAGE_ROWS = 1000
"""Rows asked for at once, as Apify's own client does."""
LAGGING_ITEMS_SECONDS = 10.0
"""How long a dataset may lag behind what was pushed to it."""

Answer = TypeVar("Answer")


class ApifyClient:
    """Calls Apify with one token. Safe for concurrent use; use it as an async context manager.

    ``read_timeout_seconds`` bounds the silence of one call, on top of the long poll. ``transport`` and ``sleep`` are
    there for tests. Every method raises the `ApifyError` of the failure table (``failures``) after its retries.

    Raises:
        ConfigurationError: the base URL or the token cannot be used.
    """

    def __init__(
        self,
        *,
        token: str | None,
        version: str,
        base_url: str = PUBLIC_API_URL,
        read_timeout_seconds: float = 30.0,
        limits: RetryLimits = RetryLimits(),  # noqa: B008 - frozen
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._product = f"brandbrain/{version}"
        self._read_timeout_seconds = read_timeout_seconds
        self._limits = limits
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=_checked_base_url(base_url),
            headers={**_authorization(token), "User-Agent": self._product},
            timeout=httpx.Timeout(read_timeout_seconds, connect=10.0),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def start_run(
        self,
        actor_id: str,
        actor_input: Mapping[str, Any],
        *,
        nonce: str,
        max_items: int,
        max_total_charge_usd: Decimal | None = None,
    ) -> Run:
        """Starts a run; ``nonce`` travels in the User-Agent, by which ``list_runs_since`` finds the run again.

        Raises:
            ApifyStartUnknownError: a run may or may not have been started; look before starting another.
        """
        action = f"start {actor_id}"
        params: dict[str, Any] = {"maxItems": max_items}
        if max_total_charge_usd is not None:
            params["maxTotalChargeUsd"] = str(max_total_charge_usd)
        request = self._http.build_request(
            "POST",
            f"/v2/actors/{actor_id}/runs",
            params=params,
            content=msgspec.json.encode(actor_input),
            headers={"Content-Type": "application/json", "User-Agent": f"{self._product} {start_mark(nonce)}"},
        )

        try:
            return (await self._answer(action, request, RunAnswer, STARTS)).data
        except ApifyCallError as failure:
            if failure.repeat is Repeat.AMBIGUOUS:
                raise ApifyStartUnknownError(f"{failure} A run may exist all the same.") from failure
            raise failure.error from failure

    async def get_run(self, run_id: str, *, wait_seconds: int = 0, is_new: bool = False) -> Run:
        """Returns a run; waits up to ``wait_seconds`` (0..60) for its end. One ``is_new`` may be absent for 3 s."""
        action = f"read run {run_id}"
        request = self._http.build_request(
            "GET",
            f"/v2/actor-runs/{run_id}",
            params={"waitForFinish": wait_seconds},
            timeout=httpx.Timeout(wait_seconds + self._read_timeout_seconds, connect=10.0),
        )
        return (await self._read(action, request, RunAnswer, READS_OF_NEW_RUN if is_new else READS)).data

    async def wait_for_run(self, run_id: str, *, timeout_seconds: float, is_new: bool = False) -> Run:
        """Returns the run once it is over, whatever its end.

        Raises:
            ApifyPollTimeoutError: it was not over after ``timeout_seconds``; it still goes on at Apify.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        try:
            async with asyncio.timeout_at(deadline):
                while True:
                    asked_at = loop.time()
                    wait_seconds = min(LONG_POLL_SECONDS, max(1, math.ceil(deadline - asked_at)))
                    run = await self.get_run(run_id, wait_seconds=wait_seconds, is_new=is_new)
                    if run.is_terminal:
                        return run
                    if loop.time() - asked_at < 1:  # a server that does not long-poll must not be hammered
                        await self._sleep(1)
        except TimeoutError as cause:
            raise ApifyPollTimeoutError(
                f"Waited for run {run_id} and it was not over after {timeout_seconds:g} s; "
                "raise the poll timeout, lower the source's cap, or try again later."
            ) from cause

    async def list_runs_since(self, actor_id: str, since: datetime) -> list[Run]:
        """Returns the actor's runs that started at ``since`` or later, newest first, whoever started them."""
        action = f"list runs of {actor_id}"
        started_after = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        params: dict[str, Any] = {"desc": 1, "startedAfter": started_after, "limit": ITEMS_PAGE_ROWS}
        runs: list[Run] = []
        while True:
            request = self._http.build_request(
                "GET", f"/v2/actors/{actor_id}/runs", params={**params, "offset": len(runs)}
            )
            page = (await self._read(action, request, RunPageAnswer)).data.items
            runs += page
            if len(page) < ITEMS_PAGE_ROWS:
                return runs

    async def stream_items(self, dataset_id: str, *, limit: int) -> AsyncIterator[bytes]:
        """Yields the rows of a dataset as received, byte for byte, at most ``limit``.

        An empty first page is read once more after `LAGGING_ITEMS_SECONDS`, since datasets lag behind their runs. What
        was scanned moves the offset, so hidden rows neither end the reading nor repeat it.
        """
        offset = 0
        remaining = limit
        page_rows = ITEMS_PAGE_ROWS
        is_first = True
        while remaining > 0:
            asked = min(page_rows, remaining)
            page = await self._items_page(dataset_id, offset, asked)
            if page is None:
                page_rows = max(1, asked // 2)
                continue
            if page.scanned_count == 0 and not is_first:
                return
            if page.scanned_count == 0 and offset == 0:
                await self._sleep(LAGGING_ITEMS_SECONDS)
            is_first = False
            for row in page.rows[:remaining]:
                yield row
            remaining -= len(page.rows)
            offset += page.scanned_count

    async def abort_run(self, run_id: str) -> Run:
        """Ends a run so that it stops costing; does nothing to one that is over. Returns it."""
        request = self._http.build_request("POST", f"/v2/actor-runs/{run_id}/abort")
        return (await self._read(f"abort run {run_id}", request, RunAnswer)).data

    async def get_current_user(self) -> User:
        """Returns the account of the token: proof that Apify is reachable and the token good."""
        request = self._http.build_request("GET", "/v2/users/me")
        return (await self._read("read the account of the token", request, UserAnswer)).data

    async def _items_page(self, dataset_id: str, offset: int, limit: int) -> ItemsPage | None:
        """Reads one page; None when it is too large to hold, so that fewer rows are asked for.

        Raises:
            ApifyRequestError: a single row is too large.
        """
        action = f"read rows of dataset {dataset_id}"
        request = self._http.build_request(
            "GET", f"/v2/datasets/{dataset_id}/items", params={"format": "json", "offset": offset, "limit": limit}
        )

        async def read_page() -> ItemsPage | None:
            response, body = await self._exchange(action, request)
            return None if body is None else items_page_from(action, response.headers, body)

        try:
            page: ItemsPage | None = await retrying(READS, sleep=self._sleep, limits=self._limits)(read_page)
        except ApifyCallError as failure:
            raise failure.error from failure
        if page is None and limit == 1:
            raise ApifyRequestError(
                f"Could not {action}: row {offset} alone is over {ANSWER_BYTES // 2**20} MiB; "
                "change the actor's input so that its rows are smaller."
            )
        return page

    async def _read(
        self, action: str, request: httpx.Request, answer_type: type[Answer], repeatable: frozenset[Repeat] = READS
    ) -> Answer:
        try:
            return await self._answer(action, request, answer_type, repeatable)
        except ApifyCallError as failure:
            raise failure.error from failure

    async def _answer(
        self, action: str, request: httpx.Request, answer_type: type[Answer], repeatable: frozenset[Repeat]
    ) -> Answer:
        async def ask() -> Answer:
            _, body = await self._exchange(action, request)
            return _decoded(action, body, answer_type)

        return await retrying(repeatable, sleep=self._sleep, limits=self._limits)(ask)

    async def _exchange(self, action: str, request: httpx.Request) -> tuple[httpx.Response, bytes | None]:
        """Sends a request and reads the answer's body, or None when it is over `ANSWER_BYTES` unpacked."""
        body = bytearray()
        try:
            response = await self._http.send(request, stream=True)
            try:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > ANSWER_BYTES:
                        return response, None
            finally:
                await response.aclose()
        except httpx.RequestError as cause:
            raise failure_from_transport(action, cause) from cause
        if not response.is_success:
            raise failure_from_answer(action, response.status_code, bytes(body))
        return response, bytes(body)


def _decoded(action: str, body: bytes | None, answer_type: type[Answer]) -> Answer:
    if body is None:
        raise failure_from_body(action, "far too long")
    try:
        return msgspec.json.decode(body, type=answer_type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise failure_from_body(action, str(cause)) from cause


def _authorization(token: str | None) -> dict[str, str]:
    """Without a token nothing is sent: a local replay needs none, Apify itself answers that one is missing."""
    if token is None:
        return {}
    if not token or not all("!" <= character <= "~" for character in token):
        message = "APIFY_TOKEN is empty or holds characters that no token has; copy it again from Apify's console."
        raise ConfigurationError(message)
    return {"Authorization": f"Bearer {token}"}


def _checked_base_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        example = f"such as {PUBLIC_API_URL}"
        raise ConfigurationError(f"APIFY_API_BASE_URL must be an http or https address without a password, {example}.")
    return base_url
