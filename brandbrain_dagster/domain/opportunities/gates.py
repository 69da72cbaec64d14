"""The gates: whether the evidence looked at can carry a board, in true figures, every failure listed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.opportunities.board import EvidenceShortfall
from brandbrain_dagster.domain.opportunities.evidence_figures import EvidenceFigures, count_figures
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig
from brandbrain_dagster.domain.opportunities.remediation import Lack, reason_of, remediation_of
from brandbrain_dagster.domain.platforms.registry import capability_by_name


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """What the gates found.

    ``results_json`` holds the thresholds that were used and every gate's outcome; ``failures`` are the codes of those
    that failed, in their order. The rest is None where all passed.
    """

    results_json: Mapping[str, Any]
    failures: tuple[str, ...]
    shortfall: EvidenceShortfall | None
    remediation: str | None
    reason: str | None


class _Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One gate's outcome; what is not asked is passed."""

    code: Lack
    found: int | float | tuple[str, ...]
    required: int | float | tuple[str, ...]
    asked: bool = True
    passed: bool


def run_gates(
    items: Sequence[EvidenceItem], *, config: GateConfig, now: datetime, connected: frozenset[str]
) -> GateReport:
    """Puts the items looked at through every gate.

    Args:
        items: what `look_at` returned.
        config: the thresholds; none comes from anywhere else.
        now: the time against which publication is compared.
        connected: the enabled sources' capabilities, ``platform.capability``.
    """
    figures = count_figures(items, config=config, now=now)
    gates = tuple(_gates(figures, config, connected))
    lacks = tuple(gate.code for gate in gates if not gate.passed)
    results_json = {
        "version": config.version,
        "thresholds": msgspec.to_builtins(config),
        "gates": msgspec.to_builtins(gates),
    }
    if not lacks:
        return GateReport(results_json=results_json, failures=(), shortfall=None, remediation=None, reason=None)
    return GateReport(
        results_json=results_json,
        failures=tuple(map(str, lacks)),
        shortfall=_shortfall(figures, config, lacks),
        remediation=remediation_of(lacks, figures, config, connected),
        reason=reason_of(lacks, figures, config),
    )


def _gates(figures: EvidenceFigures, config: GateConfig, connected: frozenset[str]) -> Iterator[_Gate]:
    yield _at_least(Lack.EVIDENCE, figures.items, 1)
    yield _at_least(Lack.ITEMS, figures.items, config.min_items)
    yield _at_least(Lack.TEXT_ITEMS, figures.with_text, config.min_text_items)
    required = config.required_platforms
    yield _Gate(
        code=Lack.PLATFORMS,
        found=figures.platforms,
        required=required,
        passed=not required or bool(set(required) & set(figures.platforms)),
    )
    if any(capability_by_name(name).transcript_ceiling is not None for name in connected):
        yield _at_least(Lack.TRANSCRIPTS, figures.transcript_share, config.min_transcript_coverage)
    else:
        found, minimum = figures.transcript_share, config.min_transcript_coverage
        yield _Gate(code=Lack.TRANSCRIPTS, found=found, required=minimum, asked=False, passed=True)
    yield _at_least(Lack.FRESHNESS, figures.fresh, 1)
    yield _at_least(Lack.LONG_TEXTS, figures.with_long_text, config.min_long_texts)
    yield _at_least(Lack.AUTHORS, figures.authors, config.min_authors)
    yield _at_least(Lack.URLS, figures.urls, config.min_urls)
    repeated, most = figures.duplicate_share, config.max_duplicate_share
    yield _Gate(code=Lack.ORIGINALITY, found=repeated, required=most, passed=repeated <= most)
    yield _at_least(Lack.CONTENT, figures.content_share, config.min_content_share)


def _at_least(code: Lack, found: float, required: float) -> _Gate:
    return _Gate(code=code, found=found, required=required, passed=found >= required)


def _shortfall(figures: EvidenceFigures, config: GateConfig, lacks: Sequence[Lack]) -> EvidenceShortfall:
    """States the figures as they are, whichever gate failed; no platform is missing where any required one is found."""
    return EvidenceShortfall(
        required_items=config.min_items,
        found_items=figures.items,
        required_platforms=config.required_platforms,
        found_platforms=figures.platforms,
        missing_platforms=config.required_platforms if Lack.PLATFORMS in lacks else (),
        transcript_coverage=figures.transcript_share,
        min_transcript_coverage=config.min_transcript_coverage,
        failures=tuple(map(str, lacks)),
    )
