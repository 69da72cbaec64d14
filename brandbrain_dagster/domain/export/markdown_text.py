"""Text from outside as Markdown: shown as it is, whatever signs it holds, and links that lead to web pages only."""

import re

from brandbrain_dagster.domain.evidence.web_address import split_http_url
from brandbrain_dagster.domain.export.profile_fields import on_one_line

_SIGNS = re.compile(r"[\\`*_\[\]<>|~]|&(?=#?\w+;)")
_STARTS_A_BLOCK = re.compile(r"^(?:[#+=-]|\d+(?=[.)](?:\s|$)))")
_ENCODED = {sign: f"%{ord(sign):02X}" for sign in " <>()[]\\`\"'"}


def escaped(text: str) -> str:
    """Returns the text on one line, with every sign that Markdown or HTML would read made harmless."""
    shown = _SIGNS.sub(lambda sign: f"\\{sign.group()}", on_one_line(text))
    return _STARTS_A_BLOCK.sub(_escaped_start, shown)


def _escaped_start(start: re.Match[str]) -> str:
    """A number at the start of a line is a list only with the mark after it."""
    return f"{start.group()}\\" if start.group().isdigit() else f"\\{start.group()}"


def linked(label: str, url: str | None) -> str:
    """Returns a link; the label alone where the address is no web page's."""
    if url is None or split_http_url(url) is None:
        return escaped(label)
    return f"[{escaped(label)}]({''.join(_ENCODED.get(sign, sign) for sign in on_one_line(url))})"
