"""The evidence: everything that a profile of the brand has ever used, filtered and paged."""

from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.numbered_pages import NumberedPage, asked_page
from brandbrain_dagster.pages.brand_pages import open_brand_page
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.views.evidence_cards import citations_by_item, evidence_card
from brandbrain_dagster.pages.views.profile_fields import platform_title
from brandbrain_dagster.stores.ledger.served_evidence_pages import EvidenceFilter, list_evidence_page
from brandbrain_dagster.stores.ledger.served_snapshots import find_newest_served

_ITEMS_A_PAGE = 20
_USES = {"used": True, "unused": False}


async def show_evidence(request: Request) -> Response:
    """A page of the items that are meant, newest first."""
    opened = await open_brand_page(request)
    asked = opened.asked
    given = {name: request.query_params.get(name, "").replace("\x00", "") for name in ("platform", "type", "use")}
    meant = EvidenceFilter(
        platform=given["platform"] or None, content_type=given["type"] or None, is_used=_USES.get(given["use"])
    )
    page = NumberedPage(number=asked_page(request).number, size=_ITEMS_A_PAGE)
    rows, counts = await list_evidence_page(
        asked.ledger, brand_id=asked.brand_id, scope=asked.scope, meant=meant, limit=page.size, offset=page.offset
    )
    newest = await find_newest_served(asked.ledger, brand_id=asked.brand_id, scope=asked.scope)
    citations = {} if newest is None else citations_by_item(msgspec.json.decode(newest["snapshot_json"]))
    items = [(msgspec.json.decode(row["item_json"]), row["is_used"]) for row in rows]
    matching = sum(
        kind.count
        for kind in counts
        if meant.platform in (None, kind.platform)
        and meant.content_type in (None, kind.content_type)
        and meant.is_used in (None, kind.is_used)
    )
    platforms = list(dict.fromkeys(kind.platform for kind in counts))
    context = {
        "cards": [
            evidence_card(item, is_used=is_used, citations=citations.get(item["id"], ())) for item, is_used in items
        ],
        "given": given,
        "platforms": [(name, platform_title(name)) for name in platforms],
        "types": sorted({kind.content_type for kind in counts}),
        "total": sum(kind.count for kind in counts),
        "matching": matching,
        "page": page,
        "page_count": -(-matching // page.size),
        "query": urlencode({name: value for name, value in given.items() if value}),
    }
    return opened.render("evidence.html", context, tab="evidence")


ROUTES = (Route(PAGES_PATH + "/{brand_id}/evidence", show_evidence),)
