"""The whole site: the API, and beside it the pages, which have a gate and error pages of their own."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from brandbrain_dagster.api.access_gate import KnownTokens
from brandbrain_dagster.api.app import create_app
from brandbrain_dagster.api.body_limit import BodyLimit
from brandbrain_dagster.errors import BrandBrainError
from brandbrain_dagster.pages.page_errors import show_deliberate, show_framework
from brandbrain_dagster.pages.page_gate import PAGES_PATH, PageGate
from brandbrain_dagster.pages.routes import (
    answers,
    brands,
    compiles,
    costs,
    evidence,
    fields,
    history,
    profile,
    sign_in,
    sources,
    today,
)
from brandbrain_dagster.pages.static_files import serve_static
from brandbrain_dagster.settings import Settings

_ROUTES = (
    Route(f"{PAGES_PATH}/static/{{name}}", serve_static),
    *sign_in.ROUTES,
    *brands.ROUTES,
    *profile.ROUTES,
    *evidence.ROUTES,
    *sources.ROUTES,
    *answers.ROUTES,
    *history.ROUTES,
    *costs.ROUTES,
    *fields.ROUTES,
    *compiles.ROUTES,
    *today.ROUTES,
)


def create_site(
    settings: Settings, *, now: Callable[[], datetime], new_id: Callable[[], UUID], is_insecure: bool = False
) -> FastAPI:
    """Returns the API with the pages, to which the bare address leads.

    ``is_insecure``: without any token it serves other machines too.
    """
    tokens = KnownTokens(settings.accepted_api_tokens, now=now)
    beside: dict[str, ASGIApp] = {
        PAGES_PATH: brand_pages(tokens, is_insecure=is_insecure),
        "/": RedirectResponse(PAGES_PATH),
    }
    return create_app(
        settings,
        now=now,
        new_id=new_id,
        is_insecure=is_insecure,
        beside=beside,
    )


def brand_pages(tokens: KnownTokens, *, is_insecure: bool) -> ASGIApp:
    """Returns the pages, to be called within the app whose state they use."""
    gated = PageGate(BodyLimit(Router(_ROUTES)), tokens=tokens, is_insecure=is_insecure)
    return ExceptionMiddleware(gated, handlers={BrandBrainError: show_deliberate, HTTPException: show_framework})
