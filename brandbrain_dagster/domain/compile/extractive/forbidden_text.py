"""The last look at a draft: what the compiler itself wrote must not hold a taboo term either."""

from typing import Any

from msgspec import UNSET

from brandbrain_dagster.domain.compile.extractive.reading import BundleReading
from brandbrain_dagster.domain.compile.snapshot_schema import Abstention, FieldNode, SnapshotDocument, nodes_of

_FORBIDDEN = Abstention(
    reason="All that could be said here holds a term that the brand never uses.",
    next_step="Answer or override this field in other words.",
)


def drop_forbidden(document: SnapshotDocument, reading: BundleReading) -> None:
    """Takes inferred values that hold a taboo term, or examples explained with one, out of the draft, in place.

    Answers stay: what the brand's people wrote is theirs.
    """
    for section in (document.positioning, document.voice, *document.pillars, *document.platform_profiles.values()):
        for _, node in nodes_of(section):
            _clean(node, reading)
    document.pillars = [pillar for pillar in document.pillars if pillar.name.value]
    for profile in document.platform_profiles.values():
        profile.top_examples = [ref for ref in profile.top_examples if reading.is_allowed(ref.why)]
    examples = document.examples
    examples.canonical_evidence = [ref for ref in examples.canonical_evidence if reading.is_allowed(ref.why)]


def _clean(node: FieldNode[Any], reading: BundleReading) -> None:
    if any(source.type == "answer" for source in node.sources):
        return
    if isinstance(node.value, list):
        node.value = [part for part in node.value if reading.is_allowed(part)]
    elif isinstance(node.value, str) and not reading.is_allowed(node.value):
        node.value = None
    if not node.value and node.abstained is UNSET:
        node.sources = []
        node.abstained = _FORBIDDEN
