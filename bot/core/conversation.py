"""A conversation: who said what where, whom to answer, and what of it fits into one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from bot.core.channel_settings import ChannelSettings
from bot.core.ports import DEFAULTS, Call, Role, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A deliberate over-estimate: English runs at about 4 bytes a token, other scripts at 2 to 3 bytes, and the newer
# tokenizers count some 30 % more tokens than the old ones.
BYTES_PER_TOKEN = 3
TOKENS_PER_TURN = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said. `thread` is the id of the message that it hangs on, "" for the channel itself."""

    workspace: str
    channel: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that came with a message: where to find it, not what is in it. `size` is in bytes, 0 where unknown."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the platform's own history has it.

    `text` is all that a person reads in it, people by their names and files by theirs; `words` has people in the
    platform's own form, so that they can be addressed, and `names` tells who those are. `name` is the author's.
    `thread` is the id of the message that it hangs on, its own id when others hang on it, "" outside of threads.
    `is_own`: the bot said it.
    """

    id: str
    author: str
    name: str
    text: str
    thread: str
    is_bot: bool
    files: tuple[FileRef, ...]
    at: datetime
    reply_count: int = 0
    words: str = ""
    is_own: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """A person's message, as a listener hands it on; the bot's own mention is no longer in `text`.

    `home` is the workspace of the author, another one than `place.workspace` in a shared channel.
    `addresses_other`: it opens by speaking to somebody else. `answers_bot`: its thread hangs on a message of the bot's.
    """

    place: Place
    id: str
    author: str
    home: str
    text: str
    is_direct: bool
    mentions_bot: bool
    addresses_other: bool
    answers_bot: bool = False
    has_files: bool = False

    @property
    def opens_thread(self) -> bool:
        """Tell whether the message is the first of its thread."""
        return self.id == self.place.thread


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message of a thread. `id` is the chat platform's, "" where it has none."""

    role: Role
    author: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread as the store knows it: oldest message first, with the settings that hold in it.

    `is_known`: the bot has taken part. `began_with_bot`: its first message was for the bot.
    """

    settings: ChannelSettings = DEFAULTS
    is_known: bool = False
    began_with_bot: bool = False
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What a finished turn leaves behind, stored in one transaction. No messages: the thread is not touched."""

    place: Place
    person: str
    began_with_bot: bool = False
    messages: tuple[Message, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """Turns that fit, and what had to go: whole messages at the start, and characters of the newest one."""

    turns: tuple[Turn, ...]
    messages_left_out: int = 0
    characters_cut: int = 0


def wants_answer(heard: Heard, conversation: Conversation) -> bool:
    """Decide whether a message is for the bot.

    A mention or a direct message always is. Without one, only in a thread that began with the bot, and not when the
    message opens by speaking to somebody else.
    """
    if heard.mentions_bot or heard.is_direct:
        return True
    return (conversation.began_with_bot or heard.answers_bot) and not heard.addresses_other


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text, from above."""
    return len(text.encode()) // BYTES_PER_TOKEN + TOKENS_PER_TURN


def shorten(text: str, tokens: int) -> tuple[str, int]:
    """Cut a text's end so that it fits into `tokens`; return it with the number of characters cut."""
    if estimate_tokens(text) <= tokens:
        return text, 0
    kept = text.encode()[: max(0, tokens - TOKENS_PER_TURN) * BYTES_PER_TOKEN].decode(errors="ignore")
    return kept, len(text) - len(kept)


def fit(messages: Sequence[Message], tokens: int, mention: Callable[[str], str]) -> Fitted:
    """Turn messages into a well-formed request of at most `tokens`: the newest stay, the oldest go.

    Turns alternate and begin with the user's, as the API wants it. Where several people take part, each of their
    messages opens with its author, as `mention` writes it. The newest message always stays, its end cut if it must be;
    blanked messages don't count.
    """
    messages = [message for message in messages if message.text]
    if not messages:
        return Fitted(turns=())
    several = len({m.author for m in messages if m.role is Role.USER}) > 1

    def worded(message: Message) -> str:
        return f"{mention(message.author)}: {message.text}" if several and message.role is Role.USER else message.text

    newest, cut = shorten(worded(messages[-1]), tokens)
    kept = [(messages[-1].role, newest)]
    room = tokens - estimate_tokens(newest)
    for message in reversed(messages[:-1]):
        text = worded(message)
        room -= estimate_tokens(text)
        if room < 0:
            break
        kept.append((message.role, text))
    kept.reverse()
    left_out = len(messages) - len(kept)
    while kept[0][0] is not Role.USER and len(kept) > 1:
        kept.pop(0)
        left_out += 1
    turns = tuple(
        Turn(role, "\n\n".join(text for _, text in run)) for role, run in groupby(kept, key=lambda turn: turn[0])
    )
    return Fitted(turns=turns, messages_left_out=left_out, characters_cut=cut)
