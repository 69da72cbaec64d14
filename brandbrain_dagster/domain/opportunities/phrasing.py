"""How days, formats and the brand's own words stand in a plain English sentence."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from brandbrain_dagster.domain.compile.extractive.wording import platform_name
from brandbrain_dagster.domain.opportunities.opportunity import Channel
from brandbrain_dagster.domain.opportunities.posts import Post

_NOUNS: Mapping[str, tuple[str, str]] = {
    "reel": ("reel", "reels"),
    "carousel": ("carousel", "carousels"),
    "single_image": ("photo", "photos"),
    "story": ("story", "stories"),
    "text_post": ("text post", "text posts"),
    "text_only": ("text post", "text posts"),
    "image": ("picture post", "picture posts"),
    "video": ("video", "videos"),
    "document": ("document post", "document posts"),
    "poll": ("poll", "polls"),
    "article": ("post with a link", "posts with a link"),
    "photo_carousel": ("photo carousel", "photo carousels"),
    "duet": ("duet", "duets"),
    "stitch": ("stitch", "stitches"),
    "long_form": ("video", "videos"),
    "shorts": ("Short", "Shorts"),
    "livestream": ("livestream", "livestreams"),
}
_WITH_HANDLES = (Channel.INSTAGRAM, Channel.TIKTOK, Channel.X)
_ENDS = ".…。:;, "


def format_noun(format_name: str | None) -> str:
    """Returns the word for one of a format: "reel", "post with a picture"."""
    return _NOUNS.get(format_name or "", ("post", "posts"))[0]


def format_nouns(format_name: str | None) -> str:
    """Returns the word for several of a format."""
    return _NOUNS.get(format_name or "", ("post", "posts"))[1]


def with_article(noun: str) -> str:
    """Returns "a reel", "an article"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def day_text(day: date, *, seen_from: date) -> str:
    """Returns "18 November", with the year where it is another one than that of ``seen_from``."""
    return format_date(day, "d MMMM" if day.year == seen_from.year else "d MMMM y", locale="en")


def quoted(words: str, *, is_cut: bool = False) -> str:
    """Returns words in quotation marks without their full stop; what is cut off shows as an ellipsis."""
    return f"“{words.rstrip(_ENDS)}{'…' if is_cut else ''}”"


def quoted_hook(post: Post, *, limit: int | None = None) -> str:
    """Returns the line that a post opens with, in quotation marks, cut between words at ``limit`` characters."""
    hook = post.hook or ""
    shown = hook if limit is None or len(hook) <= limit else hook[:limit].rpartition(" ")[0] or hook[:limit]
    return quoted(shown, is_cut=bool(shown) and shown not in post.sentences)


def post_name(post: Post, *, seen_from: date) -> str:
    """Returns "the reel of 18 November on Instagram"; somebody else's is named as theirs."""
    of_day = f" of {day_text(post.day, seen_from=seen_from)}" if post.day else ""
    noun = "post" if post.platform == Channel.LINKEDIN else format_noun(post.format_name)
    where = f"{of_day} on {platform_name(post.platform)}"
    if post.is_own:
        return f"the {noun}{where}"
    return f"the {noun} by {author}{where}" if (author := author_name(post)) else f"the reposted {noun}{where}"


def author_name(post: Post) -> str | None:
    """Returns the account that wrote a post; None of a repost, which does not say whose words it holds."""
    if post.item.flags.is_repost or not post.item.author_ref:
        return None
    handle = post.item.author_ref.rstrip("/").removesuffix("/posts").rsplit("/", 1)[-1]
    return f"@{handle}" if post.platform in _WITH_HANDLES else handle


def capitalized(text: str) -> str:
    """Returns the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]
