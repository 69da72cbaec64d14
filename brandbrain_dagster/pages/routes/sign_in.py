"""Signing in with a token, and out again."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.access_gate import KnownTokens
from brandbrain_dagster.pages.form_bodies import read_form, typed
from brandbrain_dagster.pages.page_errors import sign_in_page
from brandbrain_dagster.pages.page_gate import PAGES_PATH, SIGN_IN_PATH, forget_token, keep_token
from brandbrain_dagster.pages.rendering import see_other


async def show_sign_in(_request: Request) -> Response:
    """The form."""
    return sign_in_page(PAGES_PATH)


async def sign_in(request: Request) -> Response:
    """Keeps the token if it is in force, and leads on to the page that was asked for."""
    form = await read_form(request)
    token, target = typed(form, "token").strip(), _own_target(typed(form, "target"))
    known: KnownTokens = request.state.tokens
    if not token or await known.caller_with(token.encode(), request.app.state.async_ledger) is None:
        problem = "This token is not known, or was revoked. Ask whoever runs BrandBrain for another one."
        return sign_in_page(target, status_code=HTTPStatus.UNPROCESSABLE_ENTITY, problem=problem)
    answer = see_other(target)
    keep_token(request, answer, token)
    return answer


async def sign_out(_request: Request) -> Response:
    """Forgets the token."""
    answer = see_other(SIGN_IN_PATH)
    forget_token(answer)
    return answer


def _own_target(target: str) -> str:
    """Nobody is led away from the pages."""
    is_own = target == PAGES_PATH or target.startswith((f"{PAGES_PATH}/", f"{PAGES_PATH}?"))
    return target if is_own and target.isprintable() and "\\" not in target else PAGES_PATH


ROUTES = (
    Route(SIGN_IN_PATH, show_sign_in),
    Route(SIGN_IN_PATH, sign_in, methods=["POST"]),
    Route(f"{PAGES_PATH}/sign-out", sign_out, methods=["POST"]),
)
