"""Answers stand as they were given, and only people say what is taboo."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from brandbrain_dagster.domain.qa.subject import QaSubject
from tests.unit.compile.brands import ROASTER_ANSWERS
from tests.unit.compile.profiles import fields_of
from tests.unit.qa.drafts import check_of, planted, subject_of

ANSWER_TO_EDGE = {"type": "answer", "id": "tier0.edge"}
SEEDED: dict[str, Any] = {**ROASTER_ANSWERS, "tier1.pillars_seed": ["Espresso", "The farm", "Training"]}


@pytest.fixture(scope="module")
def good() -> QaSubject:
    return subject_of()


@pytest.mark.parametrize("answers", [None, {}, ROASTER_ANSWERS, SEEDED])
def test_answers_that_stand_as_given_pass(answers: dict[str, Any] | None) -> None:
    subject = subject_of(answers=answers)
    assert check_of(subject, "answers_as_given").status == "PASS"
    assert check_of(subject, "taboos_not_inferred").status == "PASS"


def test_an_answer_that_was_altered_is_found_in_every_field() -> None:
    good = subject_of(answers=SEEDED)
    fields = fields_of(msgspec.to_builtins(good.document))
    answered = {path: node["value"] for path, node in fields.items() if node["sources"][:1] and _is_answered(node)}
    assert len(answered) >= 11
    for path, value in answered.items():
        other = "direct" if path == "voice.cta_policy" else [*value, "more"] if isinstance(value, list) else f"{value}!"
        assert path in check_of(planted(good, (f"{path}.value", other)), "answers_as_given").paths


def test_an_answer_cited_where_none_was_given_is_found_in_every_field(good: QaSubject) -> None:
    fields = fields_of(msgspec.to_builtins(good.document))
    inferred = [path for path, node in fields.items() if not _is_answered(node)]
    assert len(inferred) > 20
    for path in inferred:
        for question in ("tier0.edge", "tier0.taboos", "tier9.unknown"):
            source = {"type": "answer", "id": question}
            found = check_of(planted(good, (f"{path}.sources", [source])), "answers_as_given")
            assert (found.status, list(found.paths)) == ("FAIL", [path])


def test_an_answer_that_is_not_cited_is_found(good: QaSubject) -> None:
    spoilt = planted(good, ("positioning.what_we_do.sources", [{"type": "evidence", "id": "page-1"}]))
    assert list(check_of(spoilt, "answers_as_given").paths) == ["positioning.what_we_do"]


def test_an_answer_that_was_left_out_for_something_inferred_is_found(good: QaSubject) -> None:
    inferred = {"value": "We sell coffee.", "confidence": 0.5, "sources": [{"type": "evidence", "id": "page-1"}]}
    spoilt = planted(good, ("positioning.what_we_do", {**inferred, "locked": False, "override_value": None}))
    assert list(check_of(spoilt, "answers_as_given").paths) == ["positioning.what_we_do"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("locked", True),
        ("override_value", "bold"),
        ("sources", [{"type": "override", "id": "positioning.who_for"}]),
        ("inferred", {"value": "Anybody", "confidence": 0.5, "sources": []}),
    ],
)
def test_a_draft_that_takes_decisions_for_people_is_found(good: QaSubject, name: str, value: Any) -> None:
    for path in ("positioning.who_for", "platform_profiles.instagram.cadence"):
        assert list(check_of(planted(good, (f"{path}.{name}", value)), "answers_as_given").paths) == [path]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("meta.content_goal", "World domination"),
        ("meta.priority_platforms", []),
        ("meta.web_key_pages", ["https://evil.example/"]),
        ("meta.proof_library", [{"claim": "Cures everything"}]),
        ("platform_profiles.instagram.rules", None),
        ("platform_profiles.linkedin.rules", {"cadence_per_week": 5}),
    ],
)
def test_settings_that_are_not_as_answered_are_found(good: QaSubject, path: str, value: Any) -> None:
    assert list(check_of(planted(good, (path, value)), "answers_as_given").paths) == [path]


def test_a_named_theme_that_is_missing_is_found() -> None:
    good = subject_of(answers=SEEDED)
    plain = msgspec.to_builtins(good.document.pillars)
    assert list(check_of(planted(good, ("pillars", plain[1:])), "answers_as_given").paths) == ["pillars"]


@pytest.mark.parametrize("path", ["constraints.taboos", "constraints.risk_boundaries", "examples.user_examples"])
@pytest.mark.parametrize("sources", [[], [ANSWER_TO_EDGE], [{"type": "evidence", "id": "post-1"}]])
def test_a_taboo_that_nobody_gave_is_found(good: QaSubject, path: str, sources: list[dict[str, str]]) -> None:
    for subject in (good, subject_of(answers={})):
        spoilt = planted(subject, (f"{path}.value", ["tea"]), (f"{path}.sources", sources))
        found = check_of(spoilt, "taboos_not_inferred")
        assert found.status == "FAIL"
        assert f"{path}.value.0" in found.paths


def test_an_answered_taboo_that_rests_on_evidence_too_is_found(good: QaSubject) -> None:
    sources = [{"type": "answer", "id": "tier0.taboos"}, {"type": "evidence", "id": "post-1"}]
    spoilt = planted(good, ("constraints.taboos.sources", sources))
    assert list(check_of(spoilt, "taboos_not_inferred").paths) == ["constraints.taboos"]


def test_a_taboo_of_an_override_is_known(good: QaSubject) -> None:
    subject = replace(planted(good, ("constraints.taboos.value", ["cheap", "tea"])), overridden_taboos=["tea"])
    assert check_of(subject, "taboos_not_inferred").status == "PASS"
    assert check_of(subject, "no_taboo_terms").status == "PASS"


def _is_answered(node: dict[str, Any]) -> bool:
    return any(source["type"] == "answer" for source in node["sources"])
