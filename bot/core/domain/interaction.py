"""What people can use in addition to messages: buttons, menus, shortcuts and forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.core.domain.message import FileRef, Place
from bot.core.domain.people import Requester


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message. `name` says which use case it is for, `value` comes back unchanged.

    `confirm`: the question that the person has to confirm, "" for none. `spoken`: what a screen reader says for a label
    that is a picture.
    """

    name: str
    label: str
    value: str = ""
    style: Literal["", "primary", "danger"] = ""
    confirm: str = ""
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Select:
    """A menu below a message; choosing from it is an action. `options` are pairs of a choice and its label."""

    name: str
    placeholder: str
    options: tuple[tuple[str, str], ...]
    value: str = ""


Control = Button | Select


@dataclass(frozen=True, slots=True)
class Action:
    """A person pressed a button, chose from a menu, or took a shortcut. `id` is unique to it.

    `name` and `value` are the control's, `choice` is the menu's. `message` is the id of the message that it stands
    under, "" where only one person sees that; `author` wrote that message. `text` is a shortcut's message, which has
    `files`, and others below it if it `has_replies`.

    In a form, `form` is its id, `value` the form's own where the control has none, and `answers` what is filled in so
    far, by the fields' names; `place` is the workspace then.
    """

    id: str
    name: str
    value: str
    choice: str
    place: Place
    message: str
    asker: Requester
    author: str = ""
    text: str = ""
    files: tuple[FileRef, ...] = ()
    has_replies: bool = False
    form: str = ""
    answers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


Kind = Literal[
    "text",
    "area",
    "number",
    "choice",
    "choices",
    "person",
    "people",
    "channel",
    "channels",
    "note",
    "markdown",
    "button",
    "buttons",
    "heading",
]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form; `options` are pairs of a choice and its label. `value` is what it begins with.

    A "note" is a label to read, as plain text or, for "markdown", with its marks; a "button" is one in the form, and
    its action carries what is filled in. "buttons" are several side by side; the value of one is its action's choice.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: str | tuple[str, ...] = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    optional: bool = False
    max_length: int = 3_000
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill in. `name` says which use case it is for, `value` comes back unchanged.

    Without `submit` it is read-only. If an action in a form of the same name opens it, it replaces that one.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    value: str = ""
    submit: str = "Save"


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted form: what was entered, by the fields' names. `id` is unique to it.

    `workspace` is where it was submitted, as the platform says; what `value` names must be there. `below` is the id of
    the form that this one was opened from, and that is seen again now, "" for none.
    """

    id: str
    name: str
    value: str
    answers: dict[str, str | tuple[str, ...]]
    asker: Requester
    workspace: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the home; its text is plain, with `code` and *bold*. Its buttons are below it."""

    title: str
    text: str
    buttons: tuple[Button, ...] = ()
