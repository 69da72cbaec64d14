"""``schema_valid``: a draft that is no profile is named with its place, and nothing else is looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.qa.report import run_qa
from tests.unit.qa.drafts import check_of, planted, subject_of


def _set(part: Any, name: str, value: Any) -> None:
    """Sets what the types forbid: nothing at run time keeps a compiler from it."""
    setattr(part, name, value)


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda draft: _set(draft.positioning, "what_we_do", None), "positioning.what_we_do"),
        (lambda draft: _set(draft.positioning.what_we_do, "value", 7), "positioning.what_we_do.value"),
        (lambda draft: _set(draft.voice.cta_policy, "value", "shouty"), "voice.cta_policy.value"),
        (lambda draft: _set(draft.voice.emoji_policy, "confidence", "very"), "voice.emoji_policy.confidence"),
        (lambda draft: draft.voice.tone_tags.value.append(None), "voice.tone_tags.value.3"),
        (lambda draft: draft.voice.do.sources.insert(0, {"type": "rumour", "id": "x"}), "voice.do.sources.0.type"),
        (lambda draft: _set(draft, "pillars", None), "pillars"),
        (lambda draft: _set(draft.pillars[1], "share", "half"), "pillars.1.share"),
        (lambda draft: _set(draft.pillars[1], "share", 1.5), "pillars.1.share"),
        (lambda draft: _set(draft.pillars[1], "share", float("nan")), "$"),
        (lambda draft: _set(draft.pillars[0], "share", object()), "$"),
        (lambda draft: draft.platform_profiles.update(web=None), "platform_profiles.web"),
        (
            lambda draft: _set(draft.platform_profiles["linkedin"].cadence, "value", 3),
            "platform_profiles.linkedin.cadence.value",
        ),
        (lambda draft: _set(draft.meta, "schema_version", "v0"), "meta.schema_version"),
        (lambda draft: _set(draft.meta, "compiled_at", "yesterday"), "meta.compiled_at"),
        (lambda draft: _set(draft.voice.do, "value", ["half \ud83d an emoji"]), "$"),
        (lambda draft: _set(draft.voice.do, "value", ["Be brief.", "a\0b"]), "voice.do.value.1"),
    ],
)
def test_a_draft_that_does_not_fit_the_schema_is_named_with_its_place(
    spoil: Callable[[SnapshotDocument], Any], path: str
) -> None:
    subject = subject_of()
    spoil(subject.document)
    report = run_qa(subject)
    assert [check.id for check in report.checks] == ["schema_valid"]
    assert report.status == "FAIL"
    assert list(report.checks[0].paths) == [path]


def test_a_draft_of_plain_values_that_fit_is_looked_at_like_any_other() -> None:
    subject = subject_of()
    ref = subject.document.voice.do.sources[0]
    _set(subject.document.voice.do, "sources", [{"type": "evidence", "id": "gone", "item_hash": ref.item_hash}])
    assert check_of(subject, "schema_valid").status == "PASS"
    assert list(check_of(subject, "cited_evidence_in_bundle").paths) == ["voice.do.sources.0"]


def test_a_backslash_before_u0000_is_text_like_any_other() -> None:
    assert check_of(planted(subject_of(), ("voice.do.value.0", r"Write \u0000")), "schema_valid").status == "PASS"


def test_the_message_does_not_repeat_the_value_that_does_not_fit() -> None:
    subject = subject_of()
    _set(subject.document.voice.cta_policy, "value", "hunter2-hunter2")
    assert "hunter2" not in run_qa(subject).checks[0].message


def test_a_draft_of_nothing_but_required_parts_fits() -> None:
    subject = subject_of([], {})
    assert (subject.document.pillars, subject.document.platform_profiles) == ([], {})
    assert check_of(subject, "schema_valid").status == "PASS"
