"""The API's own description: what the routes say, and what is true of all of them: errors, tokens, the request id."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_ABOUT = (
    "Brand profiles, what they are made from, and what people decide about them. An API for which no token was ever "
    "made asks for none, and serves its own machine only. New fields may be added to every answer."
)

_ERROR = {
    "title": "Error",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "description": "One sentence."},
        "errors": {
            "type": "array",
            "description": "Each of the things that are wrong, where there are several or a place can be named.",
            "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "path": {"type": "string", "description": "Where in the body, or which parameter."},
                },
            },
        },
    },
}

_DESCRIPTIONS = {
    "400": "The request is malformed.",
    "401": "The call needs a token, or the token is not in force.",
    "403": "The token may not do this.",
    "404": "It is not there, or out of the token's reach: the answer is the same.",
    "409": "It conflicts with what is there.",
    "413": "The body is larger than 1 MiB.",
    "415": "The body is not sent as JSON.",
    "422": "It is understood, but cannot be accepted.",
    "503": "The database cannot be reached.",
}
_HEADERS = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    "503": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
}
_READING = frozenset({"get", "head", "options"})
_WITHOUT_TOKEN = frozenset({"/api/health"})


def describe_api(app: FastAPI) -> None:
    """Makes ``app.openapi()`` return the whole description."""

    @cache
    def openapi() -> dict[str, Any]:
        return _completed(get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes))

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(description: dict[str, Any]) -> dict[str, Any]:
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for framework_schema in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework_schema, None)
    schemas["Error"] = _ERROR
    components["responses"] = {f"Error{status}": _response(status) for status in _DESCRIPTIONS}
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            if path not in _WITHOUT_TOKEN:
                operation["security"] = [{"token": []}]
            responses = operation["responses"]
            responses.pop("422", None) if _is_of_framework(responses.get("422")) else None
            for status in _errors_of(path, method, operation):
                responses.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})
    return description


def _response(status: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": _DESCRIPTIONS[status], "headers": _HEADERS.get(status, {}), "content": content}


def _errors_of(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    """What every operation of this form may answer; a route adds its own."""
    yield "503"
    if path not in _WITHOUT_TOKEN:
        yield "401"
    if operation.get("parameters") or "requestBody" in operation:
        yield "400"
    if "{" in path:
        yield "404"
    if method not in _READING:
        yield from ("403", "413")
    if "requestBody" in operation:
        yield from ("409", "415", "422")


def _is_of_framework(response: dict[str, Any] | None) -> bool:
    return response is not None and "HTTPValidationError" in str(response)
