"""The Today board: what to publish next, asking for a new one, and what people decide about its ideas."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Request, Response

from brandbrain_dagster.api.access import BrandId, CallerOfRequest
from brandbrain_dagster.api.bodies import JsonObject, body_of, read_shape
from brandbrain_dagster.api.brand_requests import brand_request
from brandbrain_dagster.api.dependencies import FreshId, LedgerOfApp, Now
from brandbrain_dagster.api.described import BRAND_PATH, refusals
from brandbrain_dagster.api.direct_route import DirectRoute
from brandbrain_dagster.api.errors import RefusedRequestError
from brandbrain_dagster.api.replies import json_reply
from brandbrain_dagster.api.today_shapes import DecisionShape, DecisionToMake, RegenerationShape, TodayShape, today_json
from brandbrain_dagster.domain.opportunities.decisions import Decision, DecisionType
from brandbrain_dagster.resources.board_gates import enqueuing_rules, gate_config
from brandbrain_dagster.use_cases.decide_opportunity import decide_opportunity
from brandbrain_dagster.use_cases.today_board import open_today, request_board

_TODAY = "/api/brands/{brand_id}/today"
_NO_STORE = {"Cache-Control": "no-store"}
_LATEST_YEAR = 9998
"""So that no time zone makes a time of it that cannot be written."""

_OpportunityId = Annotated[UUID, Path(description="The opportunity.")]

router = APIRouter(tags=["today"])
_direct = APIRouter(route_class=DirectRoute, tags=["today"])


@_direct.get(_TODAY + "/", include_in_schema=False)
@_direct.get(
    _TODAY,
    responses={200: {"model": TodayShape, "headers": {"Cache-Control": {"schema": {"const": "no-store"}}}}},
    openapi_extra={"parameters": [BRAND_PATH]},
)
async def get_today(request: Request) -> Response:
    """What to publish next. A brand that can have a board and never had one gets its first one made."""
    asked = brand_request(request)
    settings, now = asked.settings, asked.now()
    today = await open_today(
        asked.ledger,
        brand_id=asked.brand_id,
        scope=asked.scope,
        rules=enqueuing_rules(settings),
        now=now,
        new_id=asked.fresh_id,
    )
    in_force = gate_config(settings).version
    return json_reply(today_json(today, now=now, gate_config_version=in_force), headers=_NO_STORE)


@_direct.post(_TODAY + "/regenerate/", include_in_schema=False)
@_direct.post(
    _TODAY + "/regenerate",
    status_code=HTTPStatus.ACCEPTED,
    responses={202: {"model": RegenerationShape}},
    openapi_extra={"parameters": [BRAND_PATH], "responses": refusals(422)},
)
async def regenerate(request: Request) -> Response:
    """Asks for a new board, unless one is being made."""
    asked = brand_request(request)
    job_id = await request_board(
        asked.ledger,
        brand_id=asked.brand_id,
        scope=asked.scope,
        max_attempts=asked.settings.compile_max_attempts,
        now=asked.now(),
        new_id=asked.fresh_id,
    )
    if job_id is None:
        sentence = "There is no snapshot to make a board from; compile the brand first"
        raise RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    fields = {"status": "accepted", "job_id": job_id, "poll_url": _TODAY.format(brand_id=asked.brand_id)}
    return json_reply(fields, status_code=HTTPStatus.ACCEPTED, headers=_NO_STORE)


@router.post("/api/brands/{brand_id}/opportunities/{opportunity_id}/decision/", include_in_schema=False)
@router.post("/api/brands/{brand_id}/opportunities/{opportunity_id}/decision", openapi_extra=body_of(DecisionToMake))
def post_decision(
    brand_id: BrandId,
    opportunity_id: _OpportunityId,
    body: JsonObject,
    caller: CallerOfRequest,
    *,
    ledger: LedgerOfApp,
    now: Now,
    decision_id: FreshId,
) -> DecisionShape:
    """Pins, snoozes or ignores an idea, or takes that back; it holds for the same idea on later boards too."""
    given = read_shape(DecisionToMake, body)
    decision = Decision(
        decision_type=given.decision_type, snoozed_until=_snoozed_until(given, now=now), recorded_at=now
    )
    decide_opportunity(
        opportunity_id,
        decision,
        brand_id=brand_id,
        scope=caller.scope(),
        reason=given.reason,
        recorded_by=caller.name,
        ledger=ledger,
        decision_id=decision_id,
    )
    return DecisionShape(
        status="accepted", decision_type=given.decision_type, object_id=opportunity_id, recorded_at=now
    )


def _snoozed_until(given: DecisionToMake, *, now: datetime) -> datetime | None:
    if given.snoozed_until is None:
        if given.decision_type is DecisionType.SNOOZED:
            raise _unacceptable("snoozed_until is missing: say until when to snooze")
        return None
    try:
        until = msgspec.convert(given.snoozed_until, datetime)
    except msgspec.ValidationError:
        sentence = "snoozed_until must be a time such as 2030-01-01T09:00:00+00:00"
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, sentence) from None
    if given.decision_type is not DecisionType.SNOOZED:
        raise _unacceptable("snoozed_until goes with opportunity_snoozed alone")
    if until.tzinfo is None:
        raise _unacceptable("snoozed_until has no time zone: add Z or an offset")
    if until <= now or until.year > _LATEST_YEAR:
        raise _unacceptable(f"snoozed_until must lie ahead, and before the end of {_LATEST_YEAR}")
    return until.astimezone(UTC)


def _unacceptable(sentence: str) -> RefusedRequestError:
    return RefusedRequestError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)


router.routes.extend(_direct.routes)
