"""The pages' own files: a stylesheet, a script and an icon, read once and served with an entity tag."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from brandbrain_dagster.api.etags import has_current
from brandbrain_dagster.errors import NotFoundError

_MEDIA_TYPES = {"style.css": "text/css", "script.js": "text/javascript", "icon.svg": "image/svg+xml"}
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served; ``version`` changes with its bytes."""

    body: bytes
    media_type: str
    version: str


@cache
def static_file(name: str) -> StaticFile:
    """Returns a file.

    Raises:
        NotFoundError: the pages have no such file.
    """
    if name not in _MEDIA_TYPES:
        raise NotFoundError("There is no such page")
    body = files("brandbrain_dagster.pages").joinpath("static", name).read_bytes()
    return StaticFile(body, _MEDIA_TYPES[name], sha256(body).hexdigest()[:16])


def static_address(name: str) -> str:
    """Returns the address of a file: it changes with the bytes, so that a browser may keep them."""
    return f"/brands/static/{name}?v={static_file(name).version}"


async def serve_static(request: Request) -> Response:
    """Answers with a file."""
    found = static_file(request.path_params["name"])
    etag = f'"{found.version}"'
    is_versioned = request.query_params.get("v") == found.version
    headers = {"ETag": etag, "Cache-Control": _FOR_A_YEAR if is_versioned else _ASK_AGAIN}
    if has_current(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)
