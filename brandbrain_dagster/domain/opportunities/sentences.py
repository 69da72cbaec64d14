"""Title and angle of an idea, by what was found: what to make, of what, and how to open and close it."""

from collections.abc import Callable, Mapping
from datetime import date

from brandbrain_dagster.domain.compile.extractive.wording import listed, platform_name
from brandbrain_dagster.domain.features.lexicon import fold_text
from brandbrain_dagster.domain.opportunities.calls_to_act import closing, how_to_take_part
from brandbrain_dagster.domain.opportunities.candidate import Finding
from brandbrain_dagster.domain.opportunities.idea import Idea, opening
from brandbrain_dagster.domain.opportunities.named_days import named_days
from brandbrain_dagster.domain.opportunities.phrasing import (
    author_name,
    capitalized,
    format_noun,
    quoted,
    quoted_hook,
    with_article,
)

TitleAndAngle = tuple[str, str]

_MOST_IN_TITLE = 2
_SHORT, _SHORTER = 75, 45
"""Characters of a line in a title that holds two, and in one that holds more words besides."""
_OPEN_QUESTION = "Close on an open question, not a request."


def title_and_angle(idea: Idea) -> TitleAndAngle:
    """Returns the two; every finding has sentences of its own."""
    return _SENTENCES[idea.candidate.finding](idea)


def _named_date(idea: Idea) -> TitleAndAngle:
    figures = (value for fact in idea.candidate.facts for name, value in fact.figures.items() if name == "named_day")
    day = next(value for value in figures if isinstance(value, date))
    post = idea.lead
    written_on = post.day or idea.context.now.date()
    says_it = (part for part in post.sentences if day in named_days(part, post.text.language, written_on=written_on))
    sentence = quoted(next(says_it, post.hook or ""))
    ending = closing(idea.candidate.cta_policy, idea.link_policy, softly=how_to_take_part(idea.link_policy))
    title = f"Remind people of {idea.day(day)}: {sentence}"
    angle = (
        f"Make {idea.one} for {idea.channel} that shows what happens on the day: {quoted_hook(post)} is the scene to "
        f"open on, the date is the last thing said. Check first that {sentence} still holds. {ending}"
    )
    return title, angle


def _untold_proof(idea: Idea) -> TitleAndAngle:
    claim = idea.candidate.proof or ""
    scenes = listed([f"{quoted_hook(post)} ({idea.name(post)})" for post in idea.posts])
    title = f"Show the proof: {quoted(claim)}"
    angle = (
        f"Make {idea.one} for {idea.channel} that says it once and then shows what backs it. Take the details from "
        f"{scenes}, which your readers know already. {_closing(idea, _OPEN_QUESTION)}"
    )
    return title, angle


def _rising_theme(idea: Idea) -> TitleAndAngle:
    theme, hit, following = idea.candidate.pillar_name or "", idea.lead, idea.second
    start = f"{quoted(theme)} does better than it did, so stay with it. Make {idea.one} for {idea.channel}"
    if following is None:
        title = f"Stay with {theme}: one more like {quoted_hook(hit)}"
        angle = (
            f"{start} that opens as {idea.name(hit)} did, with {opening(hit)}; {idea.material(hit)}. "
            f"{_closing(idea, _OPEN_QUESTION)}"
        )
        return title, angle
    title = f"Next on {theme}: {quoted_hook(following)} as {idea.one}"
    angle = (
        f"{start} of {idea.name(following)}, which has not been told there; {idea.material(following)}. "
        f"{quoted_hook(hit)} opened with {opening(hit)}; do the same. {_closing(idea, _OPEN_QUESTION)}"
    )
    return title, angle


def _quiet_theme(idea: Idea) -> TitleAndAngle:
    theme, post, second = idea.candidate.pillar_name or "", idea.lead, idea.second
    also = f" {quoted_hook(second)} ({idea.name(second)}) gives a second beginning." if second else ""
    ending = _closing(idea, "Close by asking what people would like to know next.")
    title = f"Come back to {theme}: {quoted_hook(post)}"
    angle = (
        f"Make {idea.one} for {idea.channel} that takes up {idea.name(post)} where it ended and says what has happened "
        f"since. It opened with {opening(post)}; do the same.{also} {ending}"
    )
    return title, angle


def _standout_post(idea: Idea) -> TitleAndAngle:
    hit, following = idea.lead, idea.second
    keep = f"{capitalized(idea.name(hit))} opened with {opening(hit)}: do the same."
    softly = (
        f"Close on a question, as {idea.name(hit)} did with {quoted(hit.question)}." if hit.question else _OPEN_QUESTION
    )
    if following is None:
        return _again(idea, softly)
    title = f"Part two of {quoted_hook(hit, limit=_SHORT)}: {quoted_hook(following, limit=_SHORT)}"
    angle = (
        f"{keep} Tell {quoted_hook(following)}, so far only {idea.name(following)}, in {idea.one} of its own for "
        f"{idea.channel}; {idea.material(following)}. {_closing(idea, softly)}"
    )
    return title, angle


def _again(idea: Idea, softly: str) -> TitleAndAngle:
    """A second part of what is new; of what is older, one more in the manner in which it worked."""
    hit = idea.lead
    if idea.is_fresh(hit):
        title = f"Make a second part of {quoted_hook(hit, limit=_SHORT)}"
        angle = (
            f"Tell what came of it, in {idea.one} for {idea.channel} with the same things in sight, so that whoever "
            f"saw {idea.name(hit)} knows it at once. It opened with {opening(hit)}; do the same. "
            f"{_closing(idea, softly)}"
        )
        return title, angle
    drawn = {name for fact in idea.candidate.facts for name in fact.figures if name.startswith("median_")}
    if "median_comments" in drawn:
        return _another_talk(idea, softly)
    noun, line = format_noun(idea.candidate.format_name), quoted_hook(hit, limit=_SHORT)
    title = f"Another {noun} in the manner of {line}"
    what = f"Make {idea.one} for {idea.channel}"
    if drawn:
        title, what = f"Another {noun} to pass on, like {line}", f"{what} that a reader would send to somebody"
    elif idea.has_figure_up_front(hit):
        title = f"Put a figure up front again, as in {line}"
    theme = f" within {quoted(idea.candidate.pillar_name)}" if idea.candidate.pillar_name else ""
    angle = (
        f"{what}, in the form of {idea.name(hit)}: keep {listed(idea.manner(hit))}. Vary the rest: another "
        f"subject{theme}, other people, other pictures. {_closing(idea, softly)}"
    )
    return title, angle


def _another_talk(idea: Idea, softly: str) -> TitleAndAngle:
    """One more like a post that was commented on more than it was liked."""
    hit = idea.lead
    title = f"Start another conversation like {quoted_hook(hit, limit=_SHORT)}"
    angle = (
        f"Read the comments under {idea.name(hit)} first, see what in it they answer to, and take that up in "
        f"{idea.one} for {idea.channel}. Keep {listed(idea.manner(hit))}; change who or what it is about. "
        f"{_closing(idea, softly)}"
    )
    return title, angle


def _unequal_twins(idea: Idea) -> TitleAndAngle:
    good, poor = idea.posts
    title = f"Retell {quoted_hook(good, limit=_SHORT)} for {idea.channel}"
    angle = (
        f"The same words went out on both channels, and {idea.name(good)} did far better where it stood than "
        f"{idea.name(poor)}. Make {idea.one} for {idea.channel} that is no copy: show first what the words only say, "
        f"and leave {quoted_hook(good)} for the caption. {_closing(idea, _OPEN_QUESTION)}"
    )
    return title, angle


def _strong_format(idea: Idea) -> TitleAndAngle:
    post = idea.lead
    verb = "Film" if idea.part == "scene" else "Tell"
    softly = f"Close on its question, {quoted(post.question)}." if post.question else _OPEN_QUESTION
    title = f"{verb} {quoted_hook(post)} as {idea.one}"
    angle = (
        f"Turn {idea.name(post)} into {idea.one}: the line first, word for word; {idea.material(post)}. "
        f"{capitalized(idea.several)} are what gets liked most on {idea.channel}, and this was told there only as "
        f"{with_article(format_noun(post.format_name))}. {_closing(idea, softly)}"
    )
    return title, angle


def _platform_gap(idea: Idea) -> TitleAndAngle:
    post = idea.lead
    softly = f"Close on its question, {quoted(post.question)}." if post.question else _OPEN_QUESTION
    title = f"Bring {quoted_hook(post)} from {platform_name(post.platform)} to {idea.channel}"
    angle = (
        f"Make {idea.one} for {idea.channel} of {idea.name(post)}. It opened with {opening(post)}: keep that; "
        f"{idea.material(post)}. Nothing has to be thought up, only told to those who follow you there. "
        f"{_closing(idea, softly)}"
    )
    return title, angle


def _talked_about(idea: Idea) -> TitleAndAngle:
    post = idea.lead
    ending = _closing(idea, "Close by asking what is still missing.")
    if post.question:
        title = f"Publish the answers to {quoted(post.question)}"
        angle = (
            f"Go through the comments under {quoted_hook(post)}, {idea.name(post)}, take the three answers that come "
            f"back most, and give each a {idea.part} in {idea.one} with what you say to it. Open on the question as it "
            f"was asked. {ending}"
        )
        return title, angle
    title = f"Answer the comments under {quoted_hook(post)}"
    angle = (
        f"Go through the comments under {idea.name(post)}, take the three remarks that come back most, and answer each "
        f"in a {idea.part} of {idea.one}. Open on the line that they all answer to. {ending}"
    )
    return title, angle


def _steady_theme(idea: Idea) -> TitleAndAngle:
    hooks = [quoted_hook(post, limit=_SHORTER) for post in idea.posts]
    rest = len(hooks) - _MOST_IN_TITLE
    shown = listed([*hooks[:_MOST_IN_TITLE], f"{rest} more"]) if rest > 0 else listed(hooks)
    parts = listed([f"{quoted_hook(post)} ({idea.name(post)})" for post in idea.posts])
    title = f"{idea.candidate.pillar_name} in {idea.one}: {shown}"
    angle = (
        f"Collect them in {idea.one} for {idea.channel}, a {idea.part} for each: {parts}. All of it is written, and "
        f"the first one did best. {_closing(idea, 'Close by asking which one people knew.')}"
    )
    return title, angle


def _other_voice(idea: Idea) -> TitleAndAngle:
    post, own = idea.lead, idea.second
    author = author_name(post) or "somebody else"
    names_you = fold_text(idea.context.brand_name) in fold_text(post.item.text_primary)
    relation = "names you in it, so answer" if names_you else "has said it, so say what you see differently"
    scene = f" {quoted_hook(own)} ({idea.name(own)}) is your side of it." if own else ""
    title = f"Your side of what {author} posted: {quoted_hook(post)}"
    angle = (
        f"{capitalized(author)} {relation}: make {idea.one} for {idea.channel}, credit them in the first line, and "
        f"show your own people doing it instead of passing the post on.{scene} "
        f"{_closing(idea, 'Close on a thank-you, not a request.')}"
    )
    return title, angle


def _closing(idea: Idea, softly: str) -> str:
    return closing(idea.candidate.cta_policy, idea.link_policy, softly=softly)


_SENTENCES: Mapping[Finding, Callable[[Idea], TitleAndAngle]] = {
    Finding.NAMED_DATE: _named_date,
    Finding.UNTOLD_PROOF: _untold_proof,
    Finding.RISING_THEME: _rising_theme,
    Finding.QUIET_THEME: _quiet_theme,
    Finding.STANDOUT_POST: _standout_post,
    Finding.STRONG_FORMAT: _strong_format,
    Finding.PLATFORM_GAP: _platform_gap,
    Finding.UNEQUAL_TWINS: _unequal_twins,
    Finding.TALKED_ABOUT: _talked_about,
    Finding.STEADY_THEME: _steady_theme,
    Finding.OTHER_VOICE: _other_voice,
}
