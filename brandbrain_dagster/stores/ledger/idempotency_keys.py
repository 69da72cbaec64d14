"""Answers that were given before, by the key under which their request came: the same for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, delete, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from brandbrain_dagster.stores.ledger.async_ledger import AsyncConnection
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.request_tables import idempotency_key
from brandbrain_dagster.stores.ledger.tables import brand

KEPT_FOR = timedelta(hours=24)

_PRUNED_AT_ONCE = 20
"""Outlived keys that each new key takes away: more than come in, so that the table stays small without a clock."""


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """What was answered, and the hash of the request that it answered."""

    request_hash: str
    status_code: int
    body: str


async def claim_key(
    transaction: AsyncConnection, *, brand_id: UUID, scope: BrandScope, key: str, request_hash: str, now: datetime
) -> KeptAnswer | None:
    """Takes a key for this transaction's answer, or returns the answer that was given under it.

    Whoever comes with the same key meanwhile waits until this transaction ends. After None, call `keep_answer`.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    meant = {**scope.parameters(brand_id), "given_key": key}
    claim = {"given_hash": request_hash, "now": now, "outlived_at": now - KEPT_FOR}
    if await transaction.fetch_one(_CLAIM, **meant, **claim) is not None:
        return None
    row = await transaction.fetch_one(_FIND, **meant)
    if row is None:
        raise absent_brand()
    return KeptAnswer(**row)


async def keep_answer(transaction: AsyncConnection, *, brand_id: UUID, key: str, status_code: int, body: str) -> None:
    """Writes down what is answered under a key that this transaction has claimed."""
    await transaction.execute(
        _KEEP, of_brand_id=brand_id, given_key=key, given_status_code=status_code, given_body=body
    )


_key = bindparam("given_key", type_=Text())
_now = bindparam("now", type_=DateTime(timezone=True))
_outlived_at = bindparam("outlived_at", type_=DateTime(timezone=True))

_outlived = (
    select(idempotency_key.c.brand_id, idempotency_key.c.key)
    .where(idempotency_key.c.created_at <= _outlived_at, idempotency_key.c.key != _key)
    .order_by(idempotency_key.c.created_at)
    .limit(_PRUNED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_pruned = (
    delete(idempotency_key)
    .where(tuple_(idempotency_key.c.brand_id, idempotency_key.c.key).in_(_outlived))
    .returning(idempotency_key.c.key)
    .cte("pruned")
)
_claimed = {
    "request_hash": bindparam("given_hash", type_=Text()),
    "status_code": literal(0),
    "body": literal(""),
    "created_at": _now,
}
# The lock keeps the brand there until the key refers to it, and stands in nobody else's way.
_visible = (
    select(brand.c.id, _key, *_claimed.values()).where(IS_VISIBLE_BRAND).with_for_update(read=True, key_share=True)
)
_CLAIM = (
    insert(idempotency_key)
    .from_select(["brand_id", "key", *_claimed], _visible)
    .on_conflict_do_update(
        index_elements=[idempotency_key.c.brand_id, idempotency_key.c.key],
        set_=_claimed,
        where=idempotency_key.c.created_at <= _outlived_at,
    )
    .returning(idempotency_key.c.key)
    .add_cte(_pruned)
)
_FIND = (
    select(idempotency_key.c.request_hash, idempotency_key.c.status_code, idempotency_key.c.body)
    .join(brand, brand.c.id == idempotency_key.c.brand_id)
    .where(IS_VISIBLE_BRAND, idempotency_key.c.key == _key)
)
_KEEP = (
    update(idempotency_key)
    .where(idempotency_key.c.brand_id == bindparam("of_brand_id", type_=Uuid()), idempotency_key.c.key == _key)
    .values(status_code=bindparam("given_status_code", type_=Integer()), body=bindparam("given_body", type_=Text()))
)
