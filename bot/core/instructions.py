"""A channel's own system prompt: show it, set it, remove it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.command import HELP, USAGE, answering
from bot.core.conversation import Record
from bot.errors import NotAllowedError, UsageError

if TYPE_CHECKING:
    from bot.core.command import Command
    from bot.core.ports import Bookmark, Chat, Store

MAX_LENGTH = 10_000  # characters

_RESET = re.compile(r"(?:--|—|\u2013)?reset", re.IGNORECASE)  # phones turn two hyphens into a dash


class Action(StrEnum):
    """What `/parley prompt` is asked to do."""

    SHOW = "show"
    SET = "set"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed behind `/parley prompt`."""

    action: Action
    text: str = ""


def parse(typed: str) -> Wish:
    """Read `prompt`, `prompt <text>` or `prompt --reset`. Raises `UsageError` for anything else, help among it."""
    if typed.strip().lower() in {"", "help"}:
        raise UsageError(HELP)
    match = re.fullmatch(r"prompt(?:\s+(?P<text>.*))?", typed.strip(), re.IGNORECASE | re.DOTALL)
    if not match:
        raise UsageError(USAGE["parley"])
    text = (match["text"] or "").strip()
    if not text:
        return Wish(Action.SHOW)
    if _RESET.fullmatch(text):
        return Wish(Action.RESET)
    if len(text) > MAX_LENGTH:
        raise UsageError(f"A channel's prompt has at most {MAX_LENGTH:,} characters; this one has {len(text):,}.")
    return Wish(Action.SET, text)


async def instruct(command: Command, *, admins: frozenset[str], store: Store, chat: Chat, bookmark: Bookmark) -> Record:
    """Show or change the channel's prompt, and tell the asker alone. Raises `ChatError`."""
    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        try:
            sentence = await _carry_out(parse(command.text), command, admins=admins, store=store, chat=chat)
        except NotAllowedError as error:
            sentence = error.sentence
        await visible.replace(sentence)
    return Record(command.place, command.asker.person)


async def _carry_out(wish: Wish, command: Command, *, admins: frozenset[str], store: Store, chat: Chat) -> str:
    person = command.asker.person
    if wish.action is Action.SHOW:
        text = await store.instructions(command.place)
        return f"This channel's prompt:\n\n{_quoted(text)}" if text else "This channel has no prompt of its own."
    standing = await chat.standing(command.place, person)
    if not standing.is_member:
        raise NotAllowedError("Only members of this channel may change its prompt.")
    if not standing.is_admin and person not in admins:
        raise NotAllowedError(
            "Only workspace admins and Parley's admins may change this channel's prompt; please ask one of them."
        )
    await store.set_instructions(command.place, wish.text, person)
    if wish.action is Action.RESET:
        return "This channel's prompt is removed."
    return f"This channel's prompt is set. It holds from the next message in any thread here.\n\n{_quoted(wish.text)}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
