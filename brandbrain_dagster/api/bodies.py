"""Reading JSON bodies strictly: what the database could not keep, or another reader could not read, is refused here.

Routes take a body through `JsonObject` or `OptionalJsonObject`, turn it into a `RequestShape`, and describe it with
`body_of`. The size of bodies is bounded by `body_limit`.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from brandbrain_dagster.api.errors import Problem, RefusedRequestError

DEEPEST_NESTING = 64
MOST_VALUES = 10_000
"""Objects, lists and values in one body; the answers and overrides of a brand are some hundreds."""

_INTEGERS = range(-(2**63), 2**63)
"""Beyond them, JSON readers disagree on what a number is."""


class RequestShape(BaseModel):
    """A JSON body with named fields; values are taken as they are, never converted, and unknown fields are ignored."""

    model_config = ConfigDict(strict=True)


def _without_fraction(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WholeNumber = Annotated[int, BeforeValidator(_without_fraction)]
"""A JSON integer: 2.0 is one too."""

ShapeT = TypeVar("ShapeT", bound=RequestShape)


async def read_json_object(request: Request) -> dict[str, Any]:
    """Returns the object that is the request's body.

    Raises:
        RefusedRequestError: 415 it is not sent as JSON, 400 it is not JSON that can be kept, or not an object.
    """
    _require_json(request)
    body = _decoded(await request.body())
    if not isinstance(body, dict):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "Request body must be an object")
    return body


async def read_optional_json_object(request: Request) -> dict[str, Any]:
    """Returns the object that is the request's body, or an empty one when there is no body.

    Raises:
        RefusedRequestError: as `read_json_object`.
    """
    return await read_json_object(request) if await request.body() else {}


JsonObject = Annotated[dict[str, Any], Depends(read_json_object)]
OptionalJsonObject = Annotated[dict[str, Any], Depends(read_optional_json_object)]


def read_shape(shape: type[ShapeT], body: Mapping[str, Any], *, refusal: HTTPStatus = HTTPStatus.BAD_REQUEST) -> ShapeT:
    """Returns the body as the shape.

    Raises:
        RefusedRequestError: fields are missing or of a wrong type; all of them are named.
    """
    try:
        return shape.model_validate(dict(body))
    except ValidationError as error:
        problems = [
            Problem(found["type"], found["msg"], ".".join(str(part) for part in found["loc"]))
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    sentence = "; ".join(f"{problem.path}: {problem.message}" for problem in problems)
    raise RefusedRequestError(refusal, f"The request body cannot be used: {sentence}", problems=problems)


def body_of(shape: type[RequestShape], *, is_required: bool = True) -> dict[str, Any]:
    """Returns what describes the body in OpenAPI, for a route's ``openapi_extra``."""
    content = {"application/json": {"schema": shape.model_json_schema()}}
    return {"requestBody": {"required": is_required, "content": content}}


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise RefusedRequestError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Request body must be JSON, sent with the content type application/json"
        )


def _decoded(body: bytes) -> Any:
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _invalid_json("malformed", "It is not JSON in UTF-8, or holds a number out of range.") from None
    except RecursionError:
        raise _invalid_json("too_deep", f"It is nested more than {DEEPEST_NESTING} levels deep.") from None
    for count, (value, depth) in enumerate(_values_in(decoded), start=1):
        if depth > DEEPEST_NESTING:
            raise _invalid_json("too_deep", f"It is nested more than {DEEPEST_NESTING} levels deep.")
        if count > MOST_VALUES:
            raise _invalid_json("too_many_values", f"It holds more than {MOST_VALUES} values.")
        if isinstance(value, str) and "\x00" in value:
            raise _invalid_json("null_character", "A text in it holds the character U+0000.")
        if isinstance(value, int) and value not in _INTEGERS:
            raise _invalid_json("number_out_of_range", "A whole number in it does not fit into 64 bits.")
    return decoded


def _values_in(value: Any) -> Iterator[tuple[Any, int]]:
    """Yields the value, its keys and everything within it, each with its depth."""
    pending = [(value, 1)]
    while pending:
        found, depth = pending.pop()
        yield found, depth
        if isinstance(found, dict):
            pending += [(part, depth + 1) for entry in found.items() for part in entry]
        elif isinstance(found, list):
            pending += [(part, depth + 1) for part in found]


def _invalid_json(code: str, message: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.BAD_REQUEST, "Invalid JSON body", problems=[Problem(code, message)])
