"""What QA looks at: a draft, and everything it was made from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from brandbrain_dagster.domain.compile.snapshot_schema import SnapshotDocument
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.ingestion.evidence_status import EvidenceStatus
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers


@dataclass(frozen=True, kw_only=True)
class QaSubject:
    """A draft with its citations proven and its confidences set, before people's decisions are merged into it.

    ``items`` are the bundle's by id and ``stats`` is its feature report; ``platforms`` are the connected ones.
    ``overridden_taboos`` are those that stand in an override, ``unfit_decisions`` the paths of overrides and pins that
    could not be merged.
    """

    document: SnapshotDocument
    items: Mapping[str, EvidenceItem]
    answers: OnboardingAnswers
    overridden_taboos: Sequence[str]
    platforms: Sequence[str]
    stats: Mapping[str, Any]
    evidence_status: EvidenceStatus
    compiled_at: datetime
    unfit_decisions: Sequence[str] = ()

    @cached_property
    def own_words(self) -> frozenset[str]:
        """Every text of the answers, and the taboos that stand in an override: what the brand's people wrote."""
        return frozenset(_texts_in(msgspec.to_builtins(self.answers))).union(self.overridden_taboos)


def _texts_in(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping | list | tuple):
        for value in part.values() if isinstance(part, Mapping) else part:
            yield from _texts_in(value)
