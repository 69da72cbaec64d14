"""Answers as bytes, with stored JSON put in as it is."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

_encode = msgspec.json.Encoder().encode


def stored(json_text: str) -> msgspec.Raw:
    """Marks text as JSON that `json_reply` puts in without decoding it."""
    return msgspec.Raw(json_text)


def json_bytes(fields: Mapping[str, Any]) -> bytes:
    """Returns the fields as JSON; times and ids are given as text."""
    return _encode(fields)


def json_reply(
    fields: Mapping[str, Any], *, status_code: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Returns the fields as a response."""
    return Response(_encode(fields), status_code=status_code, headers=headers, media_type="application/json")
