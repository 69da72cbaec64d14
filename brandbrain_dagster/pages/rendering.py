"""Pages from templates: everything is escaped, and a browser may load nothing but the pages' own files."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from brandbrain_dagster.pages.static_files import static_address
from brandbrain_dagster.pages.views.moments import ago, dollars, exact_day, exact_time, hours_in_words
from brandbrain_dagster.pages.views.questions import anchor_of

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "same-origin",  # with none at all a browser does not say where a form comes from
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie",
}

_environment = Environment(
    loader=PackageLoader("brandbrain_dagster.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_environment.filters.update(
    ago=ago,
    exact_time=exact_time,
    exact_day=exact_day,
    dollars=dollars,
    hours_in_words=hours_in_words,
    anchor=anchor_of,
    counted=lambda pair: f"{pair[0]} {pair[1]}{'' if pair[0] == 1 else 's'}",
)
_environment.globals["static"] = static_address


def page(
    template: str, context: Mapping[str, Any], *, status_code: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Returns a page."""
    text = _environment.get_template(template).render(context)
    return HTMLResponse(text, status_code=status_code, headers={**HEADERS, **(headers or {})})


def see_other(address: str) -> Response:
    """Sends a browser on after a form: loading the next page again sends nothing again."""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
