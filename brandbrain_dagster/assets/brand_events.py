"""What a run tells Dagster of its brands: many events of one asset are stored at once.

Storing an event on its own costs Dagster several statements, which would be most of a warm compile. Dagster stores
materializations and observations of one asset together when they come with batch metadata and the environment says how
many (DAGSTER_EVENT_BATCH_SIZE). Neither the metadata nor the step's own context are public: this is the one place that
relies on them.
"""

import os
import threading
from collections import defaultdict
from uuid import UUID

import dagster as dg
from dagster._core.events import DagsterEventBatchMetadata

BrandEvent = dg.AssetMaterialization | dg.AssetObservation | dg.AssetCheckEvaluation
_Waiting = defaultdict[tuple[type, dg.AssetKey], list[dg.AssetMaterialization | dg.AssetObservation]]
_BATCH_SIZE = "DAGSTER_EVENT_BATCH_SIZE"
_AT_ONCE = 200


class BrandEvents:
    """Collects the events of a run's brands until they are flushed; safe to use from many threads."""

    def __init__(self, context: dg.OpExecutionContext | dg.AssetExecutionContext) -> None:
        self._context = context
        self._waiting: _Waiting = defaultdict(list)
        self._turn = threading.Lock()
        self._batch_count = 0
        os.environ.setdefault(_BATCH_SIZE, str(_AT_ONCE))

    def log(self, event: BrandEvent) -> None:
        """Takes an event; the evaluation of a check is stored at once, since Dagster has no batches of them."""
        if isinstance(event, dg.AssetCheckEvaluation):
            self._context.log_event(event)  # type: ignore[arg-type]
            return
        with self._turn:
            self._waiting[type(event), event.asset_key].append(event)

    def flush(self) -> None:
        """Stores everything that was taken."""
        with self._turn:
            waiting, self._waiting = self._waiting, defaultdict(list)
        for (kind, _), events in waiting.items():
            self._store(kind, events)

    def _store(self, kind: type, events: list[dg.AssetMaterialization | dg.AssetObservation]) -> None:
        step = self._context.get_step_execution_context()
        is_materialization = issubclass(kind, dg.AssetMaterialization)
        event_of = dg.DagsterEvent.asset_materialization if is_materialization else dg.DagsterEvent.asset_observation
        self._batch_count += 1
        batch_id = f"{UUID(step.run_id)}:{self._batch_count}"
        for number, event in enumerate(events, start=1):
            batch = DagsterEventBatchMetadata(batch_id, is_end=number == len(events))
            event_of(step, event, batch_metadata=batch)  # type: ignore[arg-type]
