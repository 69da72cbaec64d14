"""Findings of a draft as they are reported: as JSON, and as lines that editors and CI logs read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from brandbrain_dagster.domain.draft_check.finding import Finding, Rule, Severity


def cited_by(findings: Iterable[Finding]) -> list[str]:
    """Returns the ids of the evidence items that the broken rules rest on, each once."""
    sources = (source for finding in findings for source in finding.rule.sources)
    return sorted({source["id"] for source in sources if source["type"] == "evidence"})


def report_json(findings: Sequence[Finding], boundaries: Sequence[str], urls: Mapping[str, str]) -> dict[str, Any]:
    """Returns the report; ``passes`` says that nothing people decided is broken, ``judge`` is left to a person.

    ``urls`` maps evidence ids to the addresses of the original posts.
    """
    return {
        "passes": passes(findings),
        "findings": [_finding_json(finding, urls) for finding in findings],
        "judge": list(boundaries),
    }


def passes(findings: Iterable[Finding]) -> bool:
    """Says whether there is no error among the findings."""
    return all(finding.severity is not Severity.ERROR for finding in findings)


def report_lines(name: str, text: str, findings: Iterable[Finding]) -> list[str]:
    """Returns a line for each place: ``name:line:column: severity code: message (rule, from its sources)``."""
    lines = []
    for finding in findings:
        told = f"{finding.severity} {finding.code}: {finding.message} ({finding.rule.path}, {_ground(finding.rule)})"
        lines += [f"{name}:{_place(text, span.start)}: {told}" for span in finding.spans] or [f"{name}: {told}"]
    return lines


def _finding_json(finding: Finding, urls: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(finding)
    for source in found["rule"]["sources"]:
        if source["id"] in urls:
            source["url"] = urls[source["id"]]
    return found


def _place(text: str, start: int) -> str:
    """Line and column, both from 1."""
    before = text[:start]
    return f"{before.count(chr(10)) + 1}:{start - before.rfind(chr(10))}"


def _ground(rule: Rule) -> str:
    items = sum(source["type"] == "evidence" for source in rule.sources)
    given = [f"{source['type']} {source['id']}" for source in rule.sources if source["type"] != "evidence"]
    return ", ".join([*given, *([f"{items} evidence item{'' if items == 1 else 's'}"] if items else [])])
