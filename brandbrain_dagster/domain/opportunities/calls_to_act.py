"""How an idea ends: what the brand's call-to-act policy and link policy ask for, as a sentence."""

from collections.abc import Mapping

from brandbrain_dagster.domain.onboarding.platform_rules import CtaPolicy, LinkPolicy

_PLACES: Mapping[LinkPolicy, str] = {
    LinkPolicy.NEVER: ", without a link",
    LinkPolicy.BIO_ONLY: ", with the link in the bio",
    LinkPolicy.COMMENTS_ONLY: ", with the link in the first comment",
    LinkPolicy.IN_POST: ", with the link in the post",
    LinkPolicy.ANY: ", with the link in the post",
}


def closing(policy: CtaPolicy, link: LinkPolicy | None, *, softly: str) -> str:
    """Returns how to close; a link goes where links may.

    NONE asks for nothing, SOFT closes as ``softly`` says, DIRECT with one request, AGGRESSIVE with one at both ends.
    """
    place = _PLACES[link] if link else ""
    match policy:
        case CtaPolicy.NONE:
            return "Let it end there: nobody is asked for anything."
        case CtaPolicy.SOFT:
            return softly
        case CtaPolicy.DIRECT:
            return f"Close with one clear request{place}."
        case CtaPolicy.AGGRESSIVE:
            return f"Say what to do in the first line and again in the last{place}."


def how_to_take_part(link: LinkPolicy | None) -> str:
    """Returns how a day is announced softly: whoever wants to come should know how."""
    return f"Say once how to take part{_PLACES[link] if link else ''}, and do not press."
