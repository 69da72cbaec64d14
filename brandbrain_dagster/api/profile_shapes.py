"""The shapes of what is answered about a profile, as OpenAPI describes them. Nothing is checked against them here."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from brandbrain_dagster.api.times import Time
from brandbrain_dagster.stores.ledger.compile_status import CompileStage

Json = dict[str, Any]


class SnapshotShape(BaseModel):
    """One version of a brand's profile; the last four where they were asked for."""

    snapshot_id: UUID
    brand_id: UUID
    version: int
    created_at: datetime
    compile_run_id: UUID
    snapshot_json: Json
    evidence_status: Json | None = None
    qa_report: Json | None = None
    bundle_summary: Json | None = None
    feature_report: Json | None = None


class DiffSummaryShape(BaseModel):
    """How many fields a version changed, and what moved them."""

    fields_changed: int
    fields_added: int
    fields_removed: int
    causes: list[Any]


class HistoryEntryShape(BaseModel):
    """One version without its profile."""

    snapshot_id: UUID
    version: int
    created_at: datetime
    diff_summary: DiffSummaryShape


class HistoryShape(BaseModel):
    """A page of a brand's versions, newest first."""

    snapshots: list[HistoryEntryShape]
    page: int
    page_size: int
    total: int


class EnqueuedShape(BaseModel):
    """The compile that waits, or runs already."""

    compile_run_id: UUID
    status: Literal["PENDING"]
    poll_url: str


class StandingShape(BaseModel):
    """The profile that stands."""

    snapshot_id: UUID
    brand_id: UUID
    created_at: datetime
    snapshot_json: Json


class UnchangedShape(BaseModel):
    """Nothing would change; the compile is the one that made the snapshot."""

    compile_run_id: UUID
    status: Literal["UNCHANGED"]
    snapshot: StandingShape


class ProgressShape(BaseModel):
    """How far a running compile is."""

    stage: CompileStage | None
    sources_completed: int
    sources_total: int


class PublishedShape(BaseModel):
    """What a compile published."""

    snapshot_id: UUID
    created_at: datetime
    snapshot_json: Json


class PendingShape(BaseModel):
    """A compile that waits, for its first attempt or the next one."""

    compile_run_id: UUID
    status: Literal["PENDING"]
    progress: None
    attempts: int
    last_error: str | None
    available_at: datetime


class RunningShape(BaseModel):
    """A compile that runs."""

    compile_run_id: UUID
    status: Literal["RUNNING"]
    progress: ProgressShape


class SucceededShape(BaseModel):
    """A compile that published."""

    compile_run_id: UUID
    status: Literal["SUCCEEDED"]
    evidence_status: Json
    snapshot: PublishedShape


class FailedShape(BaseModel):
    """A compile that was given up or cancelled."""

    compile_run_id: UUID
    status: Literal["FAILED"]
    error: str | None
    evidence_status: Json


class OverridesShape(BaseModel):
    """What people decided over the compiler's head."""

    brand_id: UUID
    overrides_json: Json
    pinned_paths: list[str]
    updated_at: Time | None


class OverrideChangeShape(BaseModel):
    """One change of an override (a value) or a pin (true or false); null is none."""

    path: str
    kind: Literal["override", "pin"]
    old: Any
    new: Any
    changed_by: str
    changed_at: Time


class OverridesLogShape(BaseModel):
    """A page of the changes, newest first."""

    changes: list[OverrideChangeShape]
    page: int
    page_size: int
    total: int


class CauseShape(BaseModel):
    """What moved a value: answers or paths by ``ids``, or evidence ``items`` {id, change, basis}."""

    model_config = ConfigDict(extra="allow")

    kind: Literal["answer", "override", "pin", "evidence", "sources", "configuration", "unknown"]


class ChangeShape(BaseModel):
    """One path whose value differs."""

    path: str
    before: Any
    after: Any
    cause: CauseShape


class DiffShape(BaseModel):
    """The changes from one version of a profile to another."""

    from_version: int | None
    to_version: int
    added: list[str]
    removed: list[str]
    changed: list[ChangeShape]
    added_values: Json


class EvidenceListShape(BaseModel):
    """Those of the items asked for that the brand has."""

    evidence: list[Json]


CompileStatusShape = PendingShape | RunningShape | SucceededShape | FailedShape
"""Where a compile stands."""
