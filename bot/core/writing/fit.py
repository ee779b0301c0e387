"""Choose what of a conversation fits into one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from bot.core.domain.message import Role
from bot.core.ports import Turn
from bot.core.prompt_data import quoted
from bot.core.tokens import estimate_tokens, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.domain.attachment import Attachment
    from bot.core.domain.message import Message
    from bot.core.domain.thread import Conversation


@dataclass(frozen=True, slots=True)
class Fitted:
    """The turns that fit, and what was left out: whole messages at the start, and characters of the newest one."""

    turns: tuple[Turn, ...]
    messages_left_out: int = 0
    characters_cut: int = 0


def preface(conversation: Conversation, notes: str = "") -> str:
    """Write what the model gets before the first message: notes, a summary of what came before, and who is who.

    It holds people's words, so it goes in as data; it has the same bytes each turn, so that the API's cache knows them.
    """
    earlier = {"people": dict(conversation.people), "summary": conversation.summary}
    earlier = {name: value for name, value in earlier.items() if value}
    return "\n\n".join(filter(None, (notes, quoted("earlier", earlier) if earlier else "")))


def fit(
    messages: Sequence[Message],
    tokens: int,
    mention: Callable[[str], str],
    *,
    before: str = "",
    attached: Mapping[str, tuple[Attachment, ...]] | None = None,
    named: bool = False,
) -> Fitted:
    """Turn messages into a well-formed request of at most `tokens`: the newest stay, the oldest go.

    Turns alternate and begin with the user's, as the API requires, and with the text `before`. If several people take
    part, or if `named`, each of their messages opens with its author, as `mention` writes it. The newest message always
    stays, with its end cut if needed; blanked messages don't count. `attached` are files by their messages' ids, not
    counted in `tokens`; the model gets only the names of other files.
    """
    attached = attached or {}
    messages = [message for message in messages if message.text or message.files]
    if not messages:
        return Fitted(turns=())
    named = named or len({m.author for m in messages if m.role is Role.USER}) > 1

    def worded(message: Message) -> str:
        names = {file.name for file in attached.get(message.id, ())}
        others = [f"[file: {file.name}]" for file in message.files if file.name not in names]
        text = "\n".join(filter(None, [message.text, *others])) or "[no text]"  # not for people: Claude is told this
        return f"{mention(message.author)}: {text}" if named and message.role is Role.USER else text

    if before:
        tokens -= estimate_tokens(before)
    kept, cut = _newest(messages, tokens, worded)
    left_out = len(messages) - len(kept)
    while not before and kept[0][0].role is not Role.USER and len(kept) > 1:
        kept.pop(0)
        left_out += 1
    turns = [_turn(list(run), attached) for _, run in groupby(kept, key=lambda entry: entry[0].role)]
    return Fitted(_opened(turns, before), left_out, cut)


def _newest(
    messages: Sequence[Message], tokens: int, worded: Callable[[Message], str]
) -> tuple[list[tuple[Message, str]], int]:
    """Return the newest messages that fit, each with its text, and how many characters of the last had to be cut."""
    newest, cut = shorten(worded(messages[-1]), tokens)
    kept = [(messages[-1], newest)]
    room = tokens - estimate_tokens(newest)
    for message in reversed(messages[:-1]):
        text = worded(message)
        room -= estimate_tokens(text)
        if room < 0:
            break
        kept.append((message, text))
    kept.reverse()
    return kept, cut


def _turn(run: Sequence[tuple[Message, str]], attached: Mapping[str, tuple[Attachment, ...]]) -> Turn:
    files = tuple(file for message, _ in run for file in attached.get(message.id, ()))
    return Turn(run[0][0].role, "\n\n".join(text for _, text in run), files)


def _opened(turns: Sequence[Turn], before: str) -> tuple[Turn, ...]:
    """Put a text before the turns, in the first one if that is the user's."""
    first, *others = turns
    if not before:
        return tuple(turns)
    if first.role is Role.USER:
        return replace(first, text=f"{before}\n\n{first.text}"), *others
    return Turn(Role.USER, before), *turns
