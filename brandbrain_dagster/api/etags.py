"""Entity tags: has the client the answer already?"""

from starlette.requests import Request


def has_current(request: Request, etag: str) -> bool:
    """Tells whether ``If-None-Match`` names the tag (given with its quotes); weak and strong tags compare as equal."""
    asked = request.headers.get("if-none-match")
    if asked is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in asked.split(",")]
    return etag in tags or "*" in tags
