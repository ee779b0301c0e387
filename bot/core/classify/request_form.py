"""The form that “Classify” in a message's menu opens: what to classify, into what, how."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.actions import CLASSIFY_FORM
from bot.core.classify.sources import is_sheet
from bot.core.domain import category
from bot.core.domain.classification import ClassifyOptions, ClassifyRequest
from bot.core.domain.classify_item import ReadAs
from bot.core.domain.control_value import ClassifyTarget
from bot.core.domain.interaction import Field, Form
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.interaction import Action, Submission
    from bot.core.ports import Chat

OPTIONS = (
    ("multi", N_("Allow several categories per message")),
    ("batch", N_("As a batch: half the price, takes hours, needs 500 messages")),
    ("private", N_("Show the result only to me")),
)
WHOLE, ALONE = "thread", "message"  # what of a thread to classify


def build(action: Action, *, chat: Chat) -> Form:
    """Build the message shortcut's form: how to classify its file, its thread, or itself."""
    hint = _("One per line, or separated by commas. If empty, I use the channel's own or propose some.")
    options = tuple((value, _(label)) for value, label in OPTIONS)
    fields = (
        *_what(action),
        Field("categories", _("Categories"), "area", hint=hint, optional=True),
        Field("options", _("Options"), "choices", options=options, optional=True),
    )
    link = chat.history.permalink(action.place, action.message)
    target = ClassifyTarget(place=action.place, message=action.message, link=link)
    return CLASSIFY_FORM.form(_("Classify"), fields, target, _("Classify"))


def _what(action: Action) -> tuple[Field, ...]:
    """Say what of a message will be classified, or ask."""
    files = [file for file in action.files if is_sheet(file)] or action.files
    if files:
        hint = _("If empty, I look for it.")
        column = Field("column", _("Column of the file"), hint=hint, optional=True, max_length=200)
        return Field("about", _("I'll classify the messages in “{name}”.", name=files[0].name), "note"), column
    if action.has_replies:
        choices = ((WHOLE, _("This message and its replies")), (ALONE, _("Only this message")))
        return (Field("what", _("What to classify"), "choice", WHOLE, choices),)
    return (Field("about", _("I'll classify this message."), "note"),)


def read(submission: Submission, id_: str) -> ClassifyRequest:
    """Read the shortcut's form. Raises `UsageError`."""
    target = CLASSIFY_FORM.read(submission)
    typed = str(submission.answers.get("categories", "")).strip()
    chosen = submission.answers.get("options", ())
    parsed = ClassifyOptions(
        link=target.link,
        is_alone=submission.answers.get("what") == ALONE,
        categories=category.read(typed) if typed else (),
        reading=ReadAs(column=str(submission.answers.get("column", "")).strip()),
        several="multi" in chosen,
        is_batch="batch" in chosen,
    )
    is_private, place = "private" in chosen, target.place
    if is_private and place.thread == target.message:
        place = replace(place, thread="")  # below a message without replies, no one would see it
    return ClassifyRequest(
        id_,
        place,
        submission.asker,
        target.message,
        "classify this",  # not for people: what the thread's history keeps
        parsed,
        is_private=is_private,
    )


def announcement(asked: ClassifyRequest, mention: str) -> str:
    """Say in the thread who asked for a result that everyone there will see, as no one has typed it."""
    if not asked.wish.categories:
        return _("{person} asked me to classify this.", person=mention)
    names = ", ".join(one.name for one in asked.wish.categories)
    return _("{person} asked me to classify this into {categories}.", person=mention, categories=names)
