"""What a request that cannot be answered gets: one table of statuses, one builder of bodies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from brandbrain_dagster.errors import (
    BrandBrainError,
    CompileGatingError,
    ConflictError,
    InvalidAnswersError,
    InvalidBrandNameError,
    InvalidIdentifierError,
    InvalidInputError,
    LakeError,
    LedgerUnavailableError,
    NotFoundError,
    PromptBudgetError,
    UnknownCapabilityError,
)

RETRY_AFTER_SECONDS = 5
"""When to ask again after a 503: a database that restarts is usually back by then."""

_STATUS_BY_ERROR: Mapping[type[BrandBrainError], HTTPStatus] = {  # the first that fits counts
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    InvalidIdentifierError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidBrandNameError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PromptBudgetError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownCapabilityError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    LedgerUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    LakeError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_SENTENCES: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed",
}
"""For what the framework itself finds wrong."""


@dataclass(frozen=True)
class Problem:
    """One of the things that are wrong with a request; ``path`` leads to it within the body or names a parameter."""

    code: str
    message: str
    path: str | None = None

    def to_json(self) -> dict[str, str]:
        """Returns the entry of ``errors``."""
        entry = {"code": self.code, "message": self.message}
        return entry if self.path is None else {**entry, "path": self.path}


class RefusedRequestError(BrandBrainError):
    """The request cannot be answered as it is; the text is the whole sentence that the caller gets."""

    code = "refused_request"

    def __init__(
        self,
        status: HTTPStatus,
        sentence: str,
        *,
        problems: Iterable[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.problems = tuple(problems)
        self.headers = headers


def error_answer(
    status: int, sentence: str, *, problems: Iterable[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Builds the answer of a request that fails: ``{"error": sentence}``, and ``errors`` where there are several."""
    body: dict[str, Any] = {"error": sentence}
    if entries := [problem.to_json() for problem in problems]:
        body["errors"] = entries
    return JSONResponse(body, status_code=status, headers=None if headers is None else dict(headers))


def answer_of(error: BrandBrainError) -> Response:
    """Builds the answer to a deliberate error."""
    match error:
        case RefusedRequestError():
            return error_answer(error.status, str(error), problems=error.problems, headers=error.headers)
        case CompileGatingError(reasons=reasons):
            problems = [Problem(code, message) for code, message in reasons]
            return error_answer(HTTPStatus.UNPROCESSABLE_ENTITY, "Compile gating failed", problems=problems)
        case InvalidAnswersError(problems=found):
            problems = [Problem("invalid_answer", message, path) for path, message in found]
            return error_answer(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), problems=problems)
    status = next(
        (status for kind, status in _STATUS_BY_ERROR.items() if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return error_answer(status, str(error), headers=headers)


def answer_errors_of(app: FastAPI) -> None:
    """Makes the app answer its own errors, and those of the framework, with the one body."""
    app.exception_handler(BrandBrainError)(_answer_deliberate)
    app.exception_handler(HTTPException)(_answer_framework)
    app.exception_handler(RequestValidationError)(_answer_wrong_parameters)


async def _answer_deliberate(_request: Request, error: BrandBrainError) -> Response:
    return answer_of(error)


async def _answer_framework(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_at(request))
    return error_answer(error.status_code, _SENTENCES.get(error.status_code, str(error.detail)), headers=headers)


async def _answer_wrong_parameters(_request: Request, error: RequestValidationError) -> Response:
    """A malformed id is named by the contract's own sentence."""
    problems = [
        Problem(found["type"], found["msg"], ".".join(str(part) for part in found["loc"][1:]))
        for found in error.errors()
    ]
    ids = [found["loc"][1] for found in error.errors() if found["loc"][0] == "path"]
    if ids:
        return error_answer(HTTPStatus.BAD_REQUEST, f"Invalid {ids[0]}")
    sentence = "; ".join(f"{problem.path}: {problem.message}" for problem in problems)
    return error_answer(HTTPStatus.BAD_REQUEST, f"Invalid parameters: {sentence}", problems=problems)


def _methods_at(request: Request) -> list[str]:
    """The methods of all routes at the request's address: each route of the framework knows its own only."""
    methods: set[str] = set()
    for route in request.app.router.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ())
    return sorted(methods)
