"""A bundle as the extractive compiler reads it: texts, quotable sentences, scores, and the words to keep away from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import regex
import sentencex

from brandbrain_dagster.domain.bundling.engagement import engagement_score
from brandbrain_dagster.domain.compile.private_text import private_kind
from brandbrain_dagster.domain.compile.snapshot_schema import SourceRef, TextField
from brandbrain_dagster.domain.compile.taboo_terms import WRITTEN_TOGETHER, TabooTerms
from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.feature_report import build_blocks
from brandbrain_dagster.domain.features.item_text import HASHTAG, LINK, MENTION, ItemText, read_item_text
from brandbrain_dagster.domain.features.language_detection import UNDETERMINED, detect_language

_MIN_QUOTE = 20
_MAX_QUOTE = 200
"""Characters of a quotable sentence, a syllable sign counted twice: shorter says nothing, longer is not read."""
_MIN_PARAGRAPH = 40
"""Characters of a paragraph whose language can be told for sure."""
_MAX_SENTENCES = 60
"""Sentences read of one text: a long web page says who it is at its start."""
_WORD_START = regex.compile(r"\p{L}")
_VOICE_BLOCKS = ("text_stats", "emoji_stats", "cta_stats", "hook_marker_stats", "style_stats", "language_stats")
_FIELDS: tuple[TextField, ...] = ("text_primary", "text_secondary")


@dataclass(frozen=True)
class Sentence:
    """A sentence of an item, verbatim, that may be shown: no links, mentions, e-mail addresses or telephone numbers."""

    item: EvidenceItem
    field: TextField
    text: str
    language: str

    def source(self) -> SourceRef:
        """Returns the citation of this sentence."""
        return SourceRef(type="evidence", id=self.item.id, quote=self.text, field=self.field)


class BundleReading:
    """The items of one bundle, read once.

    Args:
        items: the bundle's items, in any order.
        stats: the feature report over the same items.
        brand_name: how the brand calls itself.
        taboos: terms that must not appear in anything produced.
    """

    def __init__(
        self, items: Sequence[EvidenceItem], stats: Mapping[str, Any], *, brand_name: str, taboos: Iterable[str]
    ) -> None:
        self.scores = {item.id: engagement_score(item) for item in items}
        self.items = sorted(items, key=lambda item: (item.platform, -self.scores[item.id], item.id))
        self.brand_name = brand_name
        self.stats = stats
        self._taboos = TabooTerms(taboos)

    @cached_property
    def by_id(self) -> dict[str, EvidenceItem]:
        """The items under their ids."""
        return {item.id: item for item in self.items}

    @cached_property
    def texts(self) -> list[ItemText]:
        """The texts of the brand's own items that say anything, by platform, the most engaging first."""
        own = (item for item in self.items if not item.flags.is_repost and item.flags.is_own_account is not False)
        return [read_item_text(item) for item in own if not item.flags.is_low_value]

    @cached_property
    def social_texts(self) -> list[ItemText]:
        """The texts that show how the brand talks: all but web pages, or those where there is nothing else."""
        social = [text for text in self.texts if text.item.platform != "web"]
        return social or self.texts

    @cached_property
    def voice_texts(self) -> list[ItemText]:
        """The social texts that hold words or emoji at all: a picture without a caption has no voice."""
        return [text for text in self.social_texts if text.voice.strip()]

    @cached_property
    def voice_stats(self) -> dict[str, Any]:
        """The figures of how the voice texts are written, without web pages and other people's posts."""
        return build_blocks(self.voice_texts, _VOICE_BLOCKS)

    @cached_property
    def second_languages(self) -> dict[str, str]:
        """The language in which a voice text ends, by item id, where that is not the one it starts in."""
        found = {}
        for text in self.voice_texts:
            paragraphs = [part for part in text.prose.split("\n\n") if len(part.strip()) >= _MIN_PARAGRAPH]
            if len(paragraphs) > 1:
                first, last = (detect_language(part, None) for part in (paragraphs[0], paragraphs[-1]))
                if UNDETERMINED not in (first, last) and first != last:
                    found[text.item.id] = last
        return found

    @cached_property
    def _sentences(self) -> dict[str, list[Sentence]]:
        return {text.item.id: list(self._sentences_of(text)) for text in self.texts}

    def sentences(self, item_id: str) -> list[Sentence]:
        """Returns the quotable sentences of an item, in their order."""
        return self._sentences.get(item_id, [])

    def cited(self, item_ids: Iterable[str]) -> list[SourceRef]:
        """Returns citations of the items with these ids, each once; ids that are not here are left out."""
        return cite(self.by_id[item_id] for item_id in dict.fromkeys(item_ids) if item_id in self.by_id)

    def is_allowed(self, text: str) -> bool:
        """Says whether a text is free of taboo terms and private contact data."""
        return private_kind(text) is None and self._taboos.held_by(text) is None

    def _sentences_of(self, text: ItemText) -> Iterator[Sentence]:
        for field in _FIELDS:
            content = getattr(text.item, field)
            if not content:
                continue
            for part in islice(_split(content, text.language), _MAX_SENTENCES):
                if self._is_quotable(part):
                    yield Sentence(text.item, field, part, text.language)

    def _is_quotable(self, part: str) -> bool:
        length = len(part) + len(WRITTEN_TOGETHER.findall(part))
        if not _MIN_QUOTE <= length <= _MAX_QUOTE or not _WORD_START.search(part):
            return False
        return not any(pattern.search(part) for pattern in (LINK, MENTION, HASHTAG)) and self.is_allowed(part)


def _split(content: str, language: str) -> Iterator[str]:
    for line in content.splitlines():
        for part in sentencex.segment(language if len(language) == 2 else "en", line):
            sentence = part.strip()
            if sentence:
                yield sentence


def excerpt(item: EvidenceItem, *, limit: int = _MAX_QUOTE) -> str:
    """Returns the first telling line of what an item says, verbatim, cut between words at ``limit`` characters."""
    lines = [line.strip() for line in (item.text_primary.strip() or item.text_secondary or "").splitlines()]
    text = next((line for line in lines if len(line) >= _MIN_QUOTE), max(lines, key=len, default=""))
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip()


def cite(items: Iterable[EvidenceItem], *, limit: int = 5) -> list[SourceRef]:
    """Returns citations of whole items, at most ``limit``."""
    return [SourceRef(type="evidence", id=item.id) for _, item in zip(range(limit), items, strict=False)]
