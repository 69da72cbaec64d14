"""What evidence lacks, and what to connect or wait for, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from brandbrain_dagster.domain.compile.extractive.wording import counted, platform_name
from brandbrain_dagster.domain.opportunities.evidence_figures import EvidenceFigures
from brandbrain_dagster.domain.opportunities.gate_config import GateConfig
from brandbrain_dagster.domain.platforms.registry import CAPABILITIES


class Lack(StrEnum):
    """What a gate that failed says is lacking: its code (opportunities)."""

    EVIDENCE = "no_evidence"
    ITEMS = "insufficient_items"
    TEXT_ITEMS = "insufficient_text_items"
    PLATFORMS = "missing_required_platforms"
    TRANSCRIPTS = "insufficient_transcript_coverage"
    FRESHNESS = "stale_evidence"
    LONG_TEXTS = "insufficient_text_length"
    AUTHORS = "insufficient_author_diversity"
    URLS = "insufficient_url_diversity"
    ORIGINALITY = "too_many_duplicates"
    CONTENT = "insufficient_content"


_WORDS = "Publish posts with a sentence or more of caption, or wait for them: pictures alone give no ideas."


def reason_of(lacks: Sequence[Lack], figures: EvidenceFigures, config: GateConfig) -> str:
    """Returns one sentence that says what was found and what is needed, for each lack."""
    found = _found(figures, config)
    return f"The evidence cannot carry a board yet: {'; '.join(found[lack] for lack in lacks)}."


def remediation_of(
    lacks: Sequence[Lack], figures: EvidenceFigures, config: GateConfig, connected: frozenset[str]
) -> str:
    """Returns what to do, each step once, in the order of the lacks."""
    if Lack.EVIDENCE in lacks:
        lacks = [lack for lack in lacks if lack in (Lack.EVIDENCE, Lack.PLATFORMS)]
    steps = _steps(figures, config, connected)
    return " ".join(dict.fromkeys(steps[lack] for lack in lacks))


def _found(figures: EvidenceFigures, config: GateConfig) -> Mapping[Lack, str]:
    items = counted(figures.items, "item")
    return {
        Lack.EVIDENCE: f"nothing usable was seen in the last {config.max_age_days} days",
        Lack.ITEMS: f"{items} of {config.min_items}",
        Lack.TEXT_ITEMS: f"{figures.with_text} with text of {config.min_text_items}",
        Lack.PLATFORMS: f"nothing from {_either(config.required_platforms)}",
        Lack.TRANSCRIPTS: (
            f"transcripts of {figures.transcribed} of {counted(figures.speakable, 'reel')}, "
            f"where {config.min_transcript_coverage:.0%} are needed"
        ),
        Lack.FRESHNESS: f"nothing was published in the last {config.max_days_since_published} days",
        Lack.LONG_TEXTS: (
            f"{figures.with_long_text} with {config.long_text_characters} characters or more of {config.min_long_texts}"
        ),
        Lack.AUTHORS: f"{counted(figures.authors, 'author')} of {config.min_authors}",
        Lack.URLS: f"{figures.urls} different addresses of {config.min_urls}",
        Lack.ORIGINALITY: (f"{figures.repeated} of {items} repeat another, where {config.max_duplicate_share:.0%} may"),
        Lack.CONTENT: (
            f"{figures.with_content} of {items} say anything, where {config.min_content_share:.0%} are needed"
        ),
    }


def _steps(figures: EvidenceFigures, config: GateConfig, connected: frozenset[str]) -> Mapping[Lack, str]:
    more = _more_items(connected)
    newest = f"; the newest post is of {figures.newest:%Y-%m-%d}" if figures.newest else ""
    return {
        Lack.EVIDENCE: f"{more} Then collect the evidence again.",
        Lack.ITEMS: more,
        Lack.TEXT_ITEMS: _WORDS,
        Lack.PLATFORMS: _required_platform(config.required_platforms, connected),
        Lack.TRANSCRIPTS: (
            "Wait for reels in which somebody speaks, or disable the source of reels, so that their transcripts are "
            "not asked for."
        ),
        Lack.FRESHNESS: f"Publish something and collect the evidence again{newest}.",
        Lack.LONG_TEXTS: _WORDS,
        Lack.AUTHORS: (
            "Collect the evidence again: no post says who published it."
            if config.min_authors == 1
            else f"Connect channels of more competitors, until there are {config.min_authors} authors."
        ),
        Lack.URLS: more,
        Lack.ORIGINALITY: "Wait until more posts with a text of their own are published, or connect another channel.",
        Lack.CONTENT: _WORDS,
    }


def _more_items(connected: frozenset[str]) -> str:
    """Names the platforms that could still be connected; where all are, time must bring more."""
    used = {name.partition(".")[0] for name in connected}
    free = sorted({capability.platform for capability in CAPABILITIES} - used)
    if not free:
        return "Wait until the connected channels have published more."
    if not used:
        return f"Connect a channel of the brand: {_either(free)}."
    return f"Connect {_either(free)}, or wait until more has been seen lately on {_either(sorted(used), 'and')}."


def _required_platform(required: Sequence[str], connected: frozenset[str]) -> str:
    used = [name for name in required if any(source.startswith(f"{name}.") for source in connected)]
    if not used:
        return f"Connect {_either(required)}."
    return (
        f"Check that the account on {_either(used, 'and')} exists, is public and has posts, and collect the evidence "
        "again."
    )


def _either(platforms: Iterable[str], word: str = "or") -> str:
    names = [platform_name(platform) for platform in platforms]
    return f" {word} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
