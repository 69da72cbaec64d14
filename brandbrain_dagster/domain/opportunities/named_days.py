"""Days that a text names: "3 December", "31 augustus", "12월 3일", "3 Aralık", "٣ ديسمبر"."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Literal

import regex
from babel import Locale, UnknownLocaleError
from babel.units import get_unit_name

from brandbrain_dagster.domain.compile.extractive.stems import stem
from brandbrain_dagster.domain.features.lexicon import fold_text

_UNITS = ("week", "month")
_YEAR = r"(?:\D{0,4}?(?P<year>20\d\d)(?!\d))?"


def named_days(text: str, language: str, *, written_on: date) -> list[date]:
    """Returns the days named with a month's name in the text's language or in English, in their order.

    A day without a year is its first one on or after ``written_on``. A number that is no day of its month is none.
    """
    return list(dict.fromkeys(day for code in (language, "en") for day in _days_in(text, code, written_on)))


@cache
def words_of_a_moment(language: str) -> frozenset[str]:
    """Returns the stems of the names of weekdays, of the week and the month, in a language and in English."""
    names = [(code, name) for code in ("en", language) for name, _ in _names("days", code)]
    units = [
        (code, get_unit_name(f"duration-{unit}", locale=code)) for code in _known("en", language) for unit in _UNITS
    ]
    return frozenset(stem(fold_text(name), code) for code, name in [*names, *units] if name)


def _days_in(text: str, language: str, written_on: date) -> Iterator[date]:
    months = _months(language)
    if not months:
        return
    folded = fold_text(text)
    for match in _pattern(language).finditer(folded):
        if language == "en" and len(text) == len(folded) and text[slice(*match.span("month"))].islower():
            continue  # "we may 3 times" names no day, and English months begin with a capital
        month, number = months[match["month"]], int(match["day"])
        years = [int(match["year"])] if match["year"] else [written_on.year, written_on.year + 1]
        days = [day for year in years if (day := _day(year, month, number))]
        if match["year"]:
            yield from days
        else:
            yield from [day for day in days if day >= written_on][:1]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


@cache
def _pattern(language: str) -> regex.Pattern[str]:
    names = "|".join(sorted(map(regex.escape, _months(language)), key=len, reverse=True))
    before = rf"(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:de |of )?(?P<month>{names})(?!\p{{L}}){_YEAR}"
    after = rf"(?<![\d\p{{L}}])(?P<month>{names})\s*(?P<day>\d{{1,2}})(?![\d:.]\d|\d){_YEAR}"
    return regex.compile(rf"(?|{before}|{after})")


@cache
def _months(language: str) -> dict[str, int]:
    """Returns the number of each month by its folded name; none of a language that is not known."""
    return {fold_text(name): number for name, number in _names("months", language)}


def _known(*languages: str) -> list[str]:
    return [language for language in languages if _names("days", language)]


def _names(calendar: Literal["days", "months"], language: str) -> list[tuple[str, int]]:
    try:
        forms = getattr(Locale.parse(language), calendar)
    except (UnknownLocaleError, ValueError):
        return []
    return [(str(name), number) for form in ("format", "stand-alone") for number, name in forms[form]["wide"].items()]
