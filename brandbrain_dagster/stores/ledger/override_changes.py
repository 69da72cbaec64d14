"""Changing a brand's overrides key by key, merged by PostgreSQL, and the log of who changed what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import ARRAY, DateTime, Text, Uuid, bindparam, cast, select, text
from sqlalchemy.dialects.postgresql import JSONB

from brandbrain_dagster.domain.compile.override_paths import MAX_PATHS, colliding_paths
from brandbrain_dagster.errors import InvalidInputError
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.brand_scope import IS_VISIBLE_BRAND, BrandScope, absent_brand
from brandbrain_dagster.stores.ledger.query_steps import FetchesRows
from brandbrain_dagster.stores.ledger.tables import brand, brand_overrides

_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class OverridesPatch:
    """What to change: values by path (None removes the path), and the new list of pins (None leaves the pins)."""

    overrides: Mapping[str, object]
    pinned_paths: Sequence[str] | None


async def find_served_overrides(ledger: FetchesRows, *, brand_id: UUID, scope: BrandScope) -> asyncpg.Record:
    """Returns ``overrides_json`` as text, ``pinned_paths`` and ``updated_at``; all None before the first change.

    Raises:
        NotFoundError: there is no such brand within the scope.
    """
    rows = await ledger.fetch(_OVERRIDES, **scope.parameters(brand_id))
    if not rows:
        raise absent_brand()
    return rows[0]


async def patch_overrides(
    ledger: AsyncLedger, *, brand_id: UUID, scope: BrandScope, patch: OverridesPatch, changed_by: str, now: datetime
) -> asyncpg.Record:
    """Merges a patch into what is there, logs what it changed, and returns the overrides as `find_served_overrides`.

    Raises:
        NotFoundError: there is no such brand within the scope.
        InvalidInputError: the overrides would grow beyond all reason.
    """
    removed = sorted(path for path, value in patch.overrides.items() if value is None)
    given = {path: value for path, value in patch.overrides.items() if value is not None}
    async with ledger.begin() as transaction:
        # Whoever comes second merges into, and logs against, what the first one left.
        if await transaction.fetch_one(_LOCK_BRAND, **scope.parameters(brand_id)) is None:
            raise absent_brand()
        (merged,) = await transaction.fetch(
            _MERGE,
            of_brand_id=brand_id,
            given=msgspec.json.encode(given).decode(),
            removed=removed,
            pinned_paths=None if patch.pinned_paths is None else list(dict.fromkeys(patch.pinned_paths)),
            touched=sorted(patch.overrides),
            changed_by=changed_by,
            changed_at=now,
        )
        if merged["size"] > _MOST_BYTES or merged["paths"] > MAX_PATHS:
            raise InvalidInputError(
                f"With this change the brand would have {merged['paths']} overrides in {merged['size']} bytes; "
                f"at most {MAX_PATHS} in {_MOST_BYTES} bytes are kept, so remove some first."
            )
        colliding = colliding_paths([*merged["override_paths"], *merged["pinned_paths"]])
        if colliding:
            raise InvalidInputError(
                f"{colliding[0]} lies below another field that is overridden or pinned, and a field has no fields in "
                "it; remove one of the two."
            )
    return merged


_OVERRIDES = (
    select(
        cast(brand_overrides.c.overrides_json, Text).label("overrides_json"),
        brand_overrides.c.pinned_paths,
        brand_overrides.c.updated_at,
    )
    .select_from(brand.outerjoin(brand_overrides, brand_overrides.c.brand_id == brand.c.id))
    .where(IS_VISIBLE_BRAND)
)
_LOCK_BRAND = select(brand.c.id).where(IS_VISIBLE_BRAND).with_for_update(key_share=True)

# A brand without overrides gets a row of its own. A path that is pinned keeps the value that the newest snapshot shows
# for it, for as long as it stays pinned.
_MERGE = text(
    """
WITH before AS (
    SELECT overrides_json, pinned_paths FROM brand_overrides WHERE brand_id = :of_brand_id
), newest AS (
    SELECT snapshot_json FROM snapshot WHERE brand_id = :of_brand_id ORDER BY version DESC LIMIT 1
), pinned_now AS (
    SELECT coalesce(jsonb_object_agg(path, shown -> 'value') FILTER (WHERE jsonb_exists(shown, 'value')), '{}') AS kept
    FROM unnest(:pinned_paths) AS path
    LEFT JOIN newest ON true
    LEFT JOIN LATERAL (SELECT newest.snapshot_json #> string_to_array(path, '.') AS shown) AS field ON true
), merged AS (
    INSERT INTO brand_overrides AS current (brand_id, overrides_json, pinned_paths, pinned_values_json, updated_at)
    SELECT :of_brand_id, :given, coalesce(:pinned_paths, '{}'), pinned_now.kept, :changed_at FROM pinned_now
    ON CONFLICT (brand_id) DO UPDATE SET
        overrides_json = (current.overrides_json || :given) - :removed,
        pinned_paths = coalesce(:pinned_paths, current.pinned_paths),
        pinned_values_json = (
            SELECT coalesce(jsonb_object_agg(kept.key, kept.value), '{}')
            FROM jsonb_each(excluded.pinned_values_json || current.pinned_values_json) AS kept
            WHERE kept.key = ANY (coalesce(:pinned_paths, current.pinned_paths))
        ),
        updated_at = :changed_at
    RETURNING overrides_json, pinned_paths, updated_at
), change AS (
    SELECT path, 'override' AS kind,
        before.overrides_json -> path AS old_json, merged.overrides_json -> path AS new_json
    FROM unnest(:touched) AS path CROSS JOIN merged LEFT JOIN before ON true
    UNION ALL
    SELECT DISTINCT path, 'pin', to_jsonb(path = ANY (coalesce(before.pinned_paths, '{}'))),
        to_jsonb(path = ANY (merged.pinned_paths))
    FROM merged LEFT JOIN before ON true
    CROSS JOIN LATERAL unnest(coalesce(before.pinned_paths, '{}') || merged.pinned_paths) AS path
), logged AS (
    INSERT INTO overrides_log (brand_id, path, kind, old_json, new_json, changed_by, changed_at)
    SELECT :of_brand_id, path, kind, old_json, new_json, :changed_by, :changed_at FROM change
    WHERE old_json IS DISTINCT FROM new_json ORDER BY kind, path
)
SELECT CAST(overrides_json AS text) AS overrides_json, pinned_paths, updated_at,
    octet_length(CAST(overrides_json AS text)) AS size,
    (SELECT count(*) FROM jsonb_object_keys(overrides_json)) AS paths,
    ARRAY(SELECT jsonb_object_keys(overrides_json)) AS override_paths
FROM merged
"""
).bindparams(
    bindparam("of_brand_id", type_=Uuid()),
    bindparam("given", type_=JSONB()),
    bindparam("removed", type_=ARRAY(Text)),
    bindparam("pinned_paths", type_=ARRAY(Text)),
    bindparam("touched", type_=ARRAY(Text)),
    bindparam("changed_by", type_=Text()),
    bindparam("changed_at", type_=DateTime(timezone=True)),
)
