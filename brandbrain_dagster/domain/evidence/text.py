"""Cleaning of text that came from outside; raw rows stay byte-exact, evidence gets this form."""

import unicodedata
from collections.abc import Iterable

import regex

_HASHTAG = regex.compile(r"(?:(?<=\bhashtag)|(?<![\w&/]))#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)")


def clean_text(text: str) -> str:
    """Returns ``text`` in Unicode NFC with LF line ends and without NUL and lone surrogates; nothing else changes."""
    if text.isascii():
        if "\r" not in text and "\0" not in text:
            return text
    else:
        text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def clean_optional(text: str | None) -> str | None:
    """Like `clean_text`, with blank text read as absent."""
    if not text or text.isspace():
        return None
    return clean_text(text)


def clean_hashtags(tags: Iterable[str | None] | None) -> list[str]:
    """Returns the tags without ``#`` and blanks, each once (by its exact letters), in their order."""
    if not tags:
        return []
    cleaned = (clean_text(tag).strip().lstrip("#") for tag in tags if tag)
    return list(dict.fromkeys(tag for tag in cleaned if tag))


def hashtags_in(text: str) -> list[str]:
    """Returns the ``#tags`` written in a text, Unicode letters included; a tag without a letter (``#1``) is none."""
    if "#" not in text:
        return []
    return clean_hashtags(_HASHTAG.findall(text))
