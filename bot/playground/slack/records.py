"""What a workspace is made of: people, channels, messages, files, and the changes that happen to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from bot.playground.slack.blocks import text_of
from bot.playground.slack.wire import Json


@dataclass(frozen=True, slots=True)
class User:
    """A person, or an app's user: the bot, or another app with its own `bot_id` and `app_id`.

    `team_id` is "" for the workspace's own people, else the team that an outside person belongs to. `guest` says in
    how few channels a guest may be.
    """

    id: str
    name: str
    real_name: str
    is_admin: bool = False
    is_bot: bool = False
    team_id: str = ""
    guest: Literal["", "multi_channel", "single_channel"] = ""
    tz: str = "Etc/UTC"
    bot_id: str = ""
    app_id: str = ""

    @property
    def mention(self) -> str:
        """The user's name as message text holds it."""
        return f"<@{self.id}>"


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, or a direct message (`is_im`) between the bot and one person.

    `shared_with` are the teams of a Slack Connect channel beside the workspace's own. `last_read` has the ts of the
    last message that a member has read, by user id.
    """

    id: str
    name: str
    topic: str = ""
    is_im: bool = False
    is_private: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    shared_with: tuple[str, ...] = ()
    last_read: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Literal["im", "group", "channel"]:
        """What `channel_type` says in events."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group, such as @support."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass(slots=True, eq=False)
class File:
    """A file; `content` is None until its bytes were uploaded, `shares` are the channels and messages that show it.

    `is_stub`: messages tell no more than its id, as in Slack Connect channels. `shape`: fields of its JSON that differ,
    such as those of a canvas or a voice clip. `hops`: how often a download is sent on to another of Slack's hosts.
    """

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: float
    content: bytes | None = None
    is_deleted: bool = False
    snippet_type: str = ""
    is_stub: bool = False
    hops: int = 0
    shape: Json = field(default_factory=dict)
    shares: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The content as text; characters that are not UTF-8 are replaced."""
        return (self.content or b"").decode(errors="replace")


@dataclass(slots=True, eq=False)
class Stream:
    """The streaming side of a message: when it began (seconds) and whether it still takes text.

    `mode` is that of its first content, "chunks" or "markdown_text", "" while it has none.
    """

    began: float
    state: Literal["streaming", "completed", "stopped_by_user"] = "streaming"
    mode: str = ""


@dataclass(slots=True, eq=False)
class MessageRecord:
    """A message. `ts` is given when it is posted; `thread_ts` is the ts of the thread's first message, "" outside one.

    `ephemeral_to` is the only person who sees it. `client_msg_id` marks what a person typed. `username` is the name
    that an integration shows instead of its own. `is_broadcast`: a reply that the channel sees too.
    """

    channel: str
    user: str
    text: str = ""
    thread_ts: str = ""
    ts: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    subtype: str = ""
    client_msg_id: str = ""
    edited_ts: str = ""
    username: str = ""
    is_broadcast: bool = False
    ephemeral_to: str = ""
    stream: Stream | None = None

    @property
    def shown(self) -> str:
        """The text that a person reads: the blocks', where there are blocks. What stands small below is not in it."""
        return text_of([block for block in self.blocks if block.get("type") != "context"]) or self.text

    @property
    def small_print(self) -> str:
        """The text of the context blocks, which a person reads in small letters."""
        return text_of([block for block in self.blocks if block.get("type") == "context"])

    @property
    def streaming(self) -> bool:
        """Whether text is still being added."""
        return self.stream is not None and self.stream.state == "streaming"

    def snapshot(self) -> MessageRecord:
        """Return a copy that stays as it is, whatever happens to the message."""
        reactions = {name: list(users) for name, users in self.reactions.items()}
        stream = None if self.stream is None else replace(self.stream)
        return replace(self, files=[replace(file) for file in self.files], reactions=reactions, stream=stream)


@dataclass(slots=True, eq=False)
class Session:
    """What the bot shows about a thread beside its messages. `status` is what people read, "" when nothing is shown.

    `state` is the agent session's own, "" while there is none; `loading` are the lines that take turns as its status.
    """

    status: str = ""
    state: str = ""
    title: str = ""
    loading: list[str] = field(default_factory=list)
    prompts: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message appeared, ephemeral ones included."""

    message: MessageRecord


@dataclass(frozen=True, slots=True)
class Edited:
    """A message's text, blocks or files changed; `previous` is a copy of it from before."""

    message: MessageRecord
    previous: MessageRecord


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """A stream got more text."""

    message: MessageRecord


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message is gone; `previous` is a copy of it from before."""

    message: MessageRecord
    previous: MessageRecord


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction was added or taken off."""

    message: MessageRecord
    user: str
    name: str
    added: bool


@dataclass(frozen=True, slots=True)
class StatusSet:
    """What a thread shows of the bot's doings; "" when cleared."""

    channel: str
    thread_ts: str
    status: str


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """A person pressed Stop in a thread; `streams` are the ts of the messages that Slack has ended."""

    channel: str
    thread_ts: str
    user: str
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionTitled:
    """A session's title changed; `user` is "" where the app did it."""

    channel: str
    thread_ts: str
    title: str
    previous: str
    user: str = ""


@dataclass(frozen=True, slots=True)
class ContextChanged:
    """A person who has the bot's pane open looks at another channel, or at none ("")."""

    user: str
    channel: str


@dataclass(frozen=True, slots=True)
class PromptsSet:
    """What the bot suggests to ask changed."""

    channel: str
    thread_ts: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Somebody became a member of a channel."""

    channel: str
    user: str
    inviter: str


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """A person opened the bot's home (`tab` "home") or its messages ("messages")."""

    user: str
    channel: str
    tab: str


@dataclass(frozen=True, slots=True)
class ViewShown:
    """A modal or a home tab was opened, updated or published for a person."""

    user: str
    view: Json


@dataclass(frozen=True, slots=True)
class ViewClosed:
    """A modal is no longer shown to a person."""

    user: str
    view: Json


Change: TypeAlias = (
    Posted
    | Edited
    | StreamChanged
    | Deleted
    | Reacted
    | StatusSet
    | SessionStopped
    | SessionTitled
    | ContextChanged
    | PromptsSet
    | MemberJoined
    | HomeOpened
    | ViewShown
    | ViewClosed
)
