"""LinkedIn company and profile posts: mapping of real and of made rows."""

from datetime import UTC, datetime, timedelta

import pytest

from brandbrain_dagster.domain.evidence.evidence_item import Metrics
from brandbrain_dagster.domain.normalization.row_reader import RefusalKind
from tests.fakes.actor_rows import ACTIVITY, linkedin_company_row, linkedin_profile_row
from tests.fakes.raw_runs import normalize, refusal_of, sighting_of
from tests.shared_data import real_rows

COMPANY = "linkedin.company_posts"
PROFILE = "linkedin.profile_posts"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MADE_AT = datetime(2025, 9, 2, 9, 29, 34, 486000, tzinfo=UTC)


def test_real_company_posts_all_become_items_and_the_first_matches_its_row() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-company-posts", "goeduitje.json")
    items, counts = normalize(COMPANY, rows, identifier="goeduitje")
    first = items[0]
    assert (len(items), counts.refused) == (93, [])
    assert first.external_id == "7368575809428672513"
    assert first.canonical_url == (
        "https://www.linkedin.com/posts/"
        "goeduitje_afgelopen-zondag-was-de-eerste-open-kookworkshop-activity-7368575809428672513-oCAI"
    )
    assert first.author_ref == "https://www.linkedin.com/company/goeduitje/posts"
    assert first.text_primary.startswith("Afgelopen zondag was de eerste open kookworkshop na de zomervakantie.")
    assert first.metrics == Metrics(reactions=3, likes=3)
    assert first.media == {"has_media": True, "media_type": "video", "author_name": "Goeduitje"}
    assert (first.language, first.flags.is_own_account, first.flags.is_low_value) == ("nl", True, False)


def test_real_company_posts_take_the_utc_timestamp_and_never_the_local_date() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-company-posts", "goeduitje.json")
    items, _ = normalize(COMPANY, rows)
    assert items[0].published_at == MADE_AT
    assert items[18].published_at == datetime(2025, 5, 27, 5, 13, 1, 286000, tzinfo=UTC)
    expected = [EPOCH + timedelta(milliseconds=int(row["activity_urn"]) >> 22) for row in rows]
    assert [item.published_at for item in items] == expected


def test_real_company_posts_without_timestamp_take_the_time_from_their_id() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-company-posts", "goeduitje.json")
    bare = [row | {"posted_at": {"date": row["posted_at"]["date"]}} for row in rows]
    times = [item.published_at for item in normalize(COMPANY, rows)[0]]
    assert [item.published_at for item in normalize(COMPANY, bare)[0]] == times


def test_real_company_posts_have_only_the_counts_their_row_states() -> None:
    items, _ = normalize(COMPANY, real_rows("apify", "apimaestro~linkedin-company-posts", "goeduitje.json"))
    assert items[18].metrics == Metrics(reactions=13, likes=8, comments=1, reposts=1)
    assert items[72].metrics == Metrics(reposts=1)
    assert items[77].metrics == Metrics(reactions=8, likes=7, reposts=2)
    assert items[77].media == {"has_media": False, "media_type": None, "author_name": "Goeduitje"}
    assert [index for index, item in enumerate(items) if item.flags.is_repost] == [83]


def test_real_company_posts_have_the_hashtags_of_their_text() -> None:
    items, _ = normalize(COMPANY, real_rows("apify", "apimaestro~linkedin-company-posts", "goeduitje.json"))
    assert items[4].hashtags == ["dankjewelNoura", "chef", "Arnhem", "asielzoekers", "teamGoeduitje"]
    assert items[25].hashtags == ["kookworkshop", "culinairgenieten", "samenkoken"]
    assert items[0].hashtags == []


def test_a_real_post_of_another_company_matches_its_row() -> None:
    items, _ = normalize(COMPANY, real_rows("apify", "apimaestro~linkedin-company-posts", "nogood.json"))
    assert items[0].external_id == "7414742659166302209"
    assert items[0].published_at == datetime(2026, 1, 7, 19, 0, 9, 202000, tzinfo=UTC)
    assert items[0].metrics == Metrics(reactions=2, likes=1)
    assert (items[0].media["media_type"], items[0].language) == ("image", "en")


def test_real_profile_posts_match_their_rows() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-profile-posts", "profile-50.json")
    items, counts = normalize(PROFILE, rows, identifier="https://www.linkedin.com/in/valeriejasica")
    first = items[0]
    assert (len(items), counts.refused) == (50, [])
    assert first.external_id == "7402702578892972032"
    assert first.canonical_url == (
        "https://www.linkedin.com/posts/"
        "valeriejasica_stadeverslemploi-inclusion-francetravail-activity-7402702578892972032-RQA3"
    )
    assert first.published_at == datetime(2025, 12, 5, 13, 37, 10, 371000, tzinfo=UTC)
    assert first.author_ref == (
        "https://www.linkedin.com/in/valeriejasica?miniProfileUrn=urn%3Ali%3Afsd_profile%3AACoAACSy0O4BITvDBahhMGjF9f5SyAzBsD6DDRQ"
    )
    assert first.metrics == Metrics(reactions=9, likes=5, comments=0, reposts=0)
    assert first.media == {"has_media": True, "media_type": "images", "author_name": "Valérie JASICA"}
    assert "FédérationFrançaiseDeTriathlon" in first.hashtags
    assert first.hashtags[0] == "StadeVersLEmploi"


def test_real_reposts_are_marked_and_are_not_the_own_accounts_words() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-profile-posts", "profile-50.json")
    items, _ = normalize(PROFILE, rows, identifier="https://www.linkedin.com/in/valeriejasica")
    reposts = [index for index, item in enumerate(items) if item.flags.is_repost]
    assert reposts == [1, 7, 16, 20, 24, 28, 34, 42]
    assert not any(items[index].flags.is_own_account for index in reposts)
    assert items[1].media["author_name"] == "Juliette DUCHE"
    assert items[1].external_id == "7400997732989050880"


def test_a_real_quote_keeps_its_own_text_and_the_quoted_post_in_media() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-profile-posts", "profile-50.json")
    items, _ = normalize(PROFILE, rows, identifier="https://www.linkedin.com/in/valeriejasica")
    assert items[2].text_primary == "🏊🚴🏃 Pour notre 5ème Édition Triathlon Étang du Puits."
    assert (items[2].flags.is_repost, items[2].flags.is_own_account) == (False, True)
    assert items[2].media["quoted_post"]["text"].startswith("𝐋𝐞 𝐏𝐚𝐬𝐬 𝐂𝐨𝐦𝐩𝐞́𝐭𝐢𝐭𝐢𝐨𝐧")
    assert sum("quoted_post" in item.media for item in items) == 28


def test_a_company_post_is_mapped_field_by_field() -> None:
    found = sighting_of(COMPANY, linkedin_company_row(), identifier="nova")
    assert found.external_id == str(ACTIVITY)
    assert found.canonical_url == f"https://www.linkedin.com/posts/nova_we-roast-activity-{ACTIVITY}-oCAI"
    assert found.published_at == MADE_AT
    assert found.metrics == Metrics(reactions=9, likes=7, comments=1)
    assert found.hashtags == ["Coffee"]
    assert (found.flags.is_own_account, found.flags.is_repost) == (True, False)


@pytest.mark.parametrize("posted_at", [None, {}, {"date": "2025-09-02 02:29:34"}, {"timestamp": None}, "2 days ago"])
def test_a_post_without_timestamp_takes_the_time_of_its_activity_id(posted_at: object) -> None:
    assert sighting_of(COMPANY, linkedin_company_row(posted_at=posted_at)).published_at == MADE_AT
    assert sighting_of(PROFILE, linkedin_profile_row(posted_at=posted_at)).published_at == MADE_AT


@pytest.mark.parametrize("urn", [ACTIVITY, str(ACTIVITY), f"urn:li:activity:{ACTIVITY}", f" {ACTIVITY} "])
def test_an_activity_id_has_one_form_however_it_is_written(urn: object) -> None:
    assert sighting_of(COMPANY, linkedin_company_row(activity_urn=urn)).external_id == str(ACTIVITY)
    assert sighting_of(PROFILE, linkedin_profile_row(urn={"activity_urn": urn})).external_id == str(ACTIVITY)


def test_the_full_urn_stands_in_for_an_absent_activity_id() -> None:
    row = linkedin_company_row(activity_urn=None, full_urn=f"urn:li:activity:{ACTIVITY}")
    assert sighting_of(COMPANY, row).external_id == str(ACTIVITY)


def test_a_post_without_any_urn_is_quarantined() -> None:
    row = linkedin_company_row(activity_urn=None, full_urn=None)
    assert refusal_of(COMPANY, row).kind is RefusalKind.NO_STABLE_ID
    assert refusal_of(PROFILE, linkedin_profile_row(urn=None, full_urn="")).kind is RefusalKind.NO_STABLE_ID


def test_older_count_names_are_read_where_the_newer_are_absent() -> None:
    stats = {"likes": 3, "like": 9, "total_comments": 2, "comments": 8, "reposts": "4"}
    found = sighting_of(COMPANY, linkedin_company_row(stats=stats))
    assert found.metrics == Metrics(likes=3, comments=2, reposts=4)


@pytest.mark.parametrize("absent", [{}, None])
def test_a_post_without_stats_and_media_has_unknown_counts_and_no_media(absent: object) -> None:
    found = sighting_of(COMPANY, linkedin_company_row(stats=absent, media=absent))
    assert found.metrics == Metrics()
    assert (found.media["has_media"], found.media["media_type"]) == (False, None)


def test_the_first_media_item_gives_the_type_where_media_has_none() -> None:
    found = sighting_of(COMPANY, linkedin_company_row(media={"items": [None, {"type": "image"}, {"type": "video"}]}))
    assert (found.media["has_media"], found.media["media_type"]) == (True, "image")


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("Über #Kaffee_Zeit und #été2024, #ÉTÉ!", ["Kaffee_Zeit", "été2024", "ÉTÉ"]),
        ("#한국어 #हिन्दी", ["한국어", "हिन्दी"]),
        ("no. #1 in a#b or https://x.example/#top &#39;", []),
        ("#twice #twice", ["twice"]),
    ],
)
def test_hashtags_are_the_words_after_a_hash_in_any_script(text: str, hashtags: list[str]) -> None:
    assert sighting_of(COMPANY, linkedin_company_row(text=text)).hashtags == hashtags


def test_an_older_response_that_wraps_all_posts_in_one_row_is_unwrapped() -> None:
    second = linkedin_company_row(activity_urn=str(ACTIVITY + 1))
    wrapped = {"success": True, "message": "ok", "data": {"posts": [linkedin_company_row(), second, "junk"]}}
    items, counts = normalize(COMPANY, [wrapped])
    assert [item.external_id for item in items] == [str(ACTIVITY), str(ACTIVITY + 1)]
    assert [item.raw_refs[0].item_index for item in items] == [0, 0]
    assert [refused.kind for refused in counts.refused] == [RefusalKind.WRONG_SHAPE]


def test_real_posts_wrapped_in_one_row_give_the_items_of_the_rows() -> None:
    rows = real_rows("apify", "apimaestro~linkedin-company-posts", "goeduitje.json")
    items, counts = normalize(COMPANY, [{"success": True, "message": "", "data": {"posts": rows}}])
    assert counts.sightings == 93
    assert [item.content_hash for item in items] == [item.content_hash for item in normalize(COMPANY, rows)[0]]


def test_a_failed_wrapped_response_is_an_error_row() -> None:
    refusal = refusal_of(COMPANY, {"success": False, "message": "Company not found", "data": None})
    assert (refusal.kind, refusal.reason) == (RefusalKind.ERROR_ROW, "Company not found")


def test_a_repost_of_a_profile_is_marked() -> None:
    author = {"first_name": "Ann", "username": "ann", "profile_url": "https://www.linkedin.com/in/ann"}
    found = sighting_of(
        PROFILE,
        linkedin_profile_row(post_type="repost", author=author),
        identifier="https://www.linkedin.com/in/jane-doe",
    )
    assert (found.flags.is_repost, found.flags.is_own_account) == (True, False)
    assert (found.author_ref, found.media["author_name"]) == ("https://www.linkedin.com/in/ann", "Ann")


def test_a_quote_of_a_profile_is_its_own_text() -> None:
    quoted = {"text": "Their words", "url": "https://www.linkedin.com/posts/x", "author": {"first_name": "Ann"}}
    found = sighting_of(PROFILE, linkedin_profile_row(post_type="quote", reshared_post=quoted))
    assert (found.text_primary, found.flags.is_repost) == ("My own words", False)
    assert found.media["quoted_post"] == {
        "text": "Their words",
        "url": "https://www.linkedin.com/posts/x",
        "author_name": "Ann",
    }
