"""The Today board: look at it, ask for a new one, pin, snooze or ignore an idea, and take that back."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType
from brandbrain_dagster.pages.brand_pages import BrandPage, open_brand_page, page_id
from brandbrain_dagster.pages.form_bodies import read_form, typed
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import see_other
from brandbrain_dagster.pages.views.today_board import board_view
from brandbrain_dagster.resources.board_gates import enqueuing_rules
from brandbrain_dagster.use_cases.decide_opportunity import decide_opportunity
from brandbrain_dagster.use_cases.today_board import open_today, request_board

_TODAY = PAGES_PATH + "/{brand_id}/today"
_DECISIONS = {
    "pin": DecisionType.PINNED,
    "snooze": DecisionType.SNOOZED,
    "ignore": DecisionType.IGNORED,
    "restore": DecisionType.RESTORED,
}
_SNOOZE_DAYS = 7


async def show_today(request: Request) -> Response:
    """The board; a brand that can have one and never had gets its first one made."""
    opened = await open_brand_page(request)
    asked = opened.asked
    today = await open_today(
        asked.ledger,
        brand_id=asked.brand_id,
        scope=asked.scope,
        rules=enqueuing_rules(asked.settings),
        now=asked.now(),
        new_id=asked.fresh_id,
    )
    context = {"board": board_view(today), "decided": _decided(request), "snooze_days": _SNOOZE_DAYS}
    return opened.render("today.html", context, tab="today")


async def regenerate(request: Request) -> Response:
    """Asks for a new board, unless one is being made."""
    opened = await open_brand_page(request)
    asked = opened.asked
    job_id = await request_board(
        asked.ledger,
        brand_id=asked.brand_id,
        scope=asked.scope,
        max_attempts=asked.settings.compile_max_attempts,
        now=asked.now(),
        new_id=asked.fresh_id,
    )
    if job_id is None:
        sentence = "The board is made from the profile, and there is none yet; compile the brand first"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    return see_other(f"{opened.address}/today")


async def decide(request: Request) -> Response:
    """Keeps what was decided about an idea."""
    opened = await open_brand_page(request)
    opportunity_id = page_id(request, "opportunity_id")
    action = typed(await read_form(request), "action")
    if action not in _DECISIONS:
        raise RefusedRequestError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "An idea can be pinned, snoozed, ignored or restored"
        )
    await run_in_threadpool(_keep, opened, opportunity_id, _DECISIONS[action])
    undo = f"?{action}={opportunity_id}" if action in ("snooze", "ignore") else f"#idea-{opportunity_id}"
    return see_other(f"{opened.address}/today{undo}")


def _keep(opened: BrandPage, opportunity_id: UUID, kind: DecisionType) -> None:
    asked, now = opened.asked, opened.asked.now()
    until = now + timedelta(days=_SNOOZE_DAYS) if kind is DecisionType.SNOOZED else None
    decide_opportunity(
        opportunity_id,
        Decision(decision_type=kind, snoozed_until=until, recorded_at=now),
        brand_id=asked.brand_id,
        scope=asked.scope,
        reason=None,
        recorded_by=asked.caller_name,
        ledger=asked.sync_ledger,
        decision_id=asked.fresh_id(),
    )


def _decided(request: Request) -> tuple[str, UUID] | None:
    """What was hidden just now, so that it can be taken back; other people's text never comes through here."""
    for action in ("snooze", "ignore"):
        try:
            return action, UUID(request.query_params.get(action, ""))
        except ValueError:
            continue
    return None


ROUTES = (
    Route(_TODAY, show_today),
    Route(_TODAY + "/regenerate", regenerate, methods=["POST"]),
    Route(_TODAY + "/{opportunity_id}", decide, methods=["POST"]),
)
