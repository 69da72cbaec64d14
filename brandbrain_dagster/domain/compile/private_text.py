"""Private text: e-mail addresses, telephone numbers and secrets, which nothing that is produced may show."""

from enum import StrEnum

import regex

from brandbrain_dagster.domain.features.item_text import E_MAIL


class PrivateKind(StrEnum):
    """What a text gives away, as a sentence names it."""

    CREDENTIAL = "a secret, such as a password or an API key"
    E_MAIL = "an e-mail address"
    PHONE = "a telephone number"


_KEYS = (
    r"apify_api_\w{20,}",
    r"AKIA[0-9A-Z]{16}",  # Amazon
    r"AIza[\w-]{35}",  # Google
    r"gh[pousr]_\w{30,}",
    r"github_pat_\w{30,}",
    r"glpat-[\w-]{20,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"[rs]k_(?:live|test)_\w{16,}",  # Stripe
    r"sk-[\w-]{20,}",  # OpenAI, Anthropic
    r"xox[abeoprs]-[\w-]{10,}",  # Slack
    r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*",  # a JSON web token
)
_NAMES_OF_SECRETS = (
    r"(?:api|secret|private)[ _-]?key",
    r"(?:access|auth|api|secret)[ _-]?token",
    r"client[ _-]?secret",
    r"passwor[dt]|passwd|pwd|wachtwoord|contraseña|mot de passe",
)
_SECRET = regex.compile(
    rf"(?<!\w)(?:{'|'.join(_KEYS)})"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|(?i:\bbearer\s+[\w.~+/=-]{20,})"
    rf"|(?i:\b(?:{'|'.join(_NAMES_OF_SECRETS)})\s*[:=]\s*\S{{6,}})"
    r"|://[^\s/:@]+:[^\s/@]+@"
)
_PHONE = regex.compile(r"\+?\d[\d\p{Zs}\p{Pd}()/.]{7,}\d")
_MIN_DIGITS = 8
"""Digits of the shortest national numbers."""
_NO_PHONE = regex.compile(
    r"(?:(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:19|20)\d\d)[\p{Zs}\p{Pd}/]*)+"
    r"|[1-9]\d{0,2}(?:[\p{Zs}.]\d{3})*[\p{Zs}.]000"
)
"""Dates, years and spans of them, and round amounts: figures that look like a number to call."""


def private_kind(text: str) -> PrivateKind | None:
    """Returns the worst thing that the text gives away; None when it gives away nothing."""
    if _SECRET.search(text):
        return PrivateKind.CREDENTIAL
    if E_MAIL.search(text):
        return PrivateKind.E_MAIL
    return PrivateKind.PHONE if any(_is_phone(match.group()) for match in _PHONE.finditer(text)) else None


def _is_phone(figure: str) -> bool:
    return sum(map(str.isdecimal, figure)) >= _MIN_DIGITS and not _NO_PHONE.fullmatch(figure.strip())
