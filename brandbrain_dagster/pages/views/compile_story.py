"""A compile in plain words: how far it is, or what came of it, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brandbrain_dagster.pages.views.brand_state import Mood
from brandbrain_dagster.pages.views.profile_fields import source_title
from brandbrain_dagster.stores.ledger.compile_status import CompileStage
from brandbrain_dagster.stores.ledger.work_status import WorkStatus

STAGES = (
    (CompileStage.INGESTION, "Collect", "Fetch what the sources have published."),
    (CompileStage.NORMALIZATION, "Read", "Bring every post into one shape and leave doubles out."),
    (CompileStage.BUNDLING, "Choose", "Select the evidence that speaks for the brand."),
    (CompileStage.COMPILING, "Write", "Draft the profile, each value with what it rests on."),
    (CompileStage.QA, "Check", "Prove every quote and publish, or say what is wrong."),
)
_OUTCOMES = (
    ("failed", "Could not be collected"),
    ("skipped", "Left out"),
    ("refreshed", "Collected"),
    ("reused", "Fresh enough, used again"),
)


@dataclass(frozen=True, kw_only=True)
class StageView:
    """A stage; ``standing`` is "done", "now", "failed" or "ahead"."""

    name: str
    title: str
    about: str
    standing: str


@dataclass(frozen=True, kw_only=True)
class SourceOutcome:
    """What became of a source in this compile."""

    title: str
    identifier: str
    why: str
    rows: int | None
    is_bad: bool


@dataclass(frozen=True, kw_only=True)
class CompileStory:
    """A compile as it is shown; ``problems`` are the sentences of what QA found wrong, ``warnings`` what it noticed."""

    mood: Mood
    headline: str
    explanation: str
    is_over: bool
    stages: Sequence[StageView]
    outcomes: Sequence[tuple[str, Sequence[SourceOutcome]]]
    problems: Sequence[str]
    warnings: Sequence[str]


def compile_story(
    row: Mapping[str, Any], evidence_status: Mapping[str, Any], qa_report: Mapping[str, Any], *, now: datetime
) -> CompileStory:
    """Returns a compile as it is shown; ``row`` is what the ledger tells of it."""
    status = WorkStatus(row["status"])
    checks = qa_report.get("checks", [])
    mood, headline, explanation = _told(status, row, now)
    return CompileStory(
        mood=mood,
        headline=headline,
        explanation=explanation,
        is_over=status in (WorkStatus.SUCCEEDED, WorkStatus.FAILED),
        stages=_stages(status, row["stage"]),
        outcomes=[
            (title, [_outcome(entry, is_bad=kind == "failed") for entry in evidence_status[kind]])
            for kind, title in _OUTCOMES
            if evidence_status.get(kind)
        ],
        problems=[check["message"] for check in checks if check["status"] == "FAIL"],
        warnings=[check["message"] for check in checks if check["status"] == "WARN"],
    )


def progress_line(row: Mapping[str, Any]) -> str:
    """Returns in one line how far a compile is, for those who listen rather than look."""
    if row["status"] == WorkStatus.RUNNING and row["stage"] is not None:
        title = next(title for stage, title, _ in STAGES if stage == row["stage"])
        if row["stage"] == CompileStage.INGESTION and row["sources_total"]:
            return f"{title}: {row['sources_completed']} of {row['sources_total']} sources"
        return title
    return {
        WorkStatus.PENDING: "Waiting for its turn",
        WorkStatus.RUNNING: "Starting",
        WorkStatus.SUCCEEDED: "Published",
        WorkStatus.FAILED: "Failed",
    }[WorkStatus(row["status"])]


def _told(status: WorkStatus, row: Mapping[str, Any], now: datetime) -> tuple[Mood, str, str]:
    match status:
        case WorkStatus.PENDING if row["attempts"]:
            again = "now" if row["available_at"] <= now else "in a moment"
            tried = f"Attempt {row['attempts']} of {row['max_attempts']} did not succeed: {row['last_error']}"
            return Mood.DUE, "Trying again", f"{tried} It is tried again {again}."
        case WorkStatus.PENDING:
            return Mood.BUSY, "Waiting for its turn", "It starts by itself as soon as a worker is free."
        case WorkStatus.RUNNING:
            return Mood.BUSY, "Compiling", "You may leave this page: it goes on without you."
        case WorkStatus.SUCCEEDED:
            return Mood.GOOD, f"Version {row['version']} is published", "Every value in it was checked."
    if row["error"] == "cancelled":
        return Mood.QUIET, "Cancelled", "Somebody cancelled this compile. The version before stands."
    return Mood.BAD, "Nothing was published", row["error"] or "The compile failed without saying why."


def _stages(status: WorkStatus, stage: str | None) -> list[StageView]:
    names = [name for name, _, _ in STAGES]
    reached = names.index(CompileStage(stage)) if stage is not None else -1
    views = []
    for place, (name, title, about) in enumerate(STAGES):
        if status is WorkStatus.SUCCEEDED or place < reached:
            standing = "done"
        elif place == reached:
            standing = "failed" if status is WorkStatus.FAILED else "now"
        else:
            standing = "ahead"
        views.append(StageView(name=name.value, title=title, about=about, standing=standing))
    return views


def _outcome(entry: Mapping[str, Any], *, is_bad: bool) -> SourceOutcome:
    platform, _, capability = entry["source"].partition(".")
    return SourceOutcome(
        title=source_title(platform, capability),
        identifier=entry["identifier"],
        why=entry.get("error") or entry["reason"],
        rows=entry.get("raw_items_count"),
        is_bad=is_bad,
    )
