"""Answer a message that a later one in its thread has overtaken: once, and in view of what was said since.

A platform delivers a message again when its first receiver froze or died. Meanwhile, a later message of the same thread
may have been read, with the earlier one as its context, and answered. Work that is retried by hand comes late, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.domain.message import Role
from bot.core.ports import Turn
from bot.core.prompt_data import quoted
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.message import Message

QUOTED = 4_000  # characters of the message to repeat after the later ones: it may be far above, or cut off
_TO_MODEL = (  # not for people: Claude is told this
    "This message stands above, where it was written, but it reached you only now, after you had answered later ones. "
    "Answer it now. Repeat nothing that your answers above say already: where they have answered all of it, say so in "
    "one short sentence."
)


def is_overtaken(identity: str, messages: Sequence[Message]) -> bool:
    """Return whether a message of the thread that was written after this one has its answer already."""
    has_answer = False
    for message in reversed(messages):
        has_answer = has_answer or (message.role is Role.ASSISTANT and bool(message.text))
        if has_answer and _is_later(message, identity):
            return True
    return False


def _is_later(message: Message, identity: str) -> bool:
    """Return whether a message was written after another one. An action's id is not a time."""
    return message.role is Role.USER and message.id[:1].isdigit() and message.id > identity


def in_place(question: Message, messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return a thread's messages with this one among them, where it was written."""
    at = next((n for n, one in enumerate(messages) if one.id == question.id), None)
    if at is not None:
        return (*messages[:at], question, *messages[at + 1 :])
    at = next(n for n, one in enumerate(messages) if _is_later(one, question.id))
    return (*messages[:at], question, *messages[at:])


def asking(question: Message) -> str:
    """Ask the model to answer a message further up."""
    return f"{_TO_MODEL}\n\n{quoted('message', {'text': question.text[:QUOTED]})}"


def asked(turns: tuple[Turn, ...], text: str) -> tuple[Turn, ...]:
    """Append a text to the turns, which keep alternating."""
    if turns and turns[-1].role is Role.USER:
        return (*turns[:-1], replace(turns[-1], text=f"{turns[-1].text}\n\n{text}"))
    return (*turns, Turn(Role.USER, text))


def told(link: str) -> str:
    """Return the line that says which of the thread's messages this answers."""
    sentence = _("This answers [an earlier message]({link}), which reached me after the later ones.", link=link)
    return f"\n\n_{sentence}_"
