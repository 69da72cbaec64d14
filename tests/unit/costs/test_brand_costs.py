"""What a sum of charges says of what is not in it."""

from decimal import Decimal

from brandbrain_dagster.domain.costs.brand_costs import ActorCosts, BrandCosts, ModelCosts, reconciliation_problem

KNOWN = ActorCosts(run_count=3, known_usd=Decimal("0.3"), estimated_count=1, unknown_count=1)
UNKNOWN = ActorCosts(run_count=2, unknown_count=2)


def brand_costs(allocated: ActorCosts, unattributed: ActorCosts) -> BrandCosts:
    return BrandCosts(allocated=allocated, unattributed=unattributed, model=ModelCosts(), compile_count=0, compiles=())


def test_charges_that_nobody_knows_are_no_amount() -> None:
    assert UNKNOWN.usd is None
    assert UNKNOWN.to_json() == {"usd": None, "runs": 2, "runs_estimated": 0, "runs_unknown": 2}
    assert ModelCosts(asked_count=1, requests=1, unknown_count=1).usd is None


def test_known_part_is_an_amount_beside_what_is_unknown() -> None:
    assert (KNOWN + UNKNOWN).to_json() == {"usd": 0.3, "runs": 5, "runs_estimated": 1, "runs_unknown": 3}


def test_no_runs_cost_nothing() -> None:
    assert ActorCosts().usd == 0
    assert ModelCosts().usd == 0


def test_allocation_that_loses_a_cent_or_a_run_does_not_reconcile() -> None:
    costs = brand_costs(KNOWN, UNKNOWN)
    assert reconciliation_problem(costs, KNOWN + UNKNOWN) is None
    one_cent = ActorCosts(known_usd=Decimal("0.01"))
    problem = reconciliation_problem(costs, KNOWN + UNKNOWN + one_cent)
    assert problem is not None
    assert "0.3 USD of 3 runs are allocated" in problem
    assert "0.31 USD of 5 were charged" in problem
    assert reconciliation_problem(costs, KNOWN + UNKNOWN + ActorCosts(run_count=1, unknown_count=1)) is not None


def test_costs_of_compiles_and_boards_are_added_up_and_unknown_stays_unknown() -> None:
    compiles = ModelCosts(asked_count=1, requests=2, input_tokens=10, output_tokens=3, known_usd=Decimal("0.5"))
    boards = ModelCosts(asked_count=2, requests=2, input_tokens=5, output_tokens=1, unknown_count=2)
    assert boards.usd is None
    assert (compiles + boards).to_json("questions") == {
        "usd": 0.5,
        "questions": 3,
        "questions_unknown": 2,
        "requests": 4,
        "input_tokens": 15,
        "output_tokens": 4,
    }
