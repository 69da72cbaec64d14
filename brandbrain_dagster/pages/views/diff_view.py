"""Two versions of a profile compared, as a person reads it: what changed, from what to what, and why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from brandbrain_dagster.domain.compile.diff import diff_profiles, field_of
from brandbrain_dagster.domain.compile.diff_causes import Cause, CompiledSnapshot, cause_of
from brandbrain_dagster.domain.compile.extractive.wording import counted, listed
from brandbrain_dagster.domain.export.profile_fields import title_of
from brandbrain_dagster.pages.views.profile_fields import EvidenceMention, mention_of, shown_texts
from brandbrain_dagster.pages.views.questions import question_label

_SECTIONS = {
    "positioning": "Positioning",
    "voice": "Voice",
    "pillars": "Pillars",
    "constraints": "Limits",
    "platform_profiles": "Platforms",
    "examples": "Examples",
    "meta": "About this version",
}
_INFERRED = ".inferred"
_PIECE = re.compile(r"\S+|\s+")
_MOST_SHOWN_IN_PARTS = 4_000
"""Characters up to which two texts are compared word by word."""


@dataclass(frozen=True)
class Piece:
    """A part of a text: "same", "gone" or "came"."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class LineChange:
    """One line of a value, in pieces; ``kind`` says that all of it is the same, gone, come, or that it is reworded."""

    kind: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """One field that differs; confidences are in per cent, None where they are the same or unknown."""

    title: str
    kind: str
    lines: Sequence[LineChange]
    sureness: tuple[int | None, int | None] | None
    cause: str
    mentions: Sequence[tuple[str, EvidenceMention]]


@dataclass(frozen=True, kw_only=True)
class DiffSection:
    """The changes of a section."""

    title: str
    changes: Sequence[ChangeView]


def diff_sections(
    before: CompiledSnapshot, after: CompiledSnapshot, evidence: Mapping[str, Mapping[str, Any]]
) -> list[DiffSection]:
    """Returns what changed, by section; ``evidence`` are items by id, as far as they are kept."""
    changes: dict[str, list[ChangeView]] = {}
    for path, values in _by_field(before, after).items():
        section = _SECTIONS.get(path.partition(".")[0], "Added by your team")
        changes.setdefault(section, []).append(_change(path, values, before, after, evidence))
    order = [*_SECTIONS.values(), "Added by your team"]
    return [DiffSection(title=title, changes=changes[title]) for title in order if title in changes]


def causing_ids(before: CompiledSnapshot, after: CompiledSnapshot) -> list[str]:
    """Returns the ids of the evidence items that causes name, each once."""
    causes = (cause_of(path, before, after, {}) for path in _by_field(before, after))
    return list(dict.fromkeys(entry["id"] for cause in causes for entry in cause.get("items", ())))


@dataclass
class _Values:
    """What a field was and is; the second pair is the confidence, where that moved too."""

    kind: str = "changed"
    value: tuple[Any, Any] | None = None
    confidence: tuple[Any, Any] | None = None


def _by_field(before: CompiledSnapshot, after: CompiledSnapshot) -> dict[str, _Values]:
    found: dict[str, _Values] = {}
    for kind, path, old, new in _differences(before, after):
        values = found.setdefault(field_of(path), _Values(kind=kind))
        if path == field_of(path):
            values.kind, values.value = kind, (old, new)
        else:
            values.confidence = (old, new)
    return {path: values for path, values in found.items() if not _follows(path, values)}


def _follows(path: str, values: _Values) -> bool:
    """What the evidence says comes to stand beside a decision, and goes again with it: that is no change of its own."""
    return path.endswith(_INFERRED) and values.kind != "changed"


def _differences(before: CompiledSnapshot, after: CompiledSnapshot) -> Iterator[tuple[str, str, Any, Any]]:
    difference = diff_profiles(before.snapshot_json, after.snapshot_json)
    yield from (("changed", change.path, change.before, change.after) for change in difference.changed)
    yield from (("added", path, None, value) for path, value in difference.added.items())
    yield from (("removed", path, value, None) for path, value in difference.removed.items())


def _change(
    path: str,
    values: _Values,
    before: CompiledSnapshot,
    after: CompiledSnapshot,
    evidence: Mapping[str, Mapping[str, Any]],
) -> ChangeView:
    cause = cause_of(path, before, after, {})
    title = title_of(path.removesuffix(_INFERRED))
    if path.endswith(_INFERRED):
        title += ", as the evidence has it"
    sureness = None
    if values.confidence is not None:
        low, high = (None if part is None else round(part * 100) for part in values.confidence)
        sureness = (low, high) if low != high else None
    return ChangeView(
        title=title[:1].upper() + title[1:],
        kind=values.kind,
        lines=[] if values.value is None else list(_lines(*(shown_texts(part) for part in values.value))),
        sureness=sureness,
        cause=cause_sentence(cause),
        mentions=[
            (entry["change"], mention_of(entry["id"], evidence.get(entry["id"]))) for entry in cause.get("items", ())
        ],
    )


_CAUSES = {
    "override": "Because your team decided otherwise.",
    "pin": "Because it was pinned, or its pin was taken away.",
    "sources": "Because the brand's sources changed.",
    "configuration": "Because the compiler or its settings changed.",
}


def cause_sentence(cause: Cause) -> str:
    """Returns in words what moved a value."""
    match cause["kind"]:
        case "answer":
            questions = [f"“{question_label(question)}”" for question in cause["ids"]]
            return f"Because your answer changed: {listed(questions)}"
        case "evidence":
            return f"Because of {counted(len(cause['items']), 'item')} of evidence that came, went or changed."
        case kind:
            return _CAUSES.get(kind, "What moved it is not known.")


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[LineChange]:
    """Lists line by line; where as many lines went as came, they are taken for reworded."""
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (LineChange(kind="same", pieces=[Piece("same", line)]) for line in old[first:last])
        elif tag == "replace" and last - first == end - start:
            for gone, came in zip(old[first:last], new[start:end], strict=True):
                yield from _reworded(gone, came)
        else:
            yield from (LineChange(kind="gone", pieces=[Piece("gone", line)]) for line in old[first:last])
            yield from (LineChange(kind="came", pieces=[Piece("came", line)]) for line in new[start:end])


def _reworded(old: str, new: str) -> Iterator[LineChange]:
    """Word by word where the two have something in common, else one line gone and one come."""
    gone, came = _PIECE.findall(old), _PIECE.findall(new)
    matcher = SequenceMatcher(None, gone, came, autojunk=False)
    if len(old) + len(new) > _MOST_SHOWN_IN_PARTS or matcher.ratio() < 0.5:
        yield LineChange(kind="gone", pieces=[Piece("gone", old)])
        yield LineChange(kind="came", pieces=[Piece("came", new)])
        return
    pieces = []
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(gone[first:last])))
            continue
        if last > first:
            pieces.append(Piece("gone", "".join(gone[first:last])))
        if end > start:
            pieces.append(Piece("came", "".join(came[start:end])))
    yield LineChange(kind="reworded", pieces=pieces)
