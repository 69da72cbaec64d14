"""The versions of a profile, what changed between any two of them, and what people decided."""

from http import HTTPStatus
from uuid import UUID

import asyncpg
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.numbered_pages import NumberedPage, asked_page
from brandbrain_dagster.domain.export.profile_fields import title_of
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.pages.brand_pages import evidence_by_id, open_brand_page
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.views.diff_view import causing_ids, diff_sections
from brandbrain_dagster.pages.views.profile_fields import shown_texts
from brandbrain_dagster.stores.ledger.served_diffs import find_compared_snapshots
from brandbrain_dagster.stores.ledger.served_overrides_log import list_overrides_log
from brandbrain_dagster.stores.ledger.served_snapshots import list_history

_BRAND = PAGES_PATH + "/{brand_id}"
_VERSIONS_A_PAGE = 20
_DECISIONS_SHOWN = 20


async def show_history(request: Request) -> Response:
    """A page of the versions, newest first, and the latest decisions."""
    opened = await open_brand_page(request)
    asked = opened.asked
    page = NumberedPage(number=asked_page(request).number, size=_VERSIONS_A_PAGE)
    rows, total = await list_history(
        asked.ledger, brand_id=asked.brand_id, scope=asked.scope, limit=page.size, offset=page.offset
    )
    decisions, _ = await list_overrides_log(
        asked.ledger, brand_id=asked.brand_id, scope=asked.scope, limit=_DECISIONS_SHOWN, offset=0
    )
    context = {
        "versions": [{**row, "causes": msgspec.json.decode(row["causes"])} for row in rows],
        "page": page,
        "page_count": -(-total // page.size),
        "total": total,
        "decisions": [_decision(row) for row in decisions],
    }
    return opened.render("history.html", context, tab="history")


async def show_diff(request: Request) -> Response:
    """What changed from one version to another, whichever is older, and why."""
    opened = await open_brand_page(request)
    asked = opened.asked
    ids = [_asked_id(request, name) for name in ("from", "to")]
    found = await find_compared_snapshots(
        asked.ledger, brand_id=asked.brand_id, from_id=ids[0], to_id=ids[1], scope=asked.scope
    )
    if not all(snapshot_id in found for snapshot_id in ids):
        raise NotFoundError("The brand has no such version")
    before, after = sorted((found[snapshot_id] for snapshot_id in ids), key=lambda side: side.version)
    evidence = await evidence_by_id(asked, causing_ids(before, after))
    context = {"before": before.version, "after": after.version, "sections": diff_sections(before, after, evidence)}
    return opened.render("diff.html", context, tab="history")


def _asked_id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError:
        sentence = "Choose two versions to compare"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence) from None


def _decision(row: asyncpg.Record) -> dict[str, object]:
    new = msgspec.json.decode(row["new_json"] or "null")
    title = title_of(row["path"])
    return {
        "title": title[:1].upper() + title[1:],
        "is_pin": row["kind"] == "pin",
        "is_set": bool(new) if row["kind"] == "pin" else new is not None,
        "texts": shown_texts(new) if row["kind"] == "override" else [],
        "by": row["changed_by"],
        "at": row["changed_at"],
    }


ROUTES = (Route(_BRAND + "/history", show_history), Route(_BRAND + "/diff", show_diff))
