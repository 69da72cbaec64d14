"""Graphemes, what a reader sees as one character, and the emoji among them."""

import emoji
import regex

GRAPHEME = regex.compile(r"\X")
JOINED_STRETCH = regex.compile(r".?(?:[^\n\p{GCB=Other}\p{GCB=LV}\p{GCB=LVT}]+.?)+", regex.DOTALL)
"""The stretches that can hold a grapheme of several code points: everywhere else a code point is a grapheme."""

EMOJI_STRETCH = regex.compile(r"[0-9#*]?[[\p{Emoji}\p{Emoji_Component}]--[0-9#*]]+", regex.V1)
"""Emoji side by side; a keycap starts with an ASCII character, which by itself is none."""

TYPOGRAPHIC_SIGNS = frozenset("©®™")
"""In the emoji table, but emoji only when the emoji selector follows."""

EMOJI_SELECTOR = "\ufe0f"
JOINER = "\u200d"


def count_graphemes(text: str) -> int:
    """Return the number of graphemes of ``text``."""
    return len(text) - sum(len(joined) - len(GRAPHEME.findall(joined)) for joined in JOINED_STRETCH.findall(text))


def find_emoji(text: str) -> list[str]:
    """Return the emoji of ``text`` in order; a flag, a skin-toned and a ZWJ emoji are one each.

    An emoji that may be written with or without the selector is returned in its one qualified form.
    """
    graphemes = (grapheme for run in EMOJI_STRETCH.findall(text) for grapheme in GRAPHEME.findall(run))
    return [found for found in map(_qualified_emoji, graphemes) if found]


def emoji_places(text: str) -> list[tuple[int, int]]:
    """Return where each emoji of ``text`` starts and ends, in order."""
    return [
        (run.start() + grapheme.start(), run.start() + grapheme.end())
        for run in EMOJI_STRETCH.finditer(text)
        for grapheme in GRAPHEME.finditer(run.group())
        if _qualified_emoji(grapheme.group())
    ]


def _qualified_emoji(grapheme: str) -> str | None:
    if grapheme in TYPOGRAPHIC_SIGNS:
        return None
    bare = grapheme.removesuffix(EMOJI_SELECTOR)
    for candidate in (bare + EMOJI_SELECTOR, bare):
        if emoji.is_emoji(candidate):
            return candidate
    is_unlisted_sequence = JOINER in grapheme and any(emoji.is_emoji(part) for part in grapheme.split(JOINER))
    return grapheme if is_unlisted_sequence else None
