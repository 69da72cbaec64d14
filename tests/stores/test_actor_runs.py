from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from brandbrain_dagster.domain.ingestion.actor_run import ActorRun, ActorRunStatus, UsageCertainty
from brandbrain_dagster.errors import ConflictError, NotFoundError
from brandbrain_dagster.stores.ledger.actor_runs import (
    NewestRuns,
    find_live,
    find_newest_succeeded,
    list_live_runs,
    list_newest_by_source,
    list_runs,
    list_unsettled,
    record_finished,
    record_normalized,
    record_started,
    record_usage,
)
from brandbrain_dagster.stores.ledger.engine import Ledger
from tests.stores.ledger_rows import NOW, add_brand, add_intent, add_source, later


def start(conn: Connection, run: ActorRun, status: ActorRunStatus = ActorRunStatus.RUNNING) -> ActorRun:
    return record_started(
        conn, run_id=run.id, apify_run_id=f"apify-{run.id}", dataset_id="set-1", status=status, started_at=later(1)
    )


def finish(
    conn: Connection,
    run_id: UUID,
    status: ActorRunStatus = ActorRunStatus.SUCCEEDED,
    usage_usd: Decimal | None = Decimal("0.0123456789"),
    usage_certainty: UsageCertainty = UsageCertainty.ESTIMATED,
) -> ActorRun:
    return record_finished(
        conn,
        run_id=run_id,
        status=status,
        finished_at=later(60),
        error_summary=None,
        raw_item_count=7,
        has_usable_rows=True,
        usage_usd=usage_usd,
        usage_certainty=usage_certainty,
    )


def test_run_is_followed_from_its_intent_to_its_settled_cost(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        source = add_source(conn, brand)
        intent = add_intent(conn, source)
        assert (intent.status, intent.apify_run_id) == (ActorRunStatus.STARTING, None)
        assert (intent.usage_usd, intent.usage_certainty) == (None, UsageCertainty.UNKNOWN)
        assert find_live(conn, source_id=source.id) == intent
        running = start(conn, intent)
        assert list_live_runs(conn, brand_id=brand.id) == [running]
        done = finish(conn, intent.id)
        assert (done.usage_usd, done.raw_item_count) == (Decimal("0.0123456789"), 7)
        assert list_unsettled(conn, brand_id=brand.id) == [done]
        record_normalized(conn, apify_run_id=f"apify-{intent.id}", normalized_item_count=5)
        settled = record_usage(conn, run_id=intent.id, usage_usd=Decimal("0.02"), usage_certainty=UsageCertainty.EXACT)
        assert (settled.usage_usd, settled.normalized_item_count) == (Decimal("0.02"), 5)
        assert list_unsettled(conn, brand_id=brand.id) == []
        assert find_live(conn, source_id=source.id) is None
        assert find_newest_succeeded(conn, source_id=source.id) == settled


def test_source_has_at_most_one_live_run(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        source = add_source(conn, add_brand(conn))
        first = add_intent(conn, source)
        with pytest.raises(ConflictError, match="attach"):
            add_intent(conn, source)
        finish(conn, first.id, ActorRunStatus.FAILED)
        assert add_intent(conn, source).is_live


@pytest.mark.parametrize("status", [status for status in ActorRunStatus if status is not ActorRunStatus.SUCCEEDED])
def test_only_success_counts_as_succeeded(ledger: Ledger, status: ActorRunStatus) -> None:
    with ledger.begin() as conn:
        source = add_source(conn, add_brand(conn))
        finish(conn, add_intent(conn, source).id, status)
        assert find_newest_succeeded(conn, source_id=source.id) is None


def test_run_that_is_over_stays_as_it_ended(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        intent = add_intent(conn, add_source(conn, add_brand(conn)))
        done = finish(conn, intent.id)
        assert finish(conn, intent.id, usage_usd=Decimal(9)) == done
        with pytest.raises(ConflictError, match="SUCCEEDED"):
            finish(conn, intent.id, ActorRunStatus.ABORTED)
        with pytest.raises(ConflictError):
            start(conn, intent)


def test_newest_runs_come_per_source_in_one_answer(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        busy, idle, new = (add_source(conn, brand, name) for name in ("busy", "idle", "new"))
        finish(conn, add_intent(conn, busy).id)
        newest = finish(conn, add_intent(conn, busy, now=later(5)).id)
        finish(conn, add_intent(conn, busy, now=later(6)).id, ActorRunStatus.FAILED)
        live = add_intent(conn, busy, now=later(7))
        only = finish(conn, add_intent(conn, idle).id)
        finish(conn, add_intent(conn, add_source(conn, add_brand(conn, "other"))).id)
        assert list_newest_by_source(conn, brand_id=brand.id) == {
            busy.id: NewestRuns(newest_succeeded=newest, live=live),
            idle.id: NewestRuns(newest_succeeded=only),
            new.id: NewestRuns(),
        }


def test_runs_are_listed_newest_first(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        brand = add_brand(conn)
        source = add_source(conn, brand)
        runs = [finish(conn, add_intent(conn, source, now=later(number)).id) for number in range(3)]
        assert list_runs(conn, brand_id=brand.id, limit=2) == [runs[2], runs[1]]


def test_unknown_runs_are_not_found(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        with pytest.raises(NotFoundError):
            finish(conn, uuid4())
        with pytest.raises(NotFoundError):
            record_normalized(conn, apify_run_id="nowhere", normalized_item_count=1)
        with pytest.raises(NotFoundError):
            record_usage(conn, run_id=uuid4(), usage_usd=None, usage_certainty=UsageCertainty.UNKNOWN)


def test_unknown_cost_is_kept_apart_from_zero(ledger: Ledger) -> None:
    with ledger.begin() as conn:
        source = add_source(conn, add_brand(conn))
        unknown = finish(conn, add_intent(conn, source).id, usage_usd=None, usage_certainty=UsageCertainty.UNKNOWN)
        free = finish(conn, add_intent(conn, source).id, usage_usd=Decimal(0), usage_certainty=UsageCertainty.EXACT)
    assert (unknown.usage_usd, free.usage_usd, free.created_at) == (None, Decimal(0), NOW)
