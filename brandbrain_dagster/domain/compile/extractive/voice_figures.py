"""The figures that a voice is judged by, comparable between languages, and what each of them is as a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WORDS_OF_ENGLISH = {
    "ar": 0.81,
    "de": 0.94,
    "en": 1.0,
    "es": 1.15,
    "fi": 0.63,
    "fr": 1.14,
    "hu": 0.81,
    "it": 1.05,
    "ko": 0.72,
    "nl": 0.98,
    "pl": 0.86,
    "pt": 1.1,
    "ru": 0.8,
    "sv": 0.85,
    "tr": 0.73,
}
"""Words, set off by spaces, that say what one English word says: the messages of GTK 3 with six English words or more,
against their translations. Languages that are missing are not measured in words."""


@dataclass(frozen=True)
class VoiceFigures:
    """The figures that tone rests on, as shares of items (0..1) unless said otherwise.

    ``words_each`` (an item) and ``words_a_sentence`` are in English words of the same content, 0 where the language is
    not measured in words; ``shown_words_each`` and ``shown_words_a_sentence`` are as counted.
    """

    item_count: int
    questions: float
    exclamations: float
    we: float
    you: float
    all_caps: float
    emoji: float
    emoji_each: float
    cta: float
    hooks: float
    words_each: float
    words_a_sentence: float
    shown_words_each: float = 0.0
    shown_words_a_sentence: float = 0.0

    @classmethod
    def of(cls, stats: Mapping[str, Any]) -> "VoiceFigures":
        """Takes the figures from the blocks of a feature report."""
        style, emoji, cta, hooks = (
            stats[name] for name in ("style_stats", "emoji_stats", "cta_stats", "hook_marker_stats")
        )
        count = max(style["sample_size"], 1)
        speaking = style["pronoun_sample_size"] / count
        english, shown = _words(stats["text_stats"])
        return cls(
            item_count=style["sample_size"],
            questions=style["questions_rate"],
            exclamations=style["exclamations_rate"],
            we=style["first_person_plural_rate"] * speaking,
            you=style["second_person_rate"] * speaking,
            all_caps=style["all_caps_words_rate"],
            emoji=emoji["items_with_emoji"] / count,
            emoji_each=emoji["overall_avg_count"],
            cta=cta["items_with_cta"] / count,
            hooks=hooks["items_with_hooks"] / count,
            words_each=english[0],
            words_a_sentence=english[1],
            shown_words_each=shown[0],
            shown_words_a_sentence=shown[1],
        )

    def holders(self, share: float) -> int:
        """Returns how many items a share of them is."""
        return round(share * self.item_count)


def has_words(language: str) -> bool:
    """Says whether the length of a text in this language can be told in words."""
    return language in _WORDS_OF_ENGLISH


def _words(text_stats: Mapping[str, Any]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Returns (words an item, words a sentence), as English would need them and as counted.

    Both are over the languages that are measured in words.
    """
    measured = {
        code: figures for code, figures in text_stats["by_language"].items() if has_words(code) and figures["sentences"]
    }
    items = sum(figures["item_count"] for figures in measured.values())
    if not items:
        return (0.0, 0.0), (0.0, 0.0)
    sentences = sum(figures["sentences"] for figures in measured.values())
    counted = sum(figures["words"] for figures in measured.values())
    english = sum(figures["words"] / _WORDS_OF_ENGLISH[code] for code, figures in measured.items())
    return (english / items, english / sentences), (counted / items, counted / sentences)
