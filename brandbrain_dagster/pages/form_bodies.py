"""Reading what a form sends: text by the name of its control, strictly."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import Request

from brandbrain_dagster.api.errors import RefusedRequestError

_MOST_CONTROLS = 500
_FORM = "application/x-www-form-urlencoded"

Form = Mapping[str, Sequence[str]]


async def read_form(request: Request) -> Form:
    """Returns the values by the name of their control; controls that are empty are there with an empty text.

    Raises:
        RefusedRequestError: 415 it is not sent as a form, 400 it is not text that can be kept.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RefusedRequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This page takes forms only")
    try:
        sent = (await request.body()).decode("ascii")
        form = parse_qs(sent, keep_blank_values=True, errors="strict", max_num_fields=_MOST_CONTROLS)
    except ValueError:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "The form is malformed; load the page again") from None
    if any("\x00" in text for values in form.values() for text in values):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "The form holds a character that cannot be kept")
    return form


def typed(form: Form, name: str) -> str:
    """Returns the text of a control, empty where it was not sent."""
    return form.get(name, ("",))[0]
