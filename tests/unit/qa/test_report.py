"""The report: every check in a fixed order, a status, reasons that people understand, and a table."""

import json
from dataclasses import replace

from brandbrain_dagster.domain.qa.check import QaCheck
from brandbrain_dagster.domain.qa.report import QaReport, run_qa
from brandbrain_dagster.domain.qa.report_text import report_markdown
from tests.unit.qa.drafts import planted, subject_of

ERRORS = [
    "schema_valid",
    "inferred_values_have_sources",
    "cited_evidence_in_bundle",
    "quotes_verbatim",
    "confidence_within_caps",
    "answers_as_given",
    "taboos_not_inferred",
    "no_taboo_terms",
    "platforms_have_profiles",
    "no_private_text",
]
WARNINGS = [
    "duplicate_values",
    "pillar_count",
    "answers_contradict_evidence",
    "evidence_age",
    "thin_evidence",
    "llm_fallback",
    "failed_sources",
    "quarantined_items",
    "unfit_decisions",
]


def test_every_check_is_reported_in_order_with_its_severity() -> None:
    checks = run_qa(subject_of()).checks
    assert [check.id for check in checks] == [*ERRORS, *WARNINGS]
    assert [check.id for check in checks if check.severity == "error"] == ERRORS


def test_a_draft_without_fault_passes() -> None:
    report = run_qa(subject_of())
    assert (report.status, report.reasons) == ("PASS", [])
    assert {check.status for check in report.checks} == {"PASS"}
    assert [list(check.paths) for check in report.checks if check.paths] == []


def test_a_warning_alone_keeps_nothing_from_being_published() -> None:
    report = run_qa(subject_of([]))
    assert (report.status, report.reasons) == ("WARN", [])


def test_a_failed_error_check_outweighs_warnings_and_is_the_reason() -> None:
    spoilt = planted(subject_of(), ("positioning.who_for.value", "Cheap people"), ("voice.tone_tags.value", ["a", "a"]))
    report = run_qa(spoilt)
    assert report.status == "FAIL"
    [reason] = report.reasons
    assert reason == (
        "Some texts hold what the brand must not say: positioning.who_for.value: holds “cheap”. Answer the question "
        "for the field so that nothing needs to be inferred, or compile again. If the term is allowed here, take it "
        "off the taboos."
    )


def test_a_long_list_of_places_is_cut_in_the_message_and_whole_in_the_paths() -> None:
    names = [f"platform{number}" for number in range(9)]
    subject = subject_of()
    found = run_qa(replace(subject, platforms=[*subject.platforms, *names])).reasons
    assert "platform4" in found[0]
    assert "platform5" not in found[0]
    assert "and 4 more" in found[0]


def test_the_report_is_plain_json() -> None:
    report = run_qa(planted(subject_of(), ("voice.do.sources", [])))
    stored = report.to_json()
    assert json.loads(json.dumps(stored)) == stored
    assert stored["status"] == "FAIL"
    assert {frozenset(check) for check in stored["checks"]} == {
        frozenset({"id", "status", "severity", "message", "paths"})
    }
    [failed] = [check for check in stored["checks"] if check["id"] == "inferred_values_have_sources"]
    assert (failed["status"], failed["severity"], failed["paths"]) == ("FAIL", "error", ["voice.do"])


def test_the_table_shows_failures_first_and_no_markup_of_others() -> None:
    checks = [
        QaCheck(id="a", status="PASS", severity="error", message="Fine.", paths=[]),
        QaCheck(id="b", status="WARN", severity="warning", message="So\n| so <b>*", paths=["x|y`z"]),
        QaCheck(id="c", status="FAIL", severity="error", message="Bad.", paths=[f"p{n}" for n in range(12)]),
    ]
    lines = report_markdown(QaReport(checks)).splitlines()
    assert lines[0] == "**FAIL**: 1 FAIL, 1 WARN, 1 PASS"
    assert [line.split(" | ")[1] for line in lines[4:]] == ["c", "b", "a"]
    assert lines[4].endswith("`p9` and 2 more |")
    assert lines[5] == "| WARN | b | So \\| so \\<b\\>\\* | `x\\|y'z` |"
