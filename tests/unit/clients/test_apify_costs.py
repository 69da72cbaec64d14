"""What a run cost, and how sure that is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from brandbrain_dagster.clients.apify.costs import cost_of
from brandbrain_dagster.clients.apify.responses import Run
from brandbrain_dagster.domain.ingestion.actor_run import UsageCertainty

END = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PER_ITEM = {"pricingModel": "PRICE_PER_DATASET_ITEM", "pricePerUnitUsd": 0.0027}


def run_with(**keys: Any) -> Run:
    return msgspec.convert(
        {"id": "r", "status": "SUCCEEDED", "defaultDatasetId": "d", "finishedAt": END, **keys}, Run, strict=False
    )


@pytest.mark.parametrize(
    ("keys", "seconds", "cost"),
    [
        ({"usageTotalUsd": 0.012}, 10, (Decimal("0.012"), UsageCertainty.EXACT)),
        ({"usageTotalUsd": 0.012}, 9.9, (Decimal("0.012"), UsageCertainty.ESTIMATED)),
        ({"usageTotalUsd": 0.012, "finishedAt": None}, 99, (Decimal("0.012"), UsageCertainty.ESTIMATED)),
        ({"usageTotalUsd": 0, "pricingInfo": PER_ITEM}, 99, (Decimal(0), UsageCertainty.EXACT)),
        ({"pricingInfo": PER_ITEM}, 99, (Decimal("0.0189"), UsageCertainty.ESTIMATED)),
        ({"pricingInfo": {"pricingModel": "PAY_PER_EVENT"}}, 99, (None, UsageCertainty.UNKNOWN)),
        ({"usageTotalUsd": None}, 99, (None, UsageCertainty.UNKNOWN)),
    ],
)
def test_cost_is_as_certain_as_what_it_rests_on(
    keys: dict[str, Any], seconds: float, cost: tuple[Decimal | None, UsageCertainty]
) -> None:
    assert cost_of(run_with(**keys), row_count=7, now=END + timedelta(seconds=seconds)) == cost
