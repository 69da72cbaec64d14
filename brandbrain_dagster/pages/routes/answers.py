"""The onboarding answers: the form, and keeping what it holds."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from brandbrain_dagster.errors import ConflictError, InvalidAnswersError
from brandbrain_dagster.pages.brand_pages import BrandPage, open_brand_page
from brandbrain_dagster.pages.form_bodies import Form, read_form, typed
from brandbrain_dagster.pages.page_gate import PAGES_PATH
from brandbrain_dagster.pages.rendering import see_other
from brandbrain_dagster.pages.views import answers_form
from brandbrain_dagster.pages.views.answers_form import answers_from, complete_tier, form_control, typed_answers
from brandbrain_dagster.pages.views.questions import (
    PLATFORM_NAMES,
    QUESTIONS,
    RULE_PLATFORMS,
    RULES_PREFIX,
    TIER_TITLES,
)
from brandbrain_dagster.stores.ledger.onboarding import Onboarding, get_onboarding
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand
from brandbrain_dagster.use_cases.answer_onboarding import answer_onboarding

_PATH = PAGES_PATH + "/{brand_id}/answers"


async def show_answers(request: Request) -> Response:
    """The answers as they are stored, to be edited."""
    opened = await open_brand_page(request)
    stored = await run_in_threadpool(_stored, opened)
    return _form_page(opened, typed_answers(stored.answers_json), seen=_seen(stored))


async def put_answers(request: Request) -> Response:
    """Keeps the answers, unless somebody else has changed them since the form was loaded."""
    opened = await open_brand_page(request)
    sent = await read_form(request)
    try:
        await run_in_threadpool(_keep, opened, sent)
    except InvalidAnswersError as error:
        problems = [(form_control(path), path, message) for path, message in error.problems]
        return _form_page(opened, sent, seen=typed(sent, "seen"), problems=problems)
    return see_other(f"{opened.address}/answers?saved=1")


def _stored(opened: BrandPage) -> Onboarding:
    with opened.asked.sync_ledger.read() as conn:
        return get_onboarding(conn, brand_id=opened.asked.brand_id)


def _keep(opened: BrandPage, sent: Form) -> None:
    asked = opened.asked
    with asked.sync_ledger.begin() as conn:
        get_visible_brand(conn, brand_id=asked.brand_id, scope=asked.scope, to_change=True)
        stored = get_onboarding(conn, brand_id=asked.brand_id)
        if typed(sent, "seen") != _seen(stored):
            raise ConflictError(
                "The answers were changed while you were writing; go back, copy what you wrote, and load the page anew."
            )
        answers = answers_from(sent, stored.answers_json)
        tier = max(stored.tier, complete_tier(answers))
        answer_onboarding(conn, brand_id=asked.brand_id, tier=tier, answers_json=answers, now=asked.now())


def _seen(stored: Onboarding) -> str:
    return stored.updated_at.isoformat() if stored.updated_at else ""


def _form_page(
    opened: BrandPage,
    values: Mapping[str, Sequence[str]],
    *,
    seen: str,
    problems: Sequence[tuple[str, str, str]] = (),
) -> Response:
    context: dict[str, Any] = {
        "tiers": [
            (title, [question for question in QUESTIONS if question.tier == tier])
            for tier, title in enumerate(TIER_TITLES)
        ],
        "values": values,
        "seen": seen,
        "problems": problems,
        "rule_platforms": [(RULES_PREFIX + name, PLATFORM_NAMES[name], name) for name in RULE_PLATFORMS],
        "formats": answers_form.FORMAT_CHOICES,
        "usages": answers_form.USAGE_CHOICES,
        "link_policies": answers_form.LINK_CHOICES,
        "cta_policies": answers_form.RULE_CTA_CHOICES,
        "is_saved": "saved" in opened.asked.request.query_params,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return opened.render("answers.html", context, tab="answers", status_code=status)


ROUTES = (Route(_PATH, show_answers), Route(_PATH, put_answers, methods=["POST"]))
