"""Drafts of the real extractive compiler, proven and with their confidences, as QA gets them; and what spoils them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from brandbrain_dagster.domain.compile.confidence import set_confidence_summary, set_confidences
from brandbrain_dagster.domain.compile.extractive.compiler import ExtractiveCompiler
from brandbrain_dagster.domain.compile.proof import prove_citations
from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, SourceOutcome
from brandbrain_dagster.domain.qa.check import QaCheck
from brandbrain_dagster.domain.qa.report import run_qa
from brandbrain_dagster.domain.qa.subject import QaSubject
from tests.unit.compile.brands import ROASTER_ANSWERS, roaster
from tests.unit.compile.profiles import compile_inputs

INFERRING = {
    name: value for name, value in ROASTER_ANSWERS.items() if name not in ("tier0.tone_words", "tier0.who_for")
}
"""Answers that leave enough to infer."""


def subject_of(
    items: Sequence[EvidenceItem] | None = None, answers: dict[str, Any] | None = None, **settings: Any
) -> QaSubject:
    """Returns a draft with what it was made from; of the coffee roaster unless said otherwise."""
    chosen = roaster() if items is None else items
    inputs = compile_inputs(chosen, INFERRING if answers is None else answers, **settings)
    by_id = {item.id: item for item in chosen}
    document = ExtractiveCompiler().draft(inputs).document
    prove_citations(document, by_id)
    set_confidences(document, by_id)
    return QaSubject(
        document=document,
        items=by_id,
        answers=inputs.answers,
        overridden_taboos=[],
        platforms=sorted(set(inputs.platforms)),
        stats=inputs.stats,
        evidence_status=inputs.evidence_status,
        compiled_at=inputs.compiled_at,
    )


def planted(subject: QaSubject, *defects: tuple[str, Any]) -> QaSubject:
    """Returns the subject with these values at these dotted paths of a copy of its draft; the summary is kept true."""
    plain = msgspec.to_builtins(subject.document)
    for path, value in defects:
        *above, last = path.split(".")
        place = plain
        for segment in above:
            place = place[int(segment)] if isinstance(place, list) else place[segment]
        if isinstance(place, list):
            place[int(last) : int(last) + 1] = [value]
        else:
            place[last] = value
    document = msgspec.convert(plain, SnapshotDocument)
    if not any(path.startswith("meta.confidence_summary") for path, _ in defects):
        set_confidence_summary(document)
    return replace(subject, document=document)


def source_outcome(disposition: Disposition, **fields: Any) -> SourceOutcome:
    """Returns what became of one source, of which a test names only what it is about."""
    values: dict[str, Any] = {
        "source": "linkedin.profile_posts",
        "source_connection_id": UUID(int=1),
        "identifier": "jane",
        "reason": "run failed",
    }
    return SourceOutcome(disposition=disposition, **(values | fields))


def check_of(subject: QaSubject, check_id: str) -> QaCheck:
    """Returns the outcome of one check in the whole report."""
    return next(check for check in run_qa(subject).checks if check.id == check_id)


def leaves_of(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yields (dotted path, value) for everything in plain JSON that is neither an object nor a list."""
    if not isinstance(part, dict | list):
        yield path, part
        return
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        yield from leaves_of(value, f"{path}.{key}".lstrip("."))


def paths_of(subject: QaSubject, *endings: str) -> list[str]:
    """Returns the paths of all texts of the draft that end like one of these (numbers written as ``0``)."""
    found = []
    for path, value in leaves_of(msgspec.to_builtins(subject.document)):
        shape = ".".join("0" if segment.isdecimal() else segment for segment in path.split("."))
        if isinstance(value, str) and shape.endswith(endings):
            found.append(path)
    return found
