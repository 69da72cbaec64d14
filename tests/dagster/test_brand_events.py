"""Events of one asset are stored together: what `BrandEvents` relies on in Dagster beyond its public API."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage

from brandbrain_dagster.assets.brand_events import BrandEvent, BrandEvents

TELLING = frozenset(
    {
        dg.DagsterEventType.ASSET_MATERIALIZATION,
        dg.DagsterEventType.ASSET_OBSERVATION,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    }
)


class CountingStorage(InMemoryEventLogStorage):
    """Remembers how many events of brands came with each write."""

    def __init__(self) -> None:
        self.writes: list[int] = []
        self._is_batch = False
        super().__init__()

    def store_event(self, event: dg.EventLogEntry) -> None:
        if event.dagster_event is not None and event.dagster_event.event_type in TELLING and not self._is_batch:
            self.writes.append(1)
        super().store_event(event)  # type: ignore[no-untyped-call]

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        self.writes.append(len(events))
        self._is_batch = True
        super().store_event_batch(events)
        self._is_batch = False


@pytest.fixture
def storage() -> CountingStorage:
    return CountingStorage()


@pytest.fixture
def instance(storage: CountingStorage, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An ephemeral instance whose writes are counted."""
    with dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=LocalArtifactStorage(str(tmp_path)),
        run_storage=InMemoryRunStorage(),
        event_storage=storage,
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    ) as instance:
        yield instance


def tell(instance: dg.DagsterInstance, talk: Callable[[BrandEvents], None]) -> dg.ExecuteInProcessResult:
    """Runs a step that tells of brands."""

    @dg.op
    def telling(context: dg.OpExecutionContext) -> None:
        talk(BrandEvents(context))

    @dg.job(executor_def=dg.in_process_executor)
    def told() -> None:
        telling()

    return told.execute_in_process(instance=instance)


def materializations(count: int, asset: str = "profile") -> list[BrandEvent]:
    return [
        dg.AssetMaterialization(asset, partition=f"brand-{number}", metadata={"number": number})
        for number in range(count)
    ]


def log_all(events: BrandEvents, told: Sequence[BrandEvent]) -> None:
    for event in told:
        events.log(event)


def partitions_of(instance: dg.DagsterInstance, asset: str = "profile") -> list[str | None]:
    return [record.partition_key for record in instance.fetch_materializations(dg.AssetKey(asset), limit=100).records]


def test_events_of_one_asset_are_stored_by_one_write(
    instance: dg.DagsterInstance, storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "200")

    def talk(events: BrandEvents) -> None:
        log_all(events, [*materializations(7), *materializations(4, "report")])
        log_all(events, [dg.AssetObservation("profile", partition=f"brand-{number}") for number in range(3)])
        assert storage.writes == []
        events.flush()
        assert storage.writes == [7, 4, 3]

    result = tell(instance, talk)
    assert storage.writes == [7, 4, 3]
    assert sorted(map(str, partitions_of(instance))) == [f"brand-{number}" for number in range(7)]
    assert len(partitions_of(instance, "report")) == 4
    observed = instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.ASSET_OBSERVATION).records
    assert len(observed) == 3


def test_stored_events_keep_partition_and_metadata_and_their_run(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "200")

    def talk(events: BrandEvents) -> None:
        log_all(events, materializations(3))
        events.flush()

    result = tell(instance, talk)
    records = instance.fetch_materializations(dg.AssetKey("profile"), limit=3).records
    told = {record.partition_key: record for record in records}
    made = told["brand-2"].asset_materialization
    assert made is not None
    assert made.metadata["number"].value == 2
    assert {record.run_id for record in records} == {result.run_id}
    assert instance.get_materialized_partitions(dg.AssetKey("profile")) == {"brand-0", "brand-1", "brand-2"}


def test_more_events_than_a_batch_holds_are_stored_in_turn(
    instance: dg.DagsterInstance, storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "3")

    def talk(events: BrandEvents) -> None:
        log_all(events, materializations(7))
        events.flush()

    tell(instance, talk)
    assert storage.writes == [3, 3, 1]
    assert len(partitions_of(instance)) == 7


def test_what_was_flushed_is_not_stored_again(
    instance: dg.DagsterInstance, storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "200")

    def talk(events: BrandEvents) -> None:
        for count in (2, 0, 5):
            log_all(events, materializations(count))
            events.flush()

    tell(instance, talk)
    assert storage.writes == [2, 5]
    assert len(partitions_of(instance)) == 7


def test_evaluation_of_a_check_is_stored_at_once(instance: dg.DagsterInstance, storage: CountingStorage) -> None:
    def talk(events: BrandEvents) -> None:
        log_all(events, materializations(1))
        events.log(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("profile"), check_name="sound", passed=True, partition="brand-0"
            )
        )
        assert storage.writes == [1]

    assert [entry.check_name for entry in tell(instance, talk).get_asset_check_evaluations()] == ["sound"]


def test_batches_are_on_wherever_brands_are_told_of(
    instance: dg.DagsterInstance, storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "0")  # so that what the step sets does not outlive this test
    monkeypatch.delenv("DAGSTER_EVENT_BATCH_SIZE")

    def talk(events: BrandEvents) -> None:
        log_all(events, materializations(4))
        events.flush()

    tell(instance, talk)
    assert storage.writes == [4]
