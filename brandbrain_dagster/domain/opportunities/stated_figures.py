"""The figures that an English text states, each in one form: "1,200", "1.2k" and "1200", "two" and "2"."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import regex

from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.features.phrase_pattern import compile_phrases

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
_YEAR = r"(?:,?\s+(?P<year>\d{4})(?!\d))?"
_DAY = regex.compile(
    rf"(?|(?<![\d:.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTHS})\b\.?{_YEAR}"
    rf"|\b(?P<month>{_MONTHS})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]*\d){_YEAR})"
    r"|\b(?P<iso_year>\d{4})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)\b"
)
_CALENDAR_WORD = regex.compile(rf"\b(?:(?P<month>{_MONTHS})|(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day))\b")
_NUMBER = regex.compile(
    r"(?P<digits>\d+(?:[.,]\d+)*)(?:\s?(?P<percent>%|percent\b|per\s+cent\b)|(?P<thousand>k)\b|(?P<million>m)\b"
    r"|(?P<times>\s?[x×](?!\w)|-?fold\b|[\s-]+times\b))?"
)
_RATIO = regex.compile(r"(?<![\d.,/])(\d+(?:[.,]\d+)?)(?:\s*/\s*|[\s-]+(?:out[\s-]+)?of[\s-]+)(\d+)(?![\d/]|[.,]\d)")
_SMALL_COUNT = "10|[1-9]|two|three|four|five|six|seven|eight|nine|ten"
_GROUPED = regex.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_FIRST_OF_MONTH = _MONTHS.split("|")[:12]


@cache
def read_wording_rules() -> dict[str, Any]:
    """Returns the content of ``wording_rules.toml`` as it is."""
    return tomllib.loads(files(__package__).joinpath("wording_rules.toml").read_text(encoding="utf-8"))


def stated_figures(text: str) -> frozenset[str]:
    """Returns the numbers, shares, days, months and weekdays that a text names: "1200", "40%", "18 November"."""
    without_events = _events().sub(" ", text)
    return frozenset([*_days(without_events), *_numbers(fold_text(_DAY.sub(" ", without_events)))])


def claimed_figures(text: str) -> frozenset[str]:
    """Returns the figures that a text states, but for counts up to ten of what is planned: "3 questions"."""
    return stated_figures(_planned().sub(lambda match: match.group() if _has_day(match.group()) else " ", text))


def parts_of(figure: str) -> frozenset[str]:
    """Returns a figure and what follows from it: where "9 out of 10" or "3 times" is said, 9, 10 and 3 are."""
    return frozenset([figure, *figure.removesuffix("x").split("/")])


@cache
def _events() -> regex.Pattern[str]:
    """Events by name, of which "Black Friday" is no Friday."""
    phrases = compile_phrases(fold_text(event) for event in read_wording_rules()["events"])
    return regex.compile(phrases.pattern, regex.IGNORECASE)


@cache
def _number_words() -> regex.Pattern[str]:
    return regex.compile(compile_phrases(read_wording_rules()["numbers"]).pattern)


@cache
def _planned() -> regex.Pattern[str]:
    """A small count of what a piece is made of ("3 short questions", "and 2 more"), or its place ("part two")."""
    parts = "|".join(read_wording_rules()["parts"])
    return regex.compile(
        rf"(?<![\w.,/-])(?:{_SMALL_COUNT})(?:[\s-]+(?!(?:of|out|times|stars?)\b)\p{{L}}+)?[\s-]+(?:{parts})s?\b"
        rf"|\b(?:{parts})\s+(?:or\s+)?(?:{_SMALL_COUNT})\b(?![%/x×]|[.,]\d|[\s-]+(?:out|times|x|of\s\d+)\b)"
        rf"|(?<![\w.,/-])(?:{_SMALL_COUNT})\s+more(?=\s*(?:$|\p{{P}}))",
        regex.IGNORECASE,
    )


def _days(text: str) -> Iterator[str]:
    for match in _DAY.finditer(text):
        if match["iso_year"]:
            yield f"{int(match['iso_day'])} {_FIRST_OF_MONTH[(int(match['iso_month']) - 1) % 12]}"
            yield match["iso_year"]
        else:
            yield f"{int(match['day'])} {_month(match['month'])}"
            yield from [match["year"]] if match["year"] else []
    for match in _CALENDAR_WORD.finditer(_DAY.sub(" ", text)):
        yield _month(match["month"]) if match["month"] else match["weekday"]


def _has_day(text: str) -> bool:
    return next(_days(text), None) is not None


def _month(name: str) -> str:
    return next(month for month in _FIRST_OF_MONTH if month.startswith(name[:3]))


def _numbers(folded: str) -> Iterator[str]:
    numbers = read_wording_rules()["numbers"]
    in_digits = _number_words().sub(lambda match: f" {numbers[' '.join(match.group().split())]} ", folded)
    for match in _RATIO.finditer(in_digits):
        yield "/".join(map(_plain, match.groups()))
    for match in _NUMBER.finditer(_RATIO.sub(" ", in_digits)):
        scale = 1000 if match["thousand"] else 1_000_000 if match["million"] else 1
        yield f"{_plain(match['digits'], scale)}{'%' if match['percent'] else 'x' if match['times'] else ''}"


def _plain(digits: str, scale: int = 1) -> str:
    value = _value(digits)
    return digits if value is None else f"{(value * scale).normalize():f}"


def _value(digits: str) -> Decimal | None:
    """Reads "1,200.5" and "1.5"; a comma that groups no thousands is a decimal one. None: it is no one number."""
    if _GROUPED.fullmatch(digits):
        return Decimal(digits.replace(",", ""))
    plain = digits.replace(",", ".")
    return Decimal(plain) if plain.count(".") <= 1 else None
