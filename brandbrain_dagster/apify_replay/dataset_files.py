"""Which rows a replayed run returns: dataset files in folders named after the actor.

    DATA/apify~instagram-scraper/natgeo.json    rows for the profile natgeo
    DATA/apify~instagram-scraper/default.json   rows for every other input

A file is a JSON array as Apify exports it. The identifier of an input is found without knowing the actor: every text in
the input, in its order, is tried as it is, then (for an address) the segments of its path from the last to the first,
then its host, with and without ``www.``; a leading @ is dropped and case does not count. So ``{"directUrls":
["https://www.instagram.com/natgeo/"]}``, ``{"username": ["natgeo"]}`` and ``{"company_name": "natgeo"}`` all find
``natgeo.json``, and a crawl of ``https://www.example.com/about`` finds ``example.com.json``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from brandbrain_dagster.domain.evidence.dataset_rows import split_rows

RESULT_LIMIT_KEYS = ("resultsLimit", "limit", "resultsPerPage", "maxResults", "maxCrawlPages")
"""Where the replayed actors take their own result limit from."""

_NO_ITEMS = msgspec.json.encode({"error": "no_items", "errorDescription": "Empty or private data for provided input"})


def has_actor(data_dir: Path, actor_id: str) -> bool:
    """True when there is a folder for the actor."""
    return "/" not in actor_id and not actor_id.startswith(".") and (data_dir / actor_id).is_dir()


def rows_for(data_dir: Path, actor_id: str, actor_input: Any, *, apply_result_limit: bool) -> list[bytes]:
    """Returns the rows, byte for byte, of the file that fits the input; the actor's error row when none does.

    Raises:
        ValueError: the file is not a JSON array.
    """
    path = _file_for(data_dir / actor_id, actor_input)
    if path is None:
        return [_NO_ITEMS]
    try:
        rows = split_rows(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is not a JSON array of rows: {error}") from error
    limit = _result_limit(actor_input) if apply_result_limit else None
    return rows[:limit]


def identifiers_in(actor_input: Any) -> Iterator[str]:
    """Yields what may be the identifier in an input, lower case, the likeliest first."""
    for text in _texts_in(actor_input):
        yield _plain(text)
        if text.startswith(("http://", "https://")):
            host, _, path = text.partition("://")[2].partition("?")[0].partition("/")
            yield from (_plain(segment) for segment in reversed(path.split("/")) if segment)
            yield _plain(host)
            yield _plain(host).removeprefix("www.")


def _file_for(folder: Path, actor_input: Any) -> Path | None:
    files = {_plain(path.stem): path for path in sorted(folder.glob("*.json"))}
    named = (files[identifier] for identifier in identifiers_in(actor_input) if identifier in files)
    return next(named, files.get("default"))


def _result_limit(actor_input: Any) -> int | None:
    if not isinstance(actor_input, dict):
        return None
    stated = (actor_input.get(key) for key in RESULT_LIMIT_KEYS)
    return next((limit for limit in stated if type(limit) is int and limit > 0), None)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(part)


def _plain(text: str) -> str:
    return text.strip().removeprefix("@").lower()
