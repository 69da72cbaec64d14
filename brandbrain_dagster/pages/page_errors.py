"""What a person sees when a page cannot be shown: the same statuses as the API's, in a page."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from brandbrain_dagster.api.errors import answer_of
from brandbrain_dagster.errors import BrandBrainError
from brandbrain_dagster.pages.page_gate import SIGN_IN_PATH, SignInNeededError
from brandbrain_dagster.pages.rendering import page

_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not arrive in one piece",
    HTTPStatus.FORBIDDEN: "You may not do this",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "That is not possible here",
    HTTPStatus.CONFLICT: "Somebody was faster",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too much at once",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be accepted",
    HTTPStatus.SERVICE_UNAVAILABLE: "We will be back in a moment",
}
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is no such page, or it is out of your reach.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This page cannot be used in that way.",
}
"""For what the framework finds wrong."""


async def show_deliberate(request: Request, error: Exception) -> Response:
    """Shows a deliberate error; who is not signed in gets the form for it."""
    assert isinstance(error, BrandBrainError)  # noqa: S101
    if isinstance(error, SignInNeededError):
        query = f"?{request.url.query}" if request.url.query else ""
        target = request.url.path + query if request.method == "GET" else request.url.path
        return sign_in_page(target, status_code=HTTPStatus.UNAUTHORIZED)
    as_api = answer_of(error)
    retry = {name: value for name, value in as_api.headers.items() if name == "retry-after"}
    return error_page(as_api.status_code, str(error), headers=retry)


async def show_framework(_request: Request, error: Exception) -> Response:
    """Shows what the framework itself finds wrong."""
    assert isinstance(error, HTTPException)  # noqa: S101
    sentence = _SENTENCES.get(HTTPStatus(error.status_code), str(error.detail))
    return error_page(error.status_code, sentence, headers=dict(error.headers or {}))


def error_page(status: int, sentence: str, *, headers: dict[str, str] | None = None) -> Response:
    """Returns the page of an error: its title and one sentence."""
    title = _TITLES.get(HTTPStatus(status), "This did not work")
    shown = sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
    return page("error.html", {"title": title, "sentence": shown}, status_code=status, headers=headers)


def sign_in_page(target: str, *, status_code: int = HTTPStatus.OK, problem: str | None = None) -> Response:
    """Returns the form to sign in with, which leads on to ``target``."""
    context = {"target": target, "action": SIGN_IN_PATH, "problem": problem}
    return page("sign_in.html", context, status_code=status_code)
