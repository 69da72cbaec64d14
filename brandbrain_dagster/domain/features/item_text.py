"""One evidence item as the blocks of the feature report read it: its texts without markup, and its language.

``text_primary`` is the caption, the post or the whole page; ``text_secondary`` is the transcript of a reel or the
description of a video or page. Both are the brand's own words, so together they are its voice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem
from brandbrain_dagster.domain.features.language_detection import detect_language

LINK = re.compile(
    r"(?<![\w@.-])(?:(?:https?://|www\.)\S+|(?:[\w-]+\.)+(?:com|net|org|io)(?![\w-])(?:/\S*)?)", re.IGNORECASE
)
"""A web address; without a scheme only under the commonest endings, so that "end.Start" is not one."""
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MENTION = regex.compile(r"(?<![\w@./])@\w[\w.]*")
HASHTAG = regex.compile(r"(?<![\w&/])[#＃]\w+")
WORD = regex.compile(r"\w+(?:['’-]\w+)*")
"""A run of letters, marks and digits, with apostrophes and hyphens inside; a script without spaces gives long runs."""


@dataclass(frozen=True, slots=True)
class ItemText:
    """What the blocks read of one item.

    ``caption`` is ``text_primary`` without links and e-mail addresses, ``voice`` the same of both texts, a line apart;
    ``prose`` is the caption and ``voice_prose`` the voice without mentions and hashtags.
    """

    item: EvidenceItem
    language: str
    caption: str
    prose: str
    voice: str
    voice_prose: str
    link_count: int
    mention_count: int


def read_item_text(item: EvidenceItem) -> ItemText:
    """Return the texts of ``item`` as the blocks need them."""
    caption, link_count = _without_links(item.text_primary)
    prose = _without_tags(caption)
    voice, voice_prose = caption, prose
    if item.text_secondary and item.text_secondary != item.text_primary:
        spoken, spoken_link_count = _without_links(item.text_secondary)
        link_count += spoken_link_count
        voice = f"{caption}\n{spoken}"
        voice_prose = f"{prose}\n{_without_tags(spoken)}"
    return ItemText(
        item=item,
        language=detect_language(voice_prose, item.language),
        caption=caption,
        prose=prose,
        voice=voice,
        voice_prose=voice_prose,
        link_count=link_count,
        mention_count=len(MENTION.findall(voice)),
    )


def own_texts(texts: Sequence[ItemText]) -> list[ItemText]:
    """Return the texts that are the brand's own voice: a repost carries somebody else's words."""
    return [text for text in texts if not text.item.flags.is_repost]


def _without_links(text: str) -> tuple[str, int]:
    """Return the text without links and e-mail addresses, and the number of links."""
    without_links, link_count = LINK.subn(" ", E_MAIL.sub(" ", text) if "@" in text else text)
    return without_links, link_count


def _without_tags(text: str) -> str:
    """Return the text without mentions and hashtags."""
    return HASHTAG.sub(" ", MENTION.sub(" ", text)) if "@" in text or "#" in text or "＃" in text else text
