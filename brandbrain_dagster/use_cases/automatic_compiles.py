"""Compiles that nobody asked for: of brands whose inputs changed, and of brands that have grown stale."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.compile.brand_inputs import BrandInputs, configuration_hash, input_hash, used_sources
from brandbrain_dagster.domain.compile.gating import gate_compile
from brandbrain_dagster.stores.ledger import changed_inputs, compile_runs, stale_brands
from brandbrain_dagster.stores.ledger.changed_inputs import ChangedBrand
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.stale_brands import StaleBrand
from brandbrain_dagster.use_cases.start_compile import StartRules

CHANGED_AT_ONCE = 500
"""Most brands whose inputs are compared in one look."""
LIVE_AT_MOST = 200
"""Compiles that wait or run, beyond which no refresh is added: what people ask for stays quick."""


@dataclass(frozen=True, kw_only=True)
class EnqueuedBrands:
    """What was enqueued, and in one sentence what was seen."""

    brand_ids: Sequence[UUID]
    seen: str


def compile_changed_brands(
    *, ledger: Ledger, rules: StartRules, debounce_seconds: float, now: datetime, new_id: Callable[[], UUID]
) -> EnqueuedBrands:
    """Enqueues a compile of every brand whose input hash is not that of its snapshot, once it was left alone.

    A brand that may not compile, or whose edit was taken back, is not looked at again until its next change.
    """
    configuration = configuration_hash(rules.compiler, rules.disabled_capabilities)
    edited_before = now - timedelta(seconds=debounce_seconds)
    enqueued = []
    with ledger.begin() as conn:
        changed = changed_inputs.list_changed_brands(
            conn, configuration_hash=configuration, edited_before=edited_before, limit=CHANGED_AT_ONCE
        )
        for brand in changed:
            if _needs_compile(brand, rules):
                _enqueue(conn, brand.brand_id, rules, now, new_id)
                enqueued.append(brand.brand_id)
            else:
                changed_inputs.note_inputs_seen(
                    conn,
                    compile_run_id=brand.compile_run_id,
                    inputs_revision=brand.inputs_revision,
                    configuration_hash=configuration,
                )
    seen = f"{len(changed)} brands were edited or meet another configuration; {len(enqueued)} of them need a compile"
    return EnqueuedBrands(brand_ids=enqueued, seen=seen)


def _needs_compile(brand: ChangedBrand, rules: StartRules) -> bool:
    inputs = BrandInputs(
        answers_json=brand.answers_json,
        overrides_json=brand.overrides_json,
        pinned_paths=brand.pinned_paths,
        sources=used_sources(source for source in brand.sources if source.name not in rules.disabled_capabilities),
    )
    if not gate_compile(inputs.answers, enabled_source_count=len(inputs.sources)).is_allowed:
        return False
    return input_hash(inputs.to_json(rules.compiler)) != brand.input_hash


@dataclass(frozen=True, kw_only=True)
class RefreshBudget:
    """``daily_usd``: most that a day may cost, None for no bound; ``max_run_usd`` stands in for unknown costs."""

    daily_usd: Decimal | None
    max_run_usd: Decimal | None


def refresh_stale_brands(
    *, ledger: Ledger, rules: StartRules, budget: RefreshBudget, now: datetime, new_id: Callable[[], UUID]
) -> EnqueuedBrands:
    """Enqueues a compile of stale brands, the longest due first, within the room and the day's budget that is left."""
    with ledger.begin() as conn:
        stale = stale_brands.list_stale_brands(
            conn,
            now=now,
            day_began_at=now.replace(hour=0, minute=0, second=0, microsecond=0),
            default_ttl_hours=rules.ttl_hours,
            disabled_capabilities=rules.disabled_capabilities,
            unknown_cost_usd=budget.max_run_usd or Decimal(0),
            limit=2 * LIVE_AT_MOST,
        )
        waiting = [brand for brand in stale if not brand.is_live]
        if not waiting:
            return EnqueuedBrands(brand_ids=(), seen="no brand waits for a refresh")
        room = max(0, LIVE_AT_MOST - stale[0].live_count)
        spent = stale[0].spent_usd + sum(brand.expected_usd for brand in stale if brand.is_live)
        affordable = _within(budget.daily_usd, waiting[:room], spent)
        for brand in affordable:
            _enqueue(conn, brand.brand_id, rules, now, new_id)
    left_out = len(waiting) - len(affordable)
    why = "" if not left_out else f"; {left_out} wait for room in the queue or for tomorrow's budget"
    seen = f"{len(waiting)} brands are stale and not being compiled{why}"
    return EnqueuedBrands(brand_ids=[brand.brand_id for brand in affordable], seen=seen)


def _within(daily_usd: Decimal | None, stale: Sequence[StaleBrand], spent_usd: Decimal) -> Sequence[StaleBrand]:
    """The first of the brands, as many as the day's budget allows."""
    if daily_usd is None:
        return stale
    sums = accumulate((brand.expected_usd for brand in stale), initial=spent_usd)
    return [brand for brand, total in zip(stale, islice(sums, 1, None), strict=True) if total <= daily_usd]


def _enqueue(conn: Connection, brand_id: UUID, rules: StartRules, now: datetime, new_id: Callable[[], UUID]) -> None:
    compile_runs.insert_compile_run(
        conn,
        compile_run_id=new_id(),
        brand_id=brand_id,
        force_refresh=False,
        available_at=now,
        max_attempts=rules.max_attempts,
        configuration_hash=configuration_hash(rules.compiler, rules.disabled_capabilities),
        now=now,
    )
