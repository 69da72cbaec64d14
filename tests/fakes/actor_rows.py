"""Rows written by us in the shapes of the actors, of a made-up brand; a test names only the fields it is about."""

from typing import Any

ACTIVITY = 7368575809428672513
"""A LinkedIn activity id; ``ACTIVITY >> 22`` is 1756805374486 ms, 2025-09-02 09:29:34.486 UTC."""


def instagram_row(**fields: Any) -> dict[str, Any]:
    row = {
        "id": "3700000000000000001",
        "type": "Video",
        "shortCode": "DAbcdEFghiJ",
        "caption": "Fresh roast today #coffee",
        "hashtags": ["coffee"],
        "url": "https://www.instagram.com/p/DAbcdEFghiJ/",
        "commentsCount": 4,
        "likesCount": 120,
        "videoViewCount": 900,
        "timestamp": "2026-01-02T15:51:22.000Z",
        "ownerUsername": "nova.roasters",
        "ownerId": "42",
        "videoDuration": 12.5,
        "musicInfo": {"audio_id": "77", "artist_name": "nova.roasters"},
    }
    return row | fields


def linkedin_company_row(**fields: Any) -> dict[str, Any]:
    row = {
        "activity_urn": str(ACTIVITY),
        "full_urn": "urn:li:ugcPost:7368575780513165312",
        "post_url": f"https://www.linkedin.com/posts/nova_we-roast-activity-{ACTIVITY}-oCAI?utm_source=share&rcm=A",
        "text": "We roast. #Coffee",
        "posted_at": {"relative": "2d", "date": "2025-09-02 02:29:34", "timestamp": 1756805374486},
        "post_language_code": "en",
        "post_type": "regular",
        "author": {"name": "Nova", "company_url": "https://www.linkedin.com/company/nova/posts"},
        "stats": {"total_reactions": 9, "like": 7, "love": 2, "comments": 1},
        "media": {"type": "video", "items": [{"url": "https://dms.licdn.com/a"}]},
    }
    return row | fields


def linkedin_profile_row(**fields: Any) -> dict[str, Any]:
    row = {
        "urn": {"activity_urn": str(ACTIVITY), "share_urn": None, "ugcPost_urn": "7368575780513165312"},
        "full_urn": "urn:li:ugcPost:7368575780513165312",
        "url": f"https://www.linkedin.com/posts/jane-doe_roast-activity-{ACTIVITY}-RQA3?utm_source=share",
        "text": "My own words",
        "posted_at": {"date": "2025-09-02 02:29:34", "timestamp": 1756805374486},
        "post_type": "regular",
        "author": {
            "first_name": "Jane",
            "last_name": "Doe",
            "username": "jane-doe",
            "profile_url": "https://www.linkedin.com/in/jane-doe",
        },
        "stats": {"total_reactions": 9, "like": 5, "comments": 0, "reposts": 0},
        "media": {
            "type": "images",
            "url": "https://media.licdn.com/a",
            "images": [{"url": "https://media.licdn.com/a"}],
        },
        "pagination_token": "dXJu",
    }
    return row | fields


def tiktok_row(**fields: Any) -> dict[str, Any]:
    row = {
        "id": "7540888590516014344",
        "text": "Pour over #coffee",
        "textLanguage": "en",
        "createTime": 1755749948,
        "createTimeISO": "2025-08-21T04:19:08.000Z",
        "isAd": False,
        "isSponsored": True,
        "isSlideshow": False,
        "authorMeta": {"name": "Nova.Roasters", "fans": 81700},
        "webVideoUrl": "https://www.tiktok.com/@nova.roasters/video/7540888590516014344",
        "videoMeta": {"height": 1246, "width": 576, "duration": 41, "coverUrl": "https://p19.example/cover"},
        "diggCount": 442300,
        "shareCount": 115800,
        "playCount": 5500000,
        "collectCount": 59288,
        "commentCount": 1809,
        "hashtags": [{"id": "1", "name": "coffee"}, {"id": "", "name": ""}],
    }
    return row | fields


def youtube_row(**fields: Any) -> dict[str, Any]:
    row = {
        "title": "How we roast",
        "type": "video",
        "id": "8eEOaCCxGwo",
        "url": "https://www.youtube.com/watch?v=8eEOaCCxGwo",
        "thumbnailUrl": "https://i.ytimg.com/vi/8eEOaCCxGwo/maxresdefault.jpg",
        "viewCount": 316,
        "date": "2025-06-16T20:09:39.000Z",
        "likes": 2,
        "channelName": "Nova",
        "channelUrl": "https://www.youtube.com/channel/UCZ4qs1SgV7wTkM2VjHByuRQ",
        "channelUsername": "NovaHQ",
        "channelId": "UCZ4qs1SgV7wTkM2VjHByuRQ",
        "numberOfSubscribers": 86400,
        "duration": "00:27:11",
        "commentsCount": 4,
        "text": "The whole story.",
        "hashtags": ["#roast"],
        "isMembersOnly": False,
        "isMonetized": None,
        "commentsTurnedOff": True,
    }
    return row | fields


def web_row(**fields: Any) -> dict[str, Any]:
    row = {
        "url": "https://nova.example/about?utm=1",
        "crawl": {"loadedUrl": "https://nova.example/about", "httpStatusCode": 200},
        "metadata": web_metadata(),
        "text": "We roast coffee. " * 20,
        "markdown": "# We roast",
    }
    return row | fields


def web_metadata(**fields: Any) -> dict[str, Any]:
    metadata = {
        "canonicalUrl": "https://Nova.example/About/",
        "title": "About Nova",
        "description": "Who we are",
        "languageCode": "en-US",
        "openGraph": [
            {"property": "og:image:width", "content": "2400"},
            {"property": "og:image", "content": "https://nova.example/og.jpg"},
        ],
        "jsonLd": [
            {
                "@context": "https://schema.org",
                "@graph": [
                    {"@type": "WebPage", "datePublished": "2021-03-17T13:58:16+01:00"},
                    {
                        "@type": ["Thing", "Organization"],
                        "name": "Nova",
                        "logo": {"url": "https://nova.example/logo.png"},
                    },
                    {"@type": "BreadcrumbList", "itemListElement": []},
                ],
            }
        ],
    }
    return metadata | fields


MADE_ROWS: dict[str, dict[str, Any]] = {
    "instagram.posts": instagram_row(),
    "instagram.reels": instagram_row(transcript="Hello there"),
    "linkedin.company_posts": linkedin_company_row(),
    "linkedin.profile_posts": linkedin_profile_row(),
    "tiktok.profile_videos": tiktok_row(),
    "youtube.channel_videos": youtube_row(),
    "web.crawl_pages": web_row(),
}
"""One usual row of each capability."""
