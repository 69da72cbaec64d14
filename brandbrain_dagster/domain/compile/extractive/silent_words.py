"""Words that say who is speaking or when, and not of what."""

from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import get_unit_name

from brandbrain_dagster.domain.features.item_text import WORD
from brandbrain_dagster.domain.features.lexicon import fold_text

_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")


def words_of_names(names: Iterable[str]) -> frozenset[str]:
    """Returns the words of names in several words: "Nova" alone means "Nova Coffee" too."""
    return frozenset(word for name in names if " " in name.strip() for word in WORD.findall(fold_text(name)))


@cache
def calendar_words(language: str) -> frozenset[str]:
    """Returns the names of days, months and units of time: when something was, or how long it took."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    names = [
        str(name)
        for calendar in (locale.days, locale.months)
        for form in ("format", "stand-alone")
        for name in calendar[form]["wide"].values()
    ]
    names += [get_unit_name(f"duration-{unit}", locale=locale) or "" for unit in _UNITS]
    return frozenset(map(fold_text, filter(None, names)))
