"""Taking a brand's onboarding answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from brandbrain_dagster.domain.onboarding.answers import read_answers
from brandbrain_dagster.domain.onboarding.platform_rules import AnswerProblem
from brandbrain_dagster.domain.platforms.web import normalize_web_identifier
from brandbrain_dagster.errors import InvalidAnswersError, InvalidIdentifierError
from brandbrain_dagster.stores.ledger import onboarding, sources

_WRITTEN_THROUGH = 2
"""Key pages that the web source crawls beside the site, at most (sources)."""


def answer_onboarding(
    conn: Connection, *, brand_id: UUID, tier: int, answers_json: Mapping[str, Any], now: datetime
) -> tuple[AnswerProblem, ...]:
    """Stores the answers as they are and returns warnings on parts that will be ignored.

    Raises:
        InvalidAnswersError: an answer has a wrong type or value; all of them are named.
    """
    read = read_answers(answers_json)
    problems = [(problem.path, problem.message) for problem in read.errors]
    problems += _unusable_pages(read.answers.key_pages)
    if problems:
        raise InvalidAnswersError(tuple(problems))
    onboarding.upsert_onboarding(conn, brand_id=brand_id, tier=tier, answers_json=answers_json, now=now)
    write_key_pages_through(conn, brand_id=brand_id, now=now)
    return read.warnings


def write_key_pages_through(conn: Connection, *, brand_id: UUID, now: datetime) -> None:
    """Makes the web sources crawl the first two key pages of the answers."""
    answers = read_answers(onboarding.get_onboarding(conn, brand_id=brand_id).answers_json).answers
    if not answers.key_pages:
        return
    pages = [normalize_web_identifier(page) for page in answers.key_pages[:_WRITTEN_THROUGH]]
    for source in sources.list_sources(conn, brand_id=brand_id):
        if source.platform == "web" and source.settings_json.get("extra_start_urls") != pages:
            settings_json = {**source.settings_json, "extra_start_urls": pages}
            sources.update_source_settings(conn, source_id=source.id, settings_json=settings_json, now=now)


def _unusable_pages(key_pages: Sequence[str]) -> Iterator[tuple[str, str]]:
    for index, page in enumerate(key_pages):
        try:
            normalize_web_identifier(page)
        except InvalidIdentifierError as error:
            yield f"tier1.key_pages[{index}]", str(error).rstrip(".")
