"""Benchmarks in the ledger, and what says that another is due."""

from datetime import timedelta

import pytest

from brandbrain_dagster.domain.fleet.standing import FEWEST_BRANDS, FleetFigures, fleet_figures
from brandbrain_dagster.stores.ledger.engine import Ledger
from brandbrain_dagster.stores.ledger.fleet_benchmarks import (
    FleetActivity,
    find_newest_fleet_benchmark,
    look_at_fleet,
    upsert_fleet_benchmark,
)
from brandbrain_dagster.use_cases.benchmark_fleet import why_not_due
from tests.stores.costing import add_charge
from tests.stores.ledger_rows import NOW, add_brand, later

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def figures(median: float) -> FleetFigures:
    return fleet_figures([("web", "text_length", 20, (1 / 3, 1.0, median, 9e9, 9e9))])


def test_newest_benchmark_is_read_as_it_was_stored(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        assert find_newest_fleet_benchmark(conn) is None
        upsert_fleet_benchmark(conn, figures=figures(2.0), now=NOW)
        stored = upsert_fleet_benchmark(conn, figures=figures(3.0), now=later(1))
        assert find_newest_fleet_benchmark(conn) == stored
    assert (stored.figures, stored.id) == (figures(3.0), figures(3.0).benchmark_id)


def test_figures_that_come_back_are_the_newest_again(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        first = upsert_fleet_benchmark(conn, figures=figures(2.0), now=NOW)
        upsert_fleet_benchmark(conn, figures=figures(3.0), now=later(1))
        upsert_fleet_benchmark(conn, figures=figures(2.0), now=later(2))
        found = find_newest_fleet_benchmark(conn)
        count = conn.exec_driver_sql("SELECT count(*) FROM fleet_benchmark").scalar_one()
    assert found is not None
    assert (found.id, found.created_at, count) == (first.id, later(2), 2)


def test_fleet_of_nineteen_brands_is_too_small_and_of_twenty_is_not(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        for number in range(FEWEST_BRANDS - 1):
            add_brand(conn, f"brand-{number}")
        small = look_at_fleet(conn)
        add_charge(conn, add_brand(conn, "twentieth"), "1")
        upsert_fleet_benchmark(conn, figures=figures(2.0), now=later(5))
        large = look_at_fleet(conn)
    assert small == FleetActivity(has_enough_brands=False, benchmarked_at=None, newest_run_at=None)
    assert large == FleetActivity(has_enough_brands=True, benchmarked_at=later(5), newest_run_at=NOW)


@pytest.mark.parametrize(
    ("has_enough_brands", "benchmarked", "newest_run", "is_due"),
    [
        (False, None, HOUR, False),
        (True, None, None, False),
        (True, None, DAY, True),
        (True, DAY, HOUR, True),
        (True, DAY, DAY + HOUR, True),
        (True, DAY, DAY + 2 * HOUR, False),
        (True, DAY - HOUR, HOUR, False),
    ],
)
def test_brands_are_compared_when_something_was_collected_and_at_most_once_a_day(
    has_enough_brands: bool, benchmarked: timedelta | None, newest_run: timedelta | None, is_due: bool
) -> None:
    activity = FleetActivity(
        has_enough_brands=has_enough_brands,
        benchmarked_at=None if benchmarked is None else NOW - benchmarked,
        newest_run_at=None if newest_run is None else NOW - newest_run,
    )
    assert (why_not_due(activity, NOW) is None) == is_due
