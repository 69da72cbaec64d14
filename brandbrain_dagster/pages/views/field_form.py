"""The form in which people decide a field: the control for its type, and what they typed as a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_origin

from brandbrain_dagster.domain.compile.override_paths import FieldPath, field_path, invalid_paths, value_problem
from brandbrain_dagster.domain.export.profile_fields import title_of
from brandbrain_dagster.errors import InvalidInputError, NotFoundError
from brandbrain_dagster.pages.views.profile_fields import shown_texts
from brandbrain_dagster.pages.views.questions import anchor_of


class Control(StrEnum):
    """How a value is typed."""

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True)
class FieldForm:
    """The form of one field."""

    path: str
    anchor: str
    title: str
    control: Control
    choices: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What somebody decided: ``value`` None takes an override back; ``is_value_given`` False leaves it as it is."""

    is_value_given: bool
    value: Any
    is_pinned: bool


def field_form(path: str, value: Any) -> FieldForm:
    """Returns the form of a field; ``value`` tells lines from text where the schema does not.

    Raises:
        NotFoundError: no field can stand at the path.
    """
    meant = None if invalid_paths([path]) else field_path(path)
    if meant is None:
        raise NotFoundError("The profile has no such field")
    title = title_of(path)
    return FieldForm(
        path=path,
        anchor=anchor_of(path),
        title=title[:1].upper() + title[1:],
        control=_control(meant, value),
        choices=_choices(meant),
    )


def _choices(meant: FieldPath) -> list[str]:
    kind = meant.value_type
    return [choice.value for choice in kind] if isinstance(kind, type) and issubclass(kind, StrEnum) else []


def _control(meant: FieldPath, value: Any) -> Control:
    if _choices(meant):
        return Control.CHOICE
    is_list = isinstance(value, list) if meant.value_type is None else get_origin(meant.value_type) is list
    return Control.LINES if is_list else Control.TEXT


def typed_value(value: Any) -> str:
    """Returns a value as it stands in the control."""
    return "\n".join(shown_texts(value))


def read_decision(form: FieldForm, typed: str, *, shown: str, is_pinned: bool, is_withdrawn: bool) -> Decided:
    """Returns what was decided: a value that is still what was shown is no decision about the value.

    Raises:
        InvalidInputError: the value does not fit the field.
    """
    text = typed.replace("\r\n", "\n").strip()
    if is_withdrawn:
        return Decided(is_value_given=True, value=None, is_pinned=is_pinned)
    if text == shown.replace("\r\n", "\n").strip():
        return Decided(is_value_given=False, value=None, is_pinned=is_pinned)
    value = _value(form, text)
    problem = value_problem(form.path, value)
    if problem is not None:
        raise InvalidInputError(f"{form.title} cannot hold this: {problem}")
    return Decided(is_value_given=True, value=value, is_pinned=is_pinned)


def _value(form: FieldForm, text: str) -> Any:
    if form.control is Control.LINES:
        return [line.strip() for line in text.split("\n") if line.strip()]
    return text
