"""What the bot writes for people of another language."""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from bot.language import speak

if TYPE_CHECKING:
    from collections.abc import Callable

GERMAN = "de"

T = TypeVar("T")


def said(write: Callable[[], T], spoken: str = GERMAN) -> T:
    """Return what a function writes in a language, without setting it for the tests that follow."""

    def writing() -> T:
        speak(spoken)
        return write()

    return copy_context().run(writing)
