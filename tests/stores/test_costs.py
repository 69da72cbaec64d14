"""The allocation of charges, against one made in Python, over any mix of runs."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from brandbrain_dagster.domain.costs.brand_costs import ActorCosts, BrandCosts, reconciliation_problem
from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty
from brandbrain_dagster.errors import NotFoundError
from brandbrain_dagster.stores.ledger.async_ledger import AsyncLedger
from brandbrain_dagster.stores.ledger.brand_scope import WHOLE_LEDGER, BrandScope
from brandbrain_dagster.stores.ledger.costs import read_brand_costs, sum_charged
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.query_steps import take_steps, take_steps_async
from tests.stores.costing import add_charge, add_ended_compile
from tests.stores.ledger_rows import NOW, add_brand

USAGE = {"model": "m", "requests": 2, "input_tokens": 900, "output_tokens": 100, "cost_usd": 0.0125}
COMPILES, OF_ANOTHER_BRAND = 3, 3
"""Runs name one of the brand's compiles, or a compile of another brand."""


@dataclass(frozen=True)
class Charge:
    """A run to add: what it cost, and which compile started it (None: none did)."""

    usd: Decimal | None
    certainty: UsageCertainty
    started_by: int | None


CHARGES = st.builds(
    Charge,
    usd=st.none() | st.decimals(0, 1000, places=8),
    certainty=st.sampled_from([UsageCertainty.EXACT, UsageCertainty.ESTIMATED]),
    started_by=st.none() | st.integers(0, OF_ANOTHER_BRAND),
)


def read(conn: Connection, brand_id: UUID, *, limit: int | None = None, offset: int = 0) -> BrandCosts:
    return take_steps(conn, read_brand_costs(brand_id, WHOLE_LEDGER, limit=limit, offset=offset))


def summed(charges: list[Charge]) -> ActorCosts:
    """The costs of the charges, added up in Python."""
    known = [charge for charge in charges if charge.usd is not None]
    return ActorCosts(
        run_count=len(charges),
        known_usd=sum((charge.usd for charge in known if charge.usd is not None), Decimal(0)),
        estimated_count=sum(charge.certainty is UsageCertainty.ESTIMATED for charge in known),
        unknown_count=len(charges) - len(known),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(charges=st.lists(CHARGES, max_size=12))
def test_any_mix_of_runs_is_allocated_without_loss(ledger: Ledger, charges: list[Charge]) -> None:
    with ledger.begin() as conn:
        brand, other = add_brand(conn, f"b-{uuid4()}"), add_brand(conn, f"b-{uuid4()}")
        compiles = [add_ended_compile(conn, brand, now=NOW + timedelta(seconds=age)) for age in range(COMPILES)]
        compiles.append(add_ended_compile(conn, other))
        for charge in charges:
            started_by = None if charge.started_by is None else compiles[charge.started_by]
            add_charge(conn, brand, charge.usd, compile_run_id=started_by, certainty=charge.certainty)
        add_charge(conn, other, "77", compile_run_id=compiles[OF_ANOTHER_BRAND])
        costs, charged = read(conn, brand.id), sum_charged(conn, brand_id=brand.id)
        pages = [entry for page in range(COMPILES) for entry in read(conn, brand.id, limit=1, offset=page).compiles]
    newest_first = list(reversed(range(COMPILES)))
    assert [entry.compile_run_id for entry in costs.compiles] == [compiles[number] for number in newest_first]
    assert [entry.actor_runs for entry in costs.compiles] == [
        summed([charge for charge in charges if charge.started_by == number]) for number in newest_first
    ]
    assert costs.unattributed == summed([c for c in charges if c.started_by in {None, OF_ANOTHER_BRAND}])
    assert costs.allocated == sum((entry.actor_runs for entry in costs.compiles), ActorCosts())
    assert charged == costs.charged == summed(charges)
    assert reconciliation_problem(costs, charged) is None
    assert pages == list(costs.compiles)


def test_tokens_and_costs_of_a_model_are_added_up_and_unknown_is_not_zero(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        add_ended_compile(conn, brand)
        add_ended_compile(conn, brand, llm_usage=USAGE)
        add_ended_compile(conn, brand, llm_usage=USAGE | {"cost_usd": 1e-05})
        unknown = {"cost_usd": None, "output_tokens": None, "fallback_reason": "It took too long."}
        add_ended_compile(conn, brand, llm_usage=USAGE | unknown)
        costs = read(conn, brand.id)
    assert costs.model.to_json("compiles") == {
        "usd": 0.01251,
        "compiles": 3,
        "compiles_unknown": 1,
        "requests": 6,
        "input_tokens": 2700,
        "output_tokens": 200,
    }
    of_compiles = [None if entry.model is None else entry.model.cost_usd for entry in costs.compiles]
    assert sorted(of_compiles, key=str) == [Decimal("0.0000100"), Decimal("0.0125"), None, None]


def test_brand_without_runs_and_compiles_has_cost_nothing(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        costs = read(conn, brand.id)
    nothing = {"usd": 0.0, "runs": 0, "runs_estimated": 0, "runs_unknown": 0}
    assert costs.to_json()["actor_runs"] == {"charged": nothing, "allocated": nothing, "unattributed": nothing}
    assert (costs.model.usd, costs.compiles, costs.compile_count) == (Decimal(0), (), 0)


def test_costs_read_on_the_event_loop_are_the_same(ledger: Ledger, ledger_url: str) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        run = add_ended_compile(conn, brand, llm_usage=USAGE)
        add_charge(conn, brand, "0.000000000000000000012345", compile_run_id=run)
        costs = read(conn, brand.id)

    async def main() -> tuple[BrandCosts, int]:
        api = AsyncLedger(ledger_url)
        await api.open()
        found = await take_steps_async(api, read_brand_costs(brand.id, WHOLE_LEDGER, limit=None))
        await api.close()
        return found, api.query_count

    assert asyncio.run(main()) == (costs, 1)
    assert costs.charged.known_usd == Decimal("0.000000000000000000012345")


def test_brand_out_of_reach_is_as_absent_as_one_that_never_was(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        for brand_id, scope in ((brand.id, BrandScope(tenant_id=uuid4())), (uuid4(), WHOLE_LEDGER)):
            with pytest.raises(NotFoundError, match=r"^Brand not found$"):
                take_steps(conn, read_brand_costs(brand_id, scope, limit=1))
