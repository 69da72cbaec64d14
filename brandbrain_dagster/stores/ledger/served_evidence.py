"""Evidence items as they are served: the stored JSON as text."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, cast, select

from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, evidence_item


async def list_served_evidence(
    ledger: FetchesRows, *, brand_id: UUID, ids: Sequence[UUID], scope: BrandScope
) -> list[str]:
    """Returns those of the items that the brand has, in the order asked for.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_ITEMS, **scope.parameters(brand_id), ids=list(ids))
    if not rows:
        raise absent_brand()
    found = {row["id"]: row["item_json"] for row in rows}
    return [found[item_id] for item_id in dict.fromkeys(ids) if item_id in found]


_asked_for = evidence_item.c.id == bindparam("ids", type_=ARRAY(Uuid())).any_()
_ITEMS = (
    select(evidence_item.c.id, cast(evidence_item.c.item_json, Text).label("item_json"))
    .select_from(brand.outerjoin(evidence_item, (evidence_item.c.brand_id == brand.c.id) & _asked_for))
    .where(IS_VISIBLE_BRAND)
)
