"""Pages of a list that is counted: ``?page=2&page_size=10``."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request

from brandbrain_dagster.api.described import query_parameter
from brandbrain_dagster.api.errors import RefusedRequestError

DEFAULT_PAGE_SIZE = 10
LARGEST_PAGE_SIZE = 50
_LAST_PAGE = 10_000_000
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")

PAGE_PARAMETERS = (
    query_parameter("page", {"type": "integer", "default": 1}, "Page, from 1; a smaller number is read as 1."),
    query_parameter(
        "page_size",
        {"type": "integer", "default": DEFAULT_PAGE_SIZE},
        f"Entries per page; brought to 1..{LARGEST_PAGE_SIZE}.",
    ),
)
"""The parameters, as OpenAPI describes them."""


@dataclass(frozen=True, kw_only=True)
class NumberedPage:
    """Which page, from 1, and how many entries it has."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many entries are before it."""
        return (self.number - 1) * self.size

    def fields(self, total: int) -> dict[str, int]:
        """Returns what an answer says of its page; ``total`` counts the entries of all pages."""
        return {"page": self.number, "page_size": self.size, "total": total}


def asked_page(request: Request) -> NumberedPage:
    """Returns the page that the request asks for; numbers out of range are brought into it.

    Raises:
        RefusedRequestError: something else than whole numbers is given.
    """
    number = _whole_number(request, "page", default=1, largest=_LAST_PAGE)
    size = _whole_number(request, "page_size", default=DEFAULT_PAGE_SIZE, largest=LARGEST_PAGE_SIZE)
    return NumberedPage(number=number, size=size)


def _whole_number(request: Request, name: str, *, default: int, largest: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if _WHOLE_NUMBER.fullmatch(text) is None:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number")
    digits = text.lstrip("+-0")
    if text.startswith("-"):
        return 1
    return min(max(int(digits[:18] or "0"), 1), largest)
