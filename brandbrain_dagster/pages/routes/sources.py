"""The sources of a brand: how fresh they are, what a compile would do; add one, switch one on or off, remove one."""

from http import HTTPStatus
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.domain.compile.start_verdict import Enqueue, Join, Keep, Refuse, StartVerdict, judge_start
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES
from brandbrain_dagster.errors import InvalidInputError, NotFoundError
from brandbrain_dagster.pages.brand_pages import BrandPage, open_brand_page, page_id
from brandbrain_dagster.pages.form_bodies import read_form, typed
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import see_other
from brandbrain_dagster.pages.views.profile_fields import source_title
from brandbrain_dagster.resources.compile_rules import start_rules
from brandbrain_dagster.stores.ledger.compile_facts import read_compile_facts
from brandbrain_dagster.stores.ledger.query_steps import take_steps_async
from brandbrain_dagster.stores.ledger.sources import remove_source
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand, get_visible_source
from brandbrain_dagster.use_cases.add_source import add_source
from brandbrain_dagster.use_cases.edit_source import edit_source

_SOURCES = PAGES_PATH + "/{brand_id}/sources"
_IDENTIFIER_HINTS = {
    "instagram.posts": "@handle",
    "instagram.reels": "@handle",
    "linkedin.company_posts": "linkedin.com/company/…",
    "linkedin.profile_posts": "linkedin.com/in/…",
    "tiktok.profile_videos": "@handle",
    "youtube.channel_videos": "@channel",
    "web.crawl_pages": "https://…",
}


async def show_sources(request: Request) -> Response:
    """The sources, and what a compile would do now."""
    return await _sources_page(await open_brand_page(request))


async def post_source(request: Request) -> Response:
    """Adds a source under its normalized identifier; one that is there already stays as it is."""
    opened = await open_brand_page(request)
    sent = await read_form(request)
    kind, identifier = typed(sent, "kind"), typed(sent, "identifier").strip()
    try:
        await run_in_threadpool(_add, opened, kind, identifier)
    except InvalidInputError as error:
        return await _sources_page(opened, kind=kind, identifier=identifier, problem=str(error))
    return see_other(f"{opened.address}/sources")


async def change_source(request: Request) -> Response:
    """Switches a source on or off, or removes it."""
    opened = await open_brand_page(request)
    source_id = page_id(request, "source_id")
    action = typed(await read_form(request), "action")
    if action not in ("enable", "disable", "remove"):
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, "A source can be enabled, disabled or removed")
    await run_in_threadpool(_change, opened, source_id, action)
    return see_other(f"{opened.address}/sources")


def _add(opened: BrandPage, kind: str, identifier: str) -> None:
    if not identifier:
        raise InvalidInputError("Say which account, channel or site it is.")
    asked = opened.asked
    platform, _, capability = kind.partition(".")
    with asked.sync_ledger.begin() as conn:
        get_visible_brand(conn, brand_id=asked.brand_id, scope=asked.scope, to_change=True)
        add_source(
            conn,
            brand_id=asked.brand_id,
            platform=platform,
            capability=capability,
            identifier=identifier,
            settings_json={},
            source_id=asked.fresh_id(),
            now=asked.now(),
        )


def _change(opened: BrandPage, source_id: UUID, action: str) -> None:
    asked = opened.asked
    with asked.sync_ledger.begin() as conn:
        source = get_visible_source(conn, source_id=source_id, scope=asked.scope, to_change=True)
        if source.brand_id != asked.brand_id:
            raise NotFoundError("Source not found")
        if action == "remove":
            remove_source(conn, source_id=source_id, now=asked.now())
        else:
            edit_source(conn, source, now=asked.now(), is_enabled=action == "enable")


async def _sources_page(
    opened: BrandPage, *, kind: str = "", identifier: str = "", problem: str | None = None
) -> Response:
    asked = opened.asked
    facts = await take_steps_async(asked.ledger, read_compile_facts(asked.brand_id, asked.scope))
    rules = start_rules(asked.settings)
    verdict = judge_start(
        facts,
        force_refresh=False,
        ttl_hours=rules.ttl_hours,
        disabled_capabilities=rules.disabled_capabilities,
        compiler=rules.compiler,
        now=asked.now(),
    )
    context = {
        "sources": opened.sources,
        "outlook": _outlook(verdict),
        "kinds": [
            (
                entry.dotted_name,
                source_title(entry.platform, entry.name),
                _IDENTIFIER_HINTS.get(entry.dotted_name, ""),
            )
            for entry in CAPABILITIES
            if entry.dotted_name not in rules.disabled_capabilities
        ],
        "kind": kind,
        "identifier": identifier,
        "problem": problem,
    }
    status = HTTPStatus.OK if problem is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return opened.render("sources.html", context, tab="sources", status_code=status)


def _outlook(verdict: StartVerdict) -> str:
    match verdict:
        case Refuse():
            return "A compile cannot start yet: something is missing."
        case Join():
            return "A compile is under way."
        case Keep():
            return "A compile would change nothing: every source is fresh and nothing was edited."
        case Enqueue():
            return "A compile would make a new version if anything has changed."


ROUTES = (
    Route(_SOURCES, show_sources),
    Route(_SOURCES, post_source, methods=["POST"]),
    Route(_SOURCES + "/{source_id}", change_source, methods=["POST"]),
)
