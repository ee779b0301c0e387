"""The local workspace: who and what is in it, and the rules by which it changes. No HTTP in here."""

from __future__ import annotations

import mimetypes
import secrets
import time
import uuid
from typing import TYPE_CHECKING

from bot.playground import streams
from bot.playground.blocks import rich_text
from bot.playground.records import (
    Change,
    Channel,
    Deleted,
    Edited,
    File,
    Grew,
    Joined,
    Message,
    Posted,
    Reacted,
    Session,
    SessionStopped,
    StatusSet,
    Stream,
    User,
    ViewShown,
)
from bot.playground.rules import TEXT_CUT_AT, Rules
from bot.playground.slack_json import message_json
from bot.playground.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Callable

MICROSECONDS = 1_000_000
# How many unused triggers are remembered.
TRIGGERS = 1_000


class Workspace:
    """One workspace with one app installed in it.

    Everything that happens is told to whoever called `observe`, at once and in order. Methods raise `ApiError` with
    Slack's own codes. `clock` gives seconds since the epoch; `base_url` is where its server is reached.
    """

    def __init__(self, rules: Rules | None = None, clock: Callable[[], float] = time.time) -> None:
        self.rules = rules or Rules()
        self.clock = clock
        self.created = clock()
        self.base_url = ""
        self.team_id, self.team_name, self.domain = "T01LOCAL000", "Local workspace", "local-workspace"
        self.app_id, self.bot_id = "A01PARLEY00", "B01PARLEY00"
        self.bot_token = f"xoxb-local-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{self.app_id}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.bot = User("U01PARLEY00", "parley", "Parley", is_bot=True)
        self.me = User("U01YOU00000", "you", "You", is_admin=True)
        self.ada = User("U01ADA00000", "ada", "Ada Marsh", is_admin=True)
        self.sam = User("U01SAM00000", "sam", "Sam Okoro")
        self.slackbot = User("USLACKBOT", "slackbot", "Slackbot")
        self.users = {user.id: user for user in (self.me, self.ada, self.sam, self.bot, self.slackbot)}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, Json] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.ephemerals: dict[str, Message] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[Message]] = {}
        self.tickets: set[str] = set()
        self._triggers: dict[str, tuple[str, float]] = {}
        self._observers: list[Callable[[Change], None]] = []
        self._last_ts = 0
        everyone = [self.me.id, self.ada.id, self.sam.id, self.bot.id]
        self._add(Channel("C01GENERAL0", "general", "Company-wide talk", members=list(everyone)))
        self._add(Channel("C01ENGINEER", "engineering", "Code, builds and incidents", members=list(everyone)))
        self._add(Channel("C01SUPPORT0", "support-feedback", "What customers tell us", members=list(everyone)))
        self._add(Channel("D01PARLEYDM", "", is_im=True, members=[self.me.id, self.bot.id]))

    def observe(self, observer: Callable[[Change], None]) -> Callable[[], None]:
        """Tell `observer` of every change from now on; return the function that ends it. It must not raise nor wait."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def publish(self, change: Change) -> None:
        """Tell every observer."""
        for observer in tuple(self._observers):
            observer(change)

    def next_ts(self) -> str:
        """Make a timestamp, `seconds.micros`, unlike and later than all others."""
        self._last_ts = max(int(self.clock() * MICROSECONDS), self._last_ts + 1)
        return f"{self._last_ts // MICROSECONDS}.{self._last_ts % MICROSECONDS:06d}"

    # Who and where

    def user(self, user_id: str) -> User:
        """Return a user; raises `user_not_found`."""
        if user_id not in self.users:
            raise ApiError("user_not_found")
        return self.users[user_id]

    def channel(self, channel_id: str) -> Channel:
        """Return a channel by its id, or by `#name`; raises `channel_not_found`."""
        channel = self.channels.get(channel_id)
        if channel is None and channel_id.startswith("#"):
            channel = next((c for c in self.channels.values() if c.name == channel_id[1:]), None)
        if channel is None:
            raise ApiError("channel_not_found")
        return channel

    def joined_channel(self, channel_id: str) -> Channel:
        """Return a channel that the bot is a member of; raises `channel_not_found`, `not_in_channel`."""
        channel = self.channel(channel_id)
        if self.bot.id not in channel.members:
            raise ApiError("channel_not_found" if channel.is_private or channel.is_im else "not_in_channel")
        return channel

    def open_channel(self, channel_id: str) -> Channel:
        """Return a channel that the bot may post to; raises `is_archived` beside what `joined_channel` raises."""
        channel = self.joined_channel(channel_id)
        if channel.is_archived:
            raise ApiError("is_archived")
        return channel

    def add_channel(self, name: str, *, members: list[str] | None = None, is_private: bool = False) -> Channel:
        """Create a channel. Without `members` the people are in it, and the bot is not."""
        people = [self.me.id, self.ada.id, self.sam.id]
        letter = "G" if is_private else "C"
        return self._add(
            Channel(f"{letter}{secrets.token_hex(5).upper()}", name, is_private=is_private, members=members or people)
        )

    def direct(self, user_id: str) -> Channel:
        """Return the direct messages between the bot and a person, opened when there are none yet."""
        user = self.user(user_id)
        if user.is_bot:
            raise ApiError("cannot_dm_bot")
        for channel in self.channels.values():
            if channel.is_im and user_id in channel.members:
                return channel
        return self._add(Channel(f"D{secrets.token_hex(5).upper()}", "", is_im=True, members=[user_id, self.bot.id]))

    def join(self, channel_id: str, user_id: str, inviter: str) -> None:
        """Make a user a member of a channel."""
        channel = self.channel(channel_id)
        if user_id not in channel.members:
            channel.members.append(self.user(user_id).id)
            self.publish(Joined(channel.id, user_id, inviter))

    # Messages

    def post(self, message: Message) -> Message:
        """Give a message its `ts`, keep it, and tell everyone who may see it. Raises `thread_not_found`."""
        channel = self.channel(message.channel)
        message.channel = channel.id
        if message.thread_ts:
            parent = self.message(channel.id, message.thread_ts, missing="thread_not_found")
            message.thread_ts = parent.thread_ts or parent.ts
        message.text = message.text[:TEXT_CUT_AT]
        message.ts = self.next_ts()
        for file in message.files:
            file.shares.append((channel.id, message.ts))
        if message.ephemeral_to:
            self.ephemerals[message.ts] = message
        else:
            self._messages[channel.id][message.ts] = message
            if message.thread_ts:
                self._replies.setdefault((channel.id, message.thread_ts), []).append(message)
        self.publish(Posted(message))
        if message.user == self.bot.id and message.thread_ts and not message.ephemeral_to:
            # Slack takes a thread's "is thinking…" off as soon as the app has said something there.
            self.set_status(channel.id, message.thread_ts, "")
        return message

    def find(self, channel_id: str, ts: str) -> Message | None:
        """Return a message, None when there is none."""
        return self._messages.get(channel_id, {}).get(ts)

    def message(self, channel_id: str, ts: str, missing: str = "message_not_found") -> Message:
        """Return a message; raises `ApiError(missing)`."""
        message = self.find(channel_id, ts)
        if message is None:
            raise ApiError(missing)
        return message

    def messages(self, channel_id: str) -> list[Message]:
        """Return all messages of a channel, thread replies among them, oldest first."""
        return list(self._messages[self.channel(channel_id).id].values())

    def replies(self, channel_id: str, ts: str) -> list[Message]:
        """Return the replies of a thread, oldest first, without its first message."""
        return self._replies.get((channel_id, ts), [])

    def thread(self, channel_id: str, ts: str) -> list[Message]:
        """Return a thread with its first message, oldest first; raises `thread_not_found`."""
        return [self.message(channel_id, ts, missing="thread_not_found"), *self.replies(channel_id, ts)]

    def edit(self, message: Message, text: str, blocks: list[Json], *, mark: bool = True) -> None:
        """Change what a message says; `mark` it as edited."""
        previous = message_json(self, message)
        message.text, message.blocks = text, blocks
        if mark:
            message.edited_ts = self.next_ts()
        self.publish(Edited(message, previous))

    def delete(self, message: Message) -> None:
        """Take a message away. The first message of a thread leaves a tombstone behind, as in Slack."""
        previous = message_json(self, message)
        if message.ephemeral_to:
            del self.ephemerals[message.ts]
        elif self.replies(message.channel, message.ts):
            message.subtype, message.user, message.files = "tombstone", self.slackbot.id, []
            self.edit(message, "This message was deleted.", [], mark=False)
            return
        else:
            del self._messages[message.channel][message.ts]
            if message.thread_ts:
                self._replies[message.channel, message.thread_ts].remove(message)
        self.publish(Deleted(message, previous))

    def react(self, message: Message, user_id: str, name: str) -> None:
        """Add a reaction; raises `already_reacted`."""
        users = message.reactions.setdefault(name, [])
        if user_id in users:
            raise ApiError("already_reacted")
        users.append(user_id)
        self.publish(Reacted(message, user_id, name, added=True))

    def unreact(self, message: Message, user_id: str, name: str) -> None:
        """Take a reaction off; raises `no_reaction`."""
        users = message.reactions.get(name, [])
        if user_id not in users:
            raise ApiError("no_reaction")
        users.remove(user_id)
        if not users:
            del message.reactions[name]
        self.publish(Reacted(message, user_id, name, added=False))

    # Streams

    def start_stream(self, message: Message, chunks: list[Json]) -> Message:
        """Post a message that takes more text until `stop_stream`."""
        message.stream = Stream(self.clock())
        message.blocks = streams.extended([], chunks)
        message.text = streams.text_of(chunks)
        return self.post(message)

    def append_stream(self, message: Message, chunks: list[Json]) -> None:
        """Add to a streamed message; raises `message_not_in_streaming_state`, `stopped_by_user`."""
        self._check_streaming(message)
        self._extend(message, chunks)
        self.publish(Grew(message))

    def stop_stream(self, message: Message, chunks: list[Json], blocks: list[Json], metadata: Json | None) -> None:
        """End a streamed message, with a last piece and blocks below it; raises as `append_stream`."""
        stream = self._check_streaming(message)
        previous = message_json(self, message)
        self._extend(message, chunks)
        message.blocks = [*message.blocks, *blocks]
        message.metadata = metadata or message.metadata
        stream.state = "completed"
        self.publish(Edited(message, previous))

    def stop_session(self, channel_id: str, thread_ts: str, user_id: str) -> None:
        """Stop what the bot is writing in a thread, as a person's Stop button does."""
        for message in self.replies(channel_id, thread_ts):
            if message.stream is not None and message.streaming:
                message.stream.state = "stopped_by_user"
                self.publish(Grew(message))
        self.publish(SessionStopped(channel_id, thread_ts, user_id))

    def is_streaming(self, message: Message) -> bool:
        """Tell whether a message still takes text, its age considered."""
        if message.stream is None or not message.streaming:
            return False
        if self.clock() - message.stream.began > self.rules.stream_lifetime:
            message.stream.state = "completed"
            self.publish(Grew(message))
        return message.streaming

    # Sessions, views, files

    def session(self, channel_id: str, thread_ts: str) -> Session:
        """Return what the bot shows about a thread; made when it is new."""
        return self.sessions.setdefault((channel_id, thread_ts), Session())

    def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """Show what the bot is doing in a thread, "" for nothing."""
        known = self.sessions.get((channel_id, thread_ts))
        if status or (known and known.status):
            self.session(channel_id, thread_ts).status = status
            self.publish(StatusSet(channel_id, thread_ts, status))

    def new_trigger(self, user_id: str) -> str:
        """Make a `trigger_id`, good for one view within the rules' lifetime."""
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self._triggers[trigger] = (user_id, self.clock() + self.rules.trigger_lifetime)
        if len(self._triggers) > TRIGGERS:
            del self._triggers[next(iter(self._triggers))]
        return trigger

    def spend_trigger(self, trigger: str) -> str:
        """Use a `trigger_id` up and return whose it is; raises `invalid_trigger_id`, `expired_trigger_id`."""
        if trigger not in self._triggers:
            raise ApiError("invalid_trigger_id")
        user, deadline = self._triggers.pop(trigger)
        if self.clock() > deadline:
            raise ApiError("expired_trigger_id")
        return user

    def say(self, message: Message) -> Message:
        """Post what a person typed, in the form that Slack's own client gives it."""
        message.client_msg_id = str(uuid.uuid4())
        message.subtype = "file_share" if message.files else ""
        message.blocks = [rich_text(message.text)] if message.text else []
        return self.post(message)

    def new_ticket(self) -> str:
        """Make the ticket of one socket connection; whoever comes with it takes it out of `tickets`."""
        ticket = secrets.token_urlsafe(16)
        self.tickets.add(ticket)
        return ticket

    def show_view(self, user_id: str, view: Json) -> Json:
        """Keep a view and show it to a person."""
        self.views[view["id"]] = view
        self.publish(ViewShown(user_id, view))
        return view

    def add_file(self, name: str, user_id: str, content: bytes | None = None) -> File:
        """Make a file, whose bytes may come later."""
        mimetype = mimetypes.guess_type(name)[0] or "text/plain"
        file = File(f"F{secrets.token_hex(5).upper()}", name, name, mimetype, user_id, self.clock(), content)
        self.files[file.id] = file
        return file

    def file(self, file_id: str) -> File:
        """Return a file; raises `file_not_found`."""
        if file_id not in self.files:
            raise ApiError("file_not_found")
        return self.files[file_id]

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self._messages[channel.id] = {}
        return channel

    def _check_streaming(self, message: Message) -> Stream:
        if message.stream is None or not self.is_streaming(message):
            stopped = message.stream is not None and message.stream.state == "stopped_by_user"
            raise ApiError("stopped_by_user" if stopped else "message_not_in_streaming_state")
        return message.stream

    def _extend(self, message: Message, chunks: list[Json]) -> None:
        message.blocks = streams.extended(message.blocks, chunks)
        message.text += streams.text_of(chunks)
