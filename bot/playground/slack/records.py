"""The records of a workspace: users, channels, messages, files, sessions, and the changes to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from bot.playground.slack.blocks import text_of
from bot.playground.slack.wire import Json


@dataclass(frozen=True, slots=True)
class User:
    """A person, or an app's user: the bot's, or another app's."""

    id: str
    name: str
    real_name: str
    is_admin: bool = False
    is_bot: bool = False
    team_id: str = ""  # an outsider's team
    guest: Literal["", "multi_channel", "single_channel"] = ""
    tz: str = "Etc/UTC"
    locale: str = "en-US"
    bot_id: str = ""  # an app's
    app_id: str = ""  # an app's

    @property
    def mention(self) -> str:
        """The user's name as message text holds it."""
        return f"<@{self.id}>"


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, or the direct messages (`is_im`) between the bot and one user."""

    id: str
    name: str
    topic: str = ""
    is_im: bool = False
    is_private: bool = False
    is_archived: bool = False
    members: list[str] = field(default_factory=list)
    shared_with: tuple[str, ...] = ()  # the other teams of a Slack Connect channel
    last_read: dict[str, str] = field(default_factory=dict)  # the ts of the last message read, by user id

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
    """A file."""

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: float
    content: bytes | None = None  # None until uploaded
    is_deleted: bool = False
    snippet_type: str = ""
    is_stub: bool = False  # messages hold only its id, as in Slack Connect channels
    hops: int = 0  # how often a download is redirected to another of Slack's hosts
    shape: Json = field(default_factory=dict)  # fields of its JSON that differ, as of a canvas or a voice clip
    access: dict[str, str] = field(default_factory=dict)  # of a canvas: what the people of a channel may do with it
    shares: list[tuple[str, str]] = field(default_factory=list)  # the channel and ts of each message that shows it

    @property
    def text(self) -> str:
        """The content as text; characters that are not UTF-8 are replaced."""
        return (self.content or b"").decode(errors="replace")


@dataclass(slots=True, eq=False)
class Stream:
    """The streaming state of a message."""

    began: float  # seconds since the epoch
    state: Literal["streaming", "completed", "stopped_by_user"] = "streaming"
    mode: str = ""  # of its first content: "chunks" or "markdown_text", "" while it has none


@dataclass(slots=True, eq=False)
class MessageRecord:
    """A message."""

    channel: str
    user: str
    text: str = ""
    thread_ts: str = ""  # the ts of the thread's first message
    ts: str = ""  # set when it is posted
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    subtype: str = ""
    client_msg_id: str = ""  # of a message that a user typed
    edited_ts: str = ""
    username: str = ""  # the name that an integration shows instead of its own
    is_broadcast: bool = False  # a reply that the channel also shows
    ephemeral_to: str = ""  # the only user who sees it
    answers: str = ""  # the slash command that an ephemeral message answers, as the bot got it
    stream: Stream | None = None

    @property
    def shown(self) -> str:
        """The text that a user reads: that of the blocks, if there are any, without context blocks."""
        return text_of([block for block in self.blocks if block.get("type") != "context"]) or self.text

    @property
    def small_print(self) -> str:
        """The text of the context blocks, which Slack shows in small print."""
        return text_of([block for block in self.blocks if block.get("type") == "context"])

    @property
    def streaming(self) -> bool:
        """Whether text is still being added."""
        return self.stream is not None and self.stream.state == "streaming"

    def snapshot(self) -> MessageRecord:
        """Return a copy that does not change with the message."""
        reactions = {name: list(users) for name, users in self.reactions.items()}
        stream = None if self.stream is None else replace(self.stream)
        return replace(self, files=[replace(file) for file in self.files], reactions=reactions, stream=stream)


@dataclass(slots=True, eq=False)
class Session:
    """What the bot shows of a thread apart from its messages."""

    status: str = ""  # what users read
    state: str = ""  # of the agent session
    title: str = ""
    loading: list[str] = field(default_factory=list)  # messages that take turns as the status
    prompts: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message appeared, ephemeral ones included."""

    message: MessageRecord


@dataclass(frozen=True, slots=True)
class Edited:
    """A message's text, blocks or files changed; `previous` is a copy from before."""

    message: MessageRecord
    previous: MessageRecord


@dataclass(frozen=True, slots=True)
class StreamChanged:
    """A stream got more text, or ended."""

    message: MessageRecord


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message was deleted; `previous` is a copy from before."""

    message: MessageRecord
    previous: MessageRecord


@dataclass(frozen=True, slots=True)
class Reacted:
    """A reaction was added or removed."""

    message: MessageRecord
    user: str
    name: str
    added: bool


@dataclass(frozen=True, slots=True)
class StatusSet:
    """The status of a thread changed; "" if it was cleared."""

    channel: str
    thread_ts: str
    status: str


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """A user pressed Stop in a thread; `streams` are the ts of the messages that Slack has ended."""

    channel: str
    thread_ts: str
    user: str
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionTitled:
    """A session's title changed; `user` is "" if the app did it."""

    channel: str
    thread_ts: str
    title: str
    previous: str
    user: str = ""


@dataclass(frozen=True, slots=True)
class ContextChanged:
    """A user with the bot's pane open went to another channel, or to none ("")."""

    user: str
    channel: str


@dataclass(frozen=True, slots=True)
class PromptsSet:
    """The suggested prompts of a thread changed."""

    channel: str
    thread_ts: str


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """A user became a member of a channel."""

    channel: str
    user: str
    inviter: str


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """A user opened the bot's home tab (`tab` "home") or its messages tab ("messages")."""

    user: str
    channel: str
    tab: str


@dataclass(frozen=True, slots=True)
class ViewShown:
    """A modal or a home tab was opened, updated or published for a user."""

    user: str
    view: Json


@dataclass(frozen=True, slots=True)
class ViewClosed:
    """A user's modal was closed."""

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
