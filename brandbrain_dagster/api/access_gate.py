"""Who may come in: every request is let through with its caller, or answered 401 or 403 here.

A token of the ledger is remembered for a few seconds, so that it costs one query now and then and not one a request;
that long it also takes until a revoked token is refused.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from brandbrain_dagster.api.access import ANYONE, TOKEN_OF_SETTINGS, Caller
from brandbrain_dagster.api.errors import RefusedRequestError, answer_of
from brandbrain_dagster.errors import BrandBrainError
from brandbrain_dagster.stores.ledger.api_tokens import find_active_token, has_tokens, token_hash
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows

REMEMBERED_FOR = timedelta(seconds=4)
_MOST_REMEMBERED = 10_000

_OPEN_PATH = "/api/health"
_METRICS_PATH = "/metrics"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class KnownTokens:
    """The tokens in force: those of the settings, and those of the ledger as they were a few seconds ago at most."""

    def __init__(self, tokens_of_settings: frozenset[str], *, now: Callable[[], datetime]) -> None:
        self._hashes_of_settings = sorted(token_hash(token) for token in tokens_of_settings)
        self._now = now
        self._callers: dict[str, tuple[Caller, datetime]] = {}
        self._is_open_until: datetime | None = None
        self._is_closed = bool(tokens_of_settings)

    async def caller_with(self, token: bytes, ledger: FetchesRows) -> Caller | None:
        """Returns who calls with this token, or None when it is not in force."""
        given = token_hash(token)
        matches = [hmac.compare_digest(given, known) for known in self._hashes_of_settings]
        if any(matches):
            return TOKEN_OF_SETTINGS
        remembered = self._callers.get(given)
        if remembered is not None and self._now() < remembered[1]:
            return remembered[0]
        found = await find_active_token(ledger, hash_of_token=given)
        if found is None:
            self._callers.pop(given, None)
            return None
        caller = Caller(
            name=f"token {found.id}",
            tenant_id=found.tenant_id,
            brand_id=found.brand_id,
            is_read_only=found.is_read_only,
        )
        if len(self._callers) >= _MOST_REMEMBERED:
            self._callers.clear()
        self._callers[given] = (caller, self._now() + REMEMBERED_FOR)
        return caller

    async def is_open(self, ledger: FetchesRows) -> bool:
        """Returns whether no token was ever made, so that the API asks for none."""
        if self._is_closed:
            return False
        if self._is_open_until is None or self._now() >= self._is_open_until:
            self._is_closed = await has_tokens(ledger)
            self._is_open_until = self._now() + REMEMBERED_FOR
        return not self._is_closed


class AccessGate:
    """Finds out who calls, and leaves the caller in the request's state.

    An API without tokens serves this machine only, unless it is made ``insecure``. Web pages of foreign origins may not
    write even there: a browser sends some requests without asking first. An app that ``only_reads`` is open to tokens
    for reading whatever the method.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: KnownTokens,
        allowed_origins: frozenset[str],
        is_insecure: bool = False,
        only_reads: bool = False,
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._allowed_origins = allowed_origins
        self._is_insecure = is_insecure
        self._only_reads = only_reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its caller, or answers it."""
        if scope["type"] != "http" or scope["path"] == _OPEN_PATH:
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
            if scope["method"] not in _SAFE_METHODS:
                self._require_right_to_write(caller, Headers(scope=scope))
        except BrandBrainError as error:
            await answer_of(error)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Caller:
        ledger: FetchesRows = scope["app"].state.async_ledger
        token = _bearer_token(scope)
        is_local = _is_loopback(scope)
        if token is None and is_local and scope["path"] == _METRICS_PATH:
            return ANYONE
        if token is not None and (caller := await self._tokens.caller_with(token, ledger)) is not None:
            return caller
        if (is_local or self._is_insecure) and await self._tokens.is_open(ledger):
            return ANYONE
        if token is None:
            raise _unauthorized("This call needs a token: send it as 'Authorization: Bearer …'", "Bearer")
        raise _unauthorized("The token is not known or was revoked", 'Bearer error="invalid_token"')

    def _require_right_to_write(self, caller: Caller, headers: Mapping[str, str]) -> None:
        if caller.is_read_only and not self._only_reads:
            raise RefusedRequestError(HTTPStatus.FORBIDDEN, "This token may only read")
        origin = headers.get("origin")
        if origin is None or origin in self._allowed_origins or "*" in self._allowed_origins:
            return
        if origin.partition("://")[2] != headers.get("host"):
            raise RefusedRequestError(HTTPStatus.FORBIDDEN, "Web pages of this origin may not write")


def _unauthorized(sentence: str, challenge: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.UNAUTHORIZED, sentence, headers={"WWW-Authenticate": challenge})


def _bearer_token(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.partition(b" ")
            return token.strip() if scheme.lower() == b"bearer" else b""
    return None


def _is_loopback(scope: Scope) -> bool:
    client = scope.get("client")
    return client is not None and _is_loopback_address(client[0])


@lru_cache(maxsize=1024)
def _is_loopback_address(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
