"""Synthetic brands: a coffee roaster with a site, posts, company posts and reels, and words of other languages."""

from datetime import timedelta
from typing import Any

from brandbrain_dagster.domain.evidence.evidence_item import EvidenceItem, Flags, Metrics
from tests.fakes.evidence_items import SEEN_AT, make_item

ROASTER_ANSWERS: dict[str, Any] = {
    "tier0.what_we_do": "We roast coffee for cafés — in “small” batches ☕️",
    "tier0.who_for": "Café owners",
    "tier0.primary_goal": "Wholesale leads",
    "tier0.cta_posture": "soft",
    "tier0.tone_words": ["warm", "exact"],
    "tier0.taboos": ["cheap"],
    "tier1.priority_platforms": ["instagram"],
    "tier1.key_pages": ["https://acme.example/about"],
    "tier1.good_examples": ["https://www.instagram.com/p/abc/"],
    "tier2.proof_claims": [{"claim": "Q graders on the team", "support": "certificates"}],
    "tier2.risk_boundaries": ["no health claims"],
    "tier2.platform_rules.instagram": {"cadence_per_week": 3, "hashtag_policy": {"usage": "minimal"}},
}

COFFEE = "Our espresso roast is back. We tasted the espresso twenty times before this roast left the drum."
TRAINING = "Barista training this month: learn to steam milk. The barista who joins gets a free training book."
FARM = "Greetings from the farm in Huila! The farm of Lucia harvests by hand, and we pay the harvest in advance."
SITE = (
    "We are a coffee roastery for people who care.\nWe roast for teams that want better coffee at work.\n"
    "Unlike others, we never roast before you order.\nSince 2011 more than 900 cafés have trusted us.\n"
    "Write to hello@acme.example or call +31 20 123 45 67, and we never mind."
)


def roaster() -> list[EvidenceItem]:
    """Returns twelve items: a page, posts on three themes, two of them posted twice, and a reel with a transcript."""
    texts = (
        COFFEE,
        "New espresso beans for you: this roast tastes of plum. Which espresso roast do you like?",
        "How we test a roast: five cups, one espresso, no sugar. The roast that wins goes on the shelf.",
        TRAINING,
        "Last places for the barista training! Ask our barista anything, the training is yours.",
        "You asked for a barista training at home. We packed a training box for every barista.",
        FARM,
        "The harvest has started on the farm. We visit every farm before the harvest ends.",
        "Rain on the farm again, so the harvest is late. We wait for the farm with you.",
    )
    posts = [
        make_item(
            f"post-{number}",
            text,
            published_at=SEEN_AT - timedelta(days=3 * number),
            hashtags=["acmeroasters"],
            metrics=Metrics(likes=10 + 7 * number, comments=number),
        )
        for number, text in enumerate(texts)
    ]
    twin = make_item("company-1", FARM, platform="linkedin", metrics=Metrics(reactions=12))
    reel = make_item(
        "reel-1",
        "Watch this roast",
        content_type="reel",
        capability="reels",
        text_secondary="Hi, we are Acme and today we show you how the espresso roast is made.",
        flags=Flags(has_transcript=True),
        metrics=Metrics(likes=90, views=4000),
    )
    page = make_item("page-1", SITE, platform="web", published_at=None, canonical_url="https://acme.example/about")
    return [*posts, twin, reel, page]


WORLD_TEXTS = (
    ("nl", "Wij organiseren kookworkshops voor teams. Heb je zin in een échte uitdaging? We zien je graag! 🍲"),
    ("nl", "Op maat gemaakt, nooit standaard: zo koken we al sinds 2015 met onze gasten. Doe je mee?"),
    ("ko", "우리는 매일 아침 신선한 커피를 볶습니다. 여러분은 어떤 커피를 좋아하세요? 댓글로 알려주세요!"),
    ("ko", "오늘은 에티오피아 원두를 소개합니다. 향이 정말 풍부하고 부드러운 맛이 납니다."),
    ("tr", "İstanbul'da her sabah taze ekmek pişiriyoruz. Siz hangi ekmeği seversiniz? Bize yazın! 🥖"),
    ("ar", "نحن نصنع الخبز الطازج كل صباح في مخبزنا الصغير. ما هو خبزكم المفضل؟ شاركونا رأيكم!"),
    ("ar", "تعلمنا الوصفة من جدتنا، ونحافظ عليها حتى اليوم بكل حب 👨‍👩‍👧‍👦❤️."),
    ("ja", "毎朝、焼きたてのパンをお届けします。みなさんはどのパンがお好きですか？コメントで教えてくださいね！"),
    ("en", "We ❤️ our bakers 👩🏽‍🍳 — naïve café façades & crème brûlée, e\u0301clair included. What do you bake?"),
)


def world() -> list[EvidenceItem]:
    """Returns one post for each of the texts, on Instagram and TikTok in turn."""
    platforms = ("instagram", "tiktok")
    return [
        make_item(f"w{number}", text, language=language, platform=platforms[number % 2], metrics=Metrics(likes=number))
        for number, (language, text) in enumerate(WORLD_TEXTS)
    ]
