"""Days that texts name, in the languages that brands write in."""

from datetime import date

import pytest

from brandbrain_dagster.domain.opportunities.named_days import named_days

WRITTEN_ON = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Three seats are left for 3 December.", "en"),
        ("Join us on December 3rd at 10:30!", "en"),
        ("Zondag 3 december duiken we de keuken in", "nl"),
        ("12월 3일에 만나요", "ko"),
        ("3 Aralık'ta görüşürüz", "tr"),
        ("نلتقي في ٣ ديسمبر", "ar"),
        ("Am 3. Dezember 2026 geht es los", "de"),
        ("12月3日に開店", "ja"),
        ("Kom langs op 3 December", "nl"),
    ],
)
def test_day_with_a_months_name_is_found(text: str, language: str) -> None:
    assert named_days(text, language, written_on=WRITTEN_ON) == [date(2026, 12, 3)]


@pytest.mark.parametrize(
    "text",
    ["We may 3 times a year.", "31 November", "In december is het feest", "3 decembers", "1.3 December", "12/3", ""],
)
def test_what_is_no_day_is_not_found(text: str) -> None:
    assert named_days(text, "nl", written_on=WRITTEN_ON) == []


def test_day_without_a_year_is_the_next_one_and_a_year_is_kept() -> None:
    assert named_days("10 November", "en", written_on=WRITTEN_ON) == [date(2026, 11, 10)]
    assert named_days("9 November", "en", written_on=WRITTEN_ON) == [date(2027, 11, 9)]
    assert named_days("9 November 2024", "en", written_on=WRITTEN_ON) == [date(2024, 11, 9)]
    assert named_days("29 February", "en", written_on=date(2027, 3, 1)) == [date(2028, 2, 29)]


def test_language_that_is_not_known_is_read_as_english() -> None:
    assert named_days("3 December", "und", written_on=WRITTEN_ON) == [date(2026, 12, 3)]
