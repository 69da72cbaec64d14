"""Keeping what people decide about an idea of the Today board."""

from uuid import UUID

from brandbrain_dagster.domain.opportunities.decisions import Decision
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.boards import has_opportunity, insert_decision
from brandbrain_dagster.stores.ledger.brand_scope import BrandScope
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.visible_brands import get_visible_brand


def decide_opportunity(
    opportunity_id: UUID,
    decision: Decision,
    *,
    brand_id: UUID,
    scope: BrandScope,
    reason: str | None,
    recorded_by: str,
    ledger: Ledger,
    decision_id: UUID,
) -> None:
    """Adds a decision about an idea that any board of the brand holds.

    Raises:
        NotFoundError: there is no such brand within the scope, or it has no such idea.
    """
    with ledger.begin() as conn:
        get_visible_brand(conn, brand_id=brand_id, scope=scope, to_change=True)
        if not has_opportunity(conn, brand_id=brand_id, opportunity_id=opportunity_id):
            raise NotFoundError("Opportunity not found")
        insert_decision(
            conn,
            decision_id=decision_id,
            brand_id=brand_id,
            opportunity_id=opportunity_id,
            decision=decision,
            reason=reason,
            recorded_by=recorded_by,
        )
