"""The profile: its newest version as a person reads it, and any version before."""

from typing import Any

import asyncpg
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.domain.compile.gating import gate_compile
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.onboarding.answers import REQUIRED_QUESTIONS, missing_questions, read_answers
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.pages.brand_pages import BrandPage, evidence_by_id, open_brand_page, page_id
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.views.platform_sections import platform_views
from brandbrain_dagster.pages.views.profile_fields import FieldSurroundings
from brandbrain_dagster.pages.views.profile_sections import cited_ids, profile_view
from brandbrain_dagster.stores.ledger.compile_facts import read_compile_facts
from brandbrain_dagster.stores.ledger.override_changes import find_served_overrides
from brandbrain_dagster.stores.ledger.query_steps import take_steps_async
from brandbrain_dagster.stores.ledger.served_snapshots import find_newest_served, find_served

_BRAND = PAGES_PATH + "/{brand_id}"


async def show_profile(request: Request) -> Response:
    """The newest version; before the first one, what is needed for it."""
    opened = await open_brand_page(request)
    asked = opened.asked
    row = await find_newest_served(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    if row is None:
        return await _show_start(opened)
    return await _show(opened, row, is_newest=True)


async def show_version(request: Request) -> Response:
    """One version, as it was published."""
    opened = await open_brand_page(request)
    asked = opened.asked
    snapshot_id = page_id(request, "snapshot_id")
    row = await find_served(asked.ledger, brand_id=asked.brand_id, snapshot_id=snapshot_id, scope=asked.scope)
    if row is None:
        raise NotFoundError("The brand has no such version")
    newest = opened.standing.newest_snapshot
    return await _show(opened, row, is_newest=newest is not None and newest.id == snapshot_id)


async def show_platforms(request: Request) -> Response:
    """The brand on its platforms, with charts."""
    opened = await open_brand_page(request)
    asked = opened.asked
    row = await find_newest_served(asked.ledger, brand_id=asked.brand_id, scope=asked.scope, parts=("features",))
    if row is None:
        return await _show_start(opened)
    profile = msgspec.json.decode(row["snapshot_json"])
    stats = msgspec.json.decode(row["feature_report"] or "{}")
    around = await _surroundings(opened, profile, is_newest=True)
    items = [msgspec.convert(item, EvidenceItem) for item in around.evidence.values()]
    views = platform_views(profile, stats, items, around)
    return opened.render("platforms.html", {"platforms": views, "may_edit_fields": opened.may_edit}, tab="platforms")


async def _show(opened: BrandPage, row: asyncpg.Record, *, is_newest: bool) -> Response:
    profile = msgspec.json.decode(row["snapshot_json"])
    around = await _surroundings(opened, profile, is_newest=is_newest)
    context = {
        "profile": profile_view(profile, around),
        "version": row["version"],
        "created_at": row["created_at"],
        "compile_run_id": row["compile_run_id"],
        "is_newest": is_newest,
        "may_edit_fields": opened.may_edit and is_newest,
        "saved": opened.asked.request.query_params.get("saved"),
    }
    return opened.render("profile.html", context, tab="profile")


async def _surroundings(opened: BrandPage, profile: dict[str, Any], *, is_newest: bool) -> FieldSurroundings:
    """What people have decided since is shown with the newest version only."""
    asked = opened.asked
    evidence = await evidence_by_id(asked, list(cited_ids(profile)))
    if not is_newest:
        return FieldSurroundings(evidence=evidence, decided=None)
    row = await find_served_overrides(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    overrides = msgspec.json.decode(row["overrides_json"] or "{}")
    return FieldSurroundings(evidence=evidence, decided=(overrides, row["pinned_paths"] or []))


async def _show_start(opened: BrandPage) -> Response:
    asked = opened.asked
    facts = await take_steps_async(asked.ledger, read_compile_facts(asked.brand_id, asked.scope))
    answers = read_answers(facts.answers_json).answers
    disabled = asked.settings.disabled_capabilities
    source_count = sum(entry.source.name not in disabled for entry in facts.sources)
    context = {
        "unanswered": len(missing_questions(answers, REQUIRED_QUESTIONS)),
        "source_count": source_count,
        "may_compile": gate_compile(answers, enabled_source_count=source_count).is_allowed,
    }
    return opened.render("start.html", context, tab="profile")


ROUTES = (
    Route(_BRAND, show_profile),
    Route(_BRAND + "/versions/{snapshot_id}", show_version),
    Route(_BRAND + "/platforms", show_platforms),
)
