"""Cleaning of text that came from outside; raw rows stay byte-exact, evidence gets this form."""

import unicodedata
from collections.abc import Iterable

import regex

_CRLF = regex.compile(r"\r+\n")
_HASHTAG = regex.compile(r"(?:(?<=\bhashtag)|(?<![\w&/]))#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)")


def clean_text(text: str) -> str:
    """Returns ``text`` in Unicode NFC, CRLF as LF, without NUL and lone surrogates; nothing else changes."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\0", "").encode("utf-8", "ignore").decode())
    if "\r" in text or "\0" in text:
        text = _CRLF.sub("\n", text.replace("\0", ""))
    return text


def clean_optional(text: str | None) -> str | None:
    """Like `clean_text`, with blank text read as absent."""
    cleaned = clean_text(text) if text else ""
    return cleaned if cleaned.strip() else None


def clean_hashtags(tags: Iterable[str | None] | None) -> list[str]:
    """Returns the tags without ``#`` and blanks, each once (by its exact letters), in their order."""
    if not tags:
        return []
    cleaned = (clean_text(tag).strip().lstrip("#").strip() for tag in tags if tag)
    return list(dict.fromkeys(tag for tag in cleaned if tag))


def hashtags_in(text: str) -> list[str]:
    """Returns the ``#tags`` written in a text, Unicode letters included; a tag without a letter (``#1``) is none."""
    if "#" not in text:
        return []
    return clean_hashtags(_HASHTAG.findall(text))
