"""A check: what it looks for, and what it tells a brand's owner."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from brandbrain_dagster.domain.qa.subject import QaSubject

Severity = Literal["error", "warning"]
Status = Literal["PASS", "WARN", "FAIL"]

_SHOWN_FINDINGS = 5


class Finding(NamedTuple):
    """Something that is wrong at a path of the profile; ``text`` is a clause such as "has no source"."""

    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class QaCheck:
    """The outcome of one check; ``paths`` are the places in the profile that it is about, none when it passed."""

    id: str
    status: Status
    severity: Severity
    message: str
    paths: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class CheckRule:
    """One check. ``passed`` and ``failed`` are sentences for either outcome, ``remedy`` says what to do about it.

    ``find`` is a pure function that returns everything that is wrong. ``names_paths`` is False where the findings speak
    for themselves, so that the message need not name the places.
    """

    id: str
    severity: Severity
    find: Callable[[QaSubject], Iterable[Finding]]
    passed: str
    failed: str
    remedy: str
    names_paths: bool = True

    def run(self, subject: QaSubject) -> QaCheck:
        """Applies the check."""
        findings = list(dict.fromkeys(self.find(subject)))
        return self._outcome("PASS", self.passed, []) if not findings else self._violated(findings)

    def _violated(self, findings: Sequence[Finding]) -> QaCheck:
        shown = findings[:_SHOWN_FINDINGS]
        told = [f"{path}: {text}" if self.names_paths else text for path, text in shown]
        if len(findings) > _SHOWN_FINDINGS:
            told.append(f"and {len(findings) - _SHOWN_FINDINGS} more")
        message = f"{self.failed}: {'; '.join(told)}. {self.remedy}"
        paths = list(dict.fromkeys(path for path, _ in findings))
        return self._outcome("FAIL" if self.severity == "error" else "WARN", message, paths)

    def _outcome(self, status: Status, message: str, paths: Sequence[str]) -> QaCheck:
        return QaCheck(id=self.id, status=status, severity=self.severity, message=message, paths=paths)
