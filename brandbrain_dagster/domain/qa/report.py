"""The QA report: what every check says of a draft. A failed error check forbids publishing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.qa.check import QaCheck, Status
from brandbrain_dagster.domain.qa.rules import RULES, SCHEMA_RULE
from brandbrain_dagster.domain.qa.subject import QaSubject


@dataclass(frozen=True)
class QaReport:
    """What QA says of a draft."""

    checks: Sequence[QaCheck]

    @property
    def status(self) -> Status:
        """FAIL when an error check failed, else WARN when a warning check did, else PASS."""
        found = {check.status for check in self.checks}
        return "FAIL" if "FAIL" in found else "WARN" if "WARN" in found else "PASS"

    @property
    def reasons(self) -> list[str]:
        """The messages of the error checks that failed: why the draft is not published."""
        return [check.message for check in self.checks if check.status == "FAIL"]

    def to_json(self) -> dict[str, Any]:
        """Returns ``qa_report_json``."""
        return {"status": self.status, "checks": [msgspec.to_builtins(check) for check in self.checks]}


def run_qa(subject: QaSubject) -> QaReport:
    """Applies every check to a draft; of one that does not fit the schema nothing but that is said."""
    schema = SCHEMA_RULE.run(subject)
    if schema.status == "FAIL":
        return QaReport((schema,))
    typed = replace(subject, document=msgspec.convert(msgspec.to_builtins(subject.document), SnapshotDocument))
    return QaReport((schema, *(rule.run(typed) for rule in RULES)))
