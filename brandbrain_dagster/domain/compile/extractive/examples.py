"""Examples: the items that show the brand at its most typical, and the ones its people named."""

from collections.abc import Iterable, Iterator, Sequence

from brandbrain_dagster.domain.compile.confidence import Section, evidence_ceiling
from brandbrain_dagster.domain.compile.extractive.field_nodes import answered, no_list
from brandbrain_dagster.domain.compile.extractive.reading import BundleReading, excerpt
from brandbrain_dagster.domain.compile.snapshot_schema import EvidenceRef, Examples, Pillar
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.onboarding.answers import OnboardingAnswers

_MAX_CANONICAL = 6
_SAME_TEXT = 0.7
"""Share of common words from which two items say the same."""


def compile_examples(answers: OnboardingAnswers, reading: BundleReading, pillars: Sequence[Pillar]) -> Examples:
    """Returns the examples: the best item of each pillar first, then the strongest voice evidence."""
    chosen: dict[str, str] = {}
    for pillar in pillars:
        item_id = next((item_id for item_id in pillar.example_ids if item_id not in chosen), None)
        if item_id is not None:
            chosen[item_id] = f"the most engaging item on “{pillar.name.value}”"
    for item in sorted((text.item for text in reading.social_texts), key=lambda item: _strength(item, reading)):
        chosen.setdefault(item.id, _why(item))
    refs = [
        evidence_ref(reading.by_id[item_id], reading, why=chosen[item_id]) for item_id in _distinct(chosen, reading)
    ]
    user_examples = (
        answered(list(answers.good_examples), "tier1.good_examples")
        if answers.good_examples
        else no_list("Nobody has named texts that show what good looks like.", "Answer tier1.good_examples.")
    )
    return Examples(
        canonical_evidence=[ref for ref in refs if ref.excerpt][:_MAX_CANONICAL], user_examples=user_examples
    )


def _distinct(item_ids: Iterable[str], reading: BundleReading) -> Iterator[str]:
    """Yields the items that do not say again, on another platform perhaps, what one before them says."""
    said: list[set[str]] = []
    for item_id in item_ids:
        item = reading.by_id[item_id]
        words = set(WORD.findall(fold_text(f"{item.text_primary} {item.text_secondary or ''}")))
        if not any(len(words & others) >= _SAME_TEXT * max(min(len(words), len(others)), 1) for others in said):
            said.append(words)
            yield item_id


def evidence_ref(item: EvidenceItem, reading: BundleReading, *, why: str) -> EvidenceRef:
    """Returns the item as an example; the excerpt is empty where showing it is not allowed."""
    text = excerpt(item)
    return EvidenceRef(
        id=item.id,
        platform=item.platform,
        content_type=item.content_type,
        url=item.canonical_url,
        published_at=item.published_at,
        excerpt=text if reading.is_allowed(text) else "",
        why=why,
    )


def _strength(item: EvidenceItem, reading: BundleReading) -> tuple[float, float, str]:
    return (-evidence_ceiling(item, Section.VOICE), -reading.scores[item.id], item.id)


def _why(item: EvidenceItem) -> str:
    return "the brand's spoken voice, by transcript" if item.flags.has_transcript else "the brand's own words"
