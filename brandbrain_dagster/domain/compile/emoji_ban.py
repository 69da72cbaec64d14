"""Do words that people wrote rule emoji out?"""

import regex

from brandbrain_dagster.domain.features.lexicon import fold_text

_EMOJI = regex.compile(r"emoji|emoticon|smiley|이모지|이모티콘|絵文字|表情符号")
_NOT = regex.compile(
    r"(?<!\w)(?:no|not|without|never|avoid|zero|don't|geen|zonder|nooit|keine?|ohne|nie|pas|sans|jamais|sin|nunca|senza"
    r"|niente|sem|yok)(?!\w)|[- ]free(?!\w)|없|금지|なし|禁"
)


def names_emoji(text: str) -> bool:
    """Says whether a text is about emoji: as a taboo or a forbidden pattern it rules them out."""
    return _EMOJI.search(fold_text(text)) is not None


def rules_out_emoji(text: str) -> bool:
    """Says whether a tone word or a boundary wants none, as "no emoji" does and "emoji-friendly" does not."""
    return names_emoji(text) and _NOT.search(fold_text(text)) is not None
