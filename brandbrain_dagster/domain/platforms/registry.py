"""Every capability there is. A platform is added by its module and one line here."""

from collections.abc import Mapping
from types import MappingProxyType

from brandbrain_dagster.domain.platforms import instagram, linkedin, tiktok, web, youtube
from brandbrain_dagster.domain.platforms.capability import Capability
from brandbrain_dagster.errors import UnknownCapabilityError, UnknownContentTypeError

CAPABILITIES: tuple[Capability, ...] = (
    instagram.POSTS,
    instagram.REELS,
    linkedin.COMPANY_POSTS,
    linkedin.PROFILE_POSTS,
    tiktok.PROFILE_VIDEOS,
    youtube.CHANNEL_VIDEOS,
    web.CRAWL_PAGES,
)

_BY_NAME: Mapping[str, Capability] = MappingProxyType({entry.dotted_name: entry for entry in CAPABILITIES})
_BY_CONTENT: Mapping[tuple[str, str], Capability] = MappingProxyType(
    {(entry.platform, entry.content_type): entry for entry in CAPABILITIES}
)


def find_capability(platform: str, name: str) -> Capability:
    """Returns the capability of a platform; ``name`` may be ``reels`` or ``instagram.reels``.

    Raises:
        UnknownCapabilityError: there is no such capability; the text lists those there are.
    """
    capability = _BY_NAME.get(name if "." in name else f"{platform}.{name}")
    if capability is None or capability.platform != platform:
        raise UnknownCapabilityError(
            f"There is no capability '{platform}.{name.rpartition('.')[2]}'; use one of {', '.join(sorted(_BY_NAME))}."
        )
    return capability


def capability_by_name(dotted_name: str) -> Capability:
    """Returns the capability called ``platform.capability``.

    Raises:
        UnknownCapabilityError: there is no such capability.
    """
    return find_capability(dotted_name.partition(".")[0], dotted_name)


def capability_of_actor(actor_id: str) -> Capability:
    """Returns the capability whose rows an actor (``owner~name``) makes.

    Raises:
        UnknownCapabilityError: no capability uses it.
    """
    found = next((entry for entry in CAPABILITIES if entry.actor_id == actor_id), None)
    if found is None:
        raise UnknownCapabilityError(f"No capability uses the actor '{actor_id}'; register one to read its rows.")
    return found


def capability_of_content(platform: str, content_type: str) -> Capability:
    """Returns the capability that collects a platform's content type.

    Raises:
        UnknownContentTypeError: nothing collects it.
    """
    capability = _BY_CONTENT.get((platform, content_type))
    if capability is None:
        raise UnknownContentTypeError(
            f"Evidence of platform '{platform}' with content type '{content_type}' is not known to the registry; "
            "register its capability, or rebuild the brand's evidence from its raw items."
        )
    return capability
