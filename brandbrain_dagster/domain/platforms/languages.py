"""Language codes as platforms write them."""

import re

_CODE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)


def language_code(text: str | None) -> str | None:
    """Returns the ISO 639-1 code of ``nl`` or ``en-US``; None for ``un`` (undetermined) and anything else."""
    match = _CODE.fullmatch(text) if text else None
    code = match.group(1).lower() if match else None
    return None if code == "un" else code
