"""Who may see the pages: whoever signed in with a token, or anyone on this machine while there is no token.

The token is in a cookie that only the pages read; the API asks for its header as ever. What a form sends is taken from
the pages themselves alone: a browser says where a form comes from.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from brandbrain_dagster.api.access import ANYONE, Caller
from brandbrain_dagster.api.access_gate import KnownTokens
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows

COOKIE = "brandbrain_pages"
PAGES_PATH = "/brands"
SIGN_IN_PATH = f"{PAGES_PATH}/sign-in"
_OPEN_PATHS = (SIGN_IN_PATH, f"{PAGES_PATH}/static/")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_KEPT_SECONDS = 30 * 24 * 3600


class SignInNeededError(RefusedRequestError):
    """Nobody is signed in, or with a token that is no longer in force."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, "Sign in to see this page")


class PageGate:
    """Finds out who looks at the pages, and leaves the caller in the request's state, as the API's gate does."""

    def __init__(self, app: ASGIApp, *, tokens: KnownTokens, is_insecure: bool) -> None:
        self._app = app
        self._tokens = tokens
        self._is_insecure = is_insecure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its caller.

        Raises:
            SignInNeededError: the caller is not known.
            RefusedRequestError: 403 the caller may only read, or the form is of another site.
        """
        request = Request(scope)
        is_writing = scope["method"] not in _SAFE_METHODS
        if is_writing:
            _require_own_form(request)
        scope.setdefault("state", {})["tokens"] = self._tokens
        if not scope["path"].startswith(_OPEN_PATHS):
            caller = await self._caller(request)
            if is_writing and caller.is_read_only and scope["path"] != f"{PAGES_PATH}/sign-out":
                raise RefusedRequestError(HTTPStatus.FORBIDDEN, "You signed in with a token that may only read")
            scope["state"]["caller"] = caller
        await self._app(scope, receive, send)

    async def _caller(self, request: Request) -> Caller:
        ledger: FetchesRows = request.app.state.async_ledger
        token = _token_of(request)
        if token and (caller := await self._tokens.caller_with(token, ledger)) is not None:
            return caller
        if (self._is_insecure or _is_loopback(request)) and await self._tokens.is_open(ledger):
            return ANYONE
        raise SignInNeededError


def keep_token(request: Request, response: Response, token: str) -> None:
    """Makes a browser keep the token for the pages, out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        urlsafe_b64encode(token.encode()).decode(),
        max_age=_KEPT_SECONDS,
        path=PAGES_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def forget_token(response: Response) -> None:
    """Makes a browser forget the token."""
    response.delete_cookie(COOKIE, path=PAGES_PATH, httponly=True, samesite="strict")


def _token_of(request: Request) -> bytes | None:
    kept = request.cookies.get(COOKIE)
    if kept is None:
        return None
    try:
        return urlsafe_b64decode(kept.encode())
    except ValueError:
        return None


def _require_own_form(request: Request) -> None:
    """Either header will do, and both must agree where both are there; a browser sends at least one with a form."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_own_site = site in (None, "same-origin")
    is_own_origin = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not (is_own_site and is_own_origin) or (site is None and origin is None):
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, "This form was not sent from these pages; load the page again")


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
