"""What questions to a model are made of: instructions from versioned files, and as data what came from outside.

A prompt is a folder of Markdown files; its version is the folder's name and a hash of what is in it, so that a changed
prompt is another one to everybody who compares inputs.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem


@cache
def prompt_files(package: str, folder: str) -> Mapping[str, str]:
    """Returns the text of each file of a prompt by its name; ``package`` has the folder in its ``prompts``."""
    prompt = files(package).joinpath("prompts", folder)
    found = {file.name: file.read_text(encoding="utf-8") for file in prompt.iterdir() if file.name.endswith(".md")}
    return dict(sorted(found.items()))


def version_of(folder: str, texts: Mapping[str, str]) -> str:
    """Returns the version of a prompt of these files (text by name): ``v1-`` and twelve hex digits."""
    content = json.dumps(texts, sort_keys=True).encode()
    return f"{folder}-{hashlib.sha256(content).hexdigest()[:12]}"


def as_data(value: Any) -> str:
    """Returns JSON in which no text can end the block it stands in: every ``<`` is written as an escape."""
    return json.dumps(value, ensure_ascii=False, indent=1).replace("<", "\\u003c")


def texts_of(item: EvidenceItem, fields: Iterable[str], most_characters: int) -> dict[str, str]:
    """Returns what an item says under the names of these fields, cut where it is too long."""
    shown = {}
    for name in fields:
        text = getattr(item, name)
        if text:
            shown[name] = text[:most_characters]
            most_characters -= min(len(text), most_characters)
    return shown
