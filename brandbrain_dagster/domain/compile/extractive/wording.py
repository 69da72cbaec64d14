"""Wording: counts, lists and names as they stand in a plain English sentence."""

from collections.abc import Sequence

_PLATFORM_NAMES = {
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "web": "the website",
}


def listed(parts: Sequence[str]) -> str:
    """Returns "a", "a and b" or "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def number(value: float) -> str:
    """Returns a figure with one decimal below ten, and none where it says nothing."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")


def counted(value: float, noun: str) -> str:
    """Returns "1 day", "2 days", "0.8 days"."""
    shown = number(value)
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"


def share_of(count: int, whole: int, *, one: str = "", many: str = "") -> str:
    """Returns "1 of 4 items does", "3 of 4 items do", "all 4 items do", with the verb for one and for many."""
    if count == whole > 1:
        return f"all {whole} items {many}".rstrip()
    return f"{count} of {counted(whole, 'item')} {one if count == 1 else many}".rstrip()


def platform_name(platform: str) -> str:
    """Returns the name that people know a platform by."""
    return _PLATFORM_NAMES.get(platform, platform)
