"""Actor inputs: exactly the keys of the sources table."""

from typing import Any

import pytest

from brandbrain_dagster.domain.platforms.registry import capability_by_name

INPUTS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "instagram.posts",
        "natgeo",
        {
            "directUrls": ["https://www.instagram.com/natgeo/"],
            "resultsType": "posts",
            "resultsLimit": 5,
            "addParentData": False,
        },
    ),
    (
        "instagram.reels",
        "natgeo",
        {
            "username": ["natgeo"],
            "resultsLimit": 5,
            "includeTranscript": True,
            "includeSharesCount": False,
            "includeDownloadedVideo": False,
            "skipPinnedPosts": True,
        },
    ),
    ("linkedin.company_posts", "acme", {"sort": "recent", "limit": 5, "company_name": "acme"}),
    (
        "linkedin.profile_posts",
        "https://www.linkedin.com/in/jane-doe",
        {"sort": "recent", "limit": 5, "profile_url": "https://www.linkedin.com/in/jane-doe"},
    ),
    (
        "tiktok.profile_videos",
        "natgeo",
        {
            "profiles": ["natgeo"],
            "profileSorting": "latest",
            "resultsPerPage": 5,
            "excludePinnedPosts": True,
            "profileScrapeSections": ["videos"],
        },
    ),
    *[
        (
            "youtube.channel_videos",
            channel,
            {"startUrls": [{"url": url}], "maxResults": 5, "maxResultsShorts": 0, "maxResultsStreams": 0},
        )
        for channel, url in (
            ("@natgeo", "https://www.youtube.com/@natgeo"),
            ("NatGeo", "https://www.youtube.com/c/NatGeo"),
            ("UCZ4qs1SgV7wTkM2VjHByuRQ", "https://www.youtube.com/channel/UCZ4qs1SgV7wTkM2VjHByuRQ"),
        )
    ],
    (
        "web.crawl_pages",
        "https://nova.example",
        {"startUrls": [{"url": "https://nova.example"}], "maxCrawlDepth": 1, "maxCrawlPages": 1},
    ),
]


@pytest.mark.parametrize(("name", "identifier", "expected"), INPUTS)
def test_an_actor_input_has_exactly_the_keys_of_the_table(name: str, identifier: str, expected: dict[str, Any]) -> None:
    assert capability_by_name(name).build_input(identifier, 5, {}) == expected


@pytest.mark.parametrize(("name", "identifier", "expected"), INPUTS)
def test_a_stored_identifier_survives_its_way_to_the_actor(
    name: str, identifier: str, expected: dict[str, Any]
) -> None:
    normalize = capability_by_name(name).normalize_identifier
    assert normalize(identifier) == identifier
    urls = [*expected.get("directUrls", []), *(entry["url"] for entry in expected.get("startUrls", []))]
    assert [normalize(url) for url in urls] == [identifier] * len(urls)


@pytest.mark.parametrize(("cap", "pages"), [(1, 1), (2, 2), (3, 3), (8, 3)])
def test_a_site_is_crawled_with_at_most_two_key_pages_and_within_the_cap(cap: int, pages: int) -> None:
    extra = [f"https://nova.example/{name}" for name in ("about", "mission", "team")]
    made = capability_by_name("web.crawl_pages").build_input("https://nova.example", cap, {"extra_start_urls": extra})
    assert [entry["url"] for entry in made["startUrls"]] == ["https://nova.example", *extra[:2]]
    assert made["maxCrawlPages"] == pages


@pytest.mark.parametrize("extra", [None, "https://nova.example/about", [7, None], {}, []])
def test_key_pages_of_a_wrong_type_are_ignored(extra: object) -> None:
    made = capability_by_name("web.crawl_pages").build_input("https://nova.example", 3, {"extra_start_urls": extra})
    assert made["startUrls"] == [{"url": "https://nova.example"}]
    assert made["maxCrawlPages"] == 1


def test_a_key_page_that_is_the_site_itself_is_crawled_once() -> None:
    settings = {"extra_start_urls": ["https://nova.example", "https://nova.example/about"]}
    made = capability_by_name("web.crawl_pages").build_input("https://nova.example", 3, settings)
    assert [entry["url"] for entry in made["startUrls"]] == ["https://nova.example", "https://nova.example/about"]
    assert made["maxCrawlPages"] == 2
