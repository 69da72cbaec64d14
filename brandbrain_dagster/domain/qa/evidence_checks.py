"""Was there enough to go by: how old, how much, from where, and who read it?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from brandbrain_dagster.domain.compile.extractive.wording import platform_name
from brandbrain_dagster.domain.ingestion.evidence_status import Disposition, SourceOutcome
from brandbrain_dagster.domain.qa.check import Finding
from brandbrain_dagster.domain.qa.subject import QaSubject

MAX_AGE = timedelta(days=90)
MIN_ITEMS = 8
MAX_QUARANTINED = 0.1
"""Share (0..1) of a source's rows that may be unreadable."""


def find_aged_evidence(subject: QaSubject) -> Iterator[Finding]:
    """Finds platforms whose newest dated item is more than 90 days old."""
    newest: dict[str, datetime] = {}
    for item in subject.items.values():
        if item.published_at is not None:
            newest[item.platform] = max(item.published_at, newest.get(item.platform, item.published_at))
    for platform, published_at in sorted(newest.items()):
        age = subject.compiled_at - published_at
        if age > MAX_AGE:
            yield Finding(
                f"platform_profiles.{platform}", f"the newest item on {platform_name(platform)} is {age.days} days old"
            )


def find_thin_evidence(subject: QaSubject) -> Iterator[Finding]:
    """Finds a bundle of fewer than eight items."""
    count = len(subject.items)
    if count < MIN_ITEMS:
        yield Finding("meta.evidence_summary.item_count", f"there {'is' if count == 1 else 'are'} {count}")


def find_fallback(subject: QaSubject) -> Iterator[Finding]:
    """Finds a draft that another compiler was meant to make."""
    compiler = subject.document.meta.compiler
    if isinstance(compiler.fallback_from, str):
        yield Finding("meta.compiler", f"{compiler.fallback_from} failed, {compiler.name} wrote the profile")


def find_failed_sources(subject: QaSubject) -> Iterator[Finding]:
    """Finds sources that could not be collected."""
    for outcome in subject.evidence_status.of(Disposition.FAILED):
        reason = (outcome.error or outcome.reason).rstrip(". ")
        yield Finding(_profile_of(outcome), f"{_named(outcome)} could not be collected ({reason})")


def find_quarantined_rows(subject: QaSubject) -> Iterator[Finding]:
    """Finds sources of whose rows more than a tenth could not be read."""
    for outcome in subject.evidence_status.outcomes:
        quarantined = outcome.quarantined_count or 0
        rows = outcome.raw_items_count or quarantined + (outcome.item_count or 0)
        if quarantined > MAX_QUARANTINED * rows:
            yield Finding(_profile_of(outcome), f"{quarantined} of {rows} rows of {_named(outcome)} could not be read")


def find_unfit_decisions(subject: QaSubject) -> Iterator[Finding]:
    """Finds overrides and pins that could not be merged."""
    for path in sorted(set(subject.unfit_decisions)):
        yield Finding(path, "the override or pin does not fit this field")


def _named(outcome: SourceOutcome) -> str:
    return f"{outcome.source} ({outcome.identifier})"


def _profile_of(outcome: SourceOutcome) -> str:
    return f"platform_profiles.{outcome.source.partition('.')[0]}"
