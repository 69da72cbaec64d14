"""The answers of a brand's onboarding."""

from http import HTTPStatus

from fastapi import APIRouter

from brandbrain_dagster.api.access import BrandId, CallerOfRequest
from brandbrain_dagster.api.bodies import JsonObject, body_of, read_shape
from brandbrain_dagster.api.brand_shapes import AnsweredShape, AnswersToStore, OnboardingShape, ProblemShape
from brandbrain_dagster.api.dependencies import LedgerOfApp, Now
from brandbrain_dagster.stores.ledger.onboarding import get_onboarding
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand
from brandbrain_dagster.use_cases.answer_onboarding import answer_onboarding

_PATH = "/api/brands/{brand_id}/onboarding"

router = APIRouter(tags=["onboarding"])


@router.get(_PATH)
def get_answers(brand_id: BrandId, caller: CallerOfRequest, ledger: LedgerOfApp) -> OnboardingShape:
    """The brand's answers."""
    with ledger.read() as conn:
        get_visible_brand(conn, brand_id=brand_id, scope=caller.scope())
        return OnboardingShape.of(get_onboarding(conn, brand_id=brand_id))


@router.put(_PATH, openapi_extra=body_of(AnswersToStore))
def put_answers(
    brand_id: BrandId, body: JsonObject, caller: CallerOfRequest, ledger: LedgerOfApp, now: Now
) -> AnsweredShape:
    """Replaces the brand's answers."""
    given = read_shape(AnswersToStore, body, refusal=HTTPStatus.UNPROCESSABLE_ENTITY)
    with ledger.begin() as conn:
        get_visible_brand(conn, brand_id=brand_id, scope=caller.scope(), to_change=True)
        ignored = answer_onboarding(conn, brand_id=brand_id, tier=given.tier, answers_json=given.answers_json, now=now)
        stored = get_onboarding(conn, brand_id=brand_id)
    warnings = [ProblemShape(code="ignored_answer", message=part.message, path=part.path) for part in ignored]
    return AnsweredShape.of(stored, warnings=warnings)
