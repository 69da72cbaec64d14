"""The QA report as a Markdown table, what is wrong first."""

from collections.abc import Sequence

from brandbrain_dagster.domain.qa.report import QaReport

_ORDER = ("FAIL", "WARN", "PASS")
_SHOWN_PATHS = 10


def report_markdown(report: QaReport) -> str:
    """Returns the status and a table of the checks: failed, warned, passed."""
    counts = [(status, sum(check.status == status for check in report.checks)) for status in _ORDER]
    summary = ", ".join(f"{count} {status}" for status, count in counts if count)
    rows = [
        f"| {check.status} | {check.id} | {_cell(check.message)} | {_places(check.paths)} |"
        for check in sorted(report.checks, key=lambda check: _ORDER.index(check.status))
    ]
    head = ["| Status | Check | What QA found | Where |", "| --- | --- | --- | --- |"]
    return "\n".join([f"**{report.status}**: {summary}", "", *head, *rows])


def _places(paths: Sequence[str]) -> str:
    shown = [f"`{_code(path)}`" for path in paths[:_SHOWN_PATHS]]
    return ", ".join(shown) + (f" and {len(paths) - _SHOWN_PATHS} more" if len(paths) > _SHOWN_PATHS else "")


def _cell(text: str) -> str:
    """Text that may be anybody's, as plain text in one cell."""
    plain = " ".join(text.split()).replace("\\", "\\\\")
    return "".join(f"\\{letter}" if letter in "|`*_[]<>" else letter for letter in plain)


def _code(path: str) -> str:
    return path.replace("`", "'").replace("|", "\\|")
