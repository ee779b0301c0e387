"""The local workspace: its contents, and the rules by which they change. No HTTP in here."""

from __future__ import annotations

import mimetypes
import secrets
import time
import uuid
from typing import TYPE_CHECKING

from bot.playground.slack.action_tokens import IssuedTokens
from bot.playground.slack.blocks import rich_text
from bot.playground.slack.directory import Directory
from bot.playground.slack.records import (
    Change,
    Deleted,
    Edited,
    File,
    MemberJoined,
    MessageRecord,
    Posted,
    PromptsSet,
    Reacted,
    Session,
    SessionTitled,
    StatusSet,
    ViewClosed,
    ViewShown,
)
from bot.playground.slack.rules import TEXT_CUT_AT, Rules
from bot.playground.slack.tokens import Tokens
from bot.playground.slack.triggers import Triggers
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MICROSECONDS = 1_000_000


class Workspace(Directory):
    """One workspace with one app installed in it.

    Every change goes to the observers at once and in order. Methods raise `ApiError` with Slack's own codes. `clock`
    returns seconds since the epoch; `base_url` is its server's.
    """

    def __init__(self, rules: Rules | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.rules = rules or Rules()
        self.clock = clock
        self.created = clock()
        self.base_url = ""
        self.tokens = Tokens(clock)
        self.client_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        self.client_secret = secrets.token_hex(16)
        self.app_token = f"xapp-1-{self.app_id}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.files: dict[str, File] = {}
        self.views: dict[str, Json] = {}
        self.modals: dict[str, list[str]] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.ephemerals: dict[str, MessageRecord] = {}
        self.tickets: set[str] = set()
        self.triggers = Triggers()
        self.action_tokens = IssuedTokens()
        self._messages: dict[str, dict[str, MessageRecord]] = {}
        self._replies: dict[tuple[str, str], list[MessageRecord]] = {}
        self._observers: list[Callable[[Change], None]] = []
        self._last_ts = 0

    @property
    def bot_token(self) -> str:
        """The latest token issued to the app."""
        return self.tokens.newest

    def join_beside(self, other: Workspace, number: int) -> None:
        """Become another team with the same app as `other`."""
        self.team_id, self.team_name = f"T0{number + 1}LOCAL000", f"Local workspace {number + 1}"
        self.domain = f"local-workspace-{number + 1}"
        self.client_id, self.client_secret = other.client_id, other.client_secret
        self.app_token, self.signing_secret = other.app_token, other.signing_secret

    def observe(self, observer: Callable[[Change], None]) -> Callable[[], None]:
        """Call `observer` with every change from now on; return a function that ends it. It must not raise or block."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def publish(self, change: Change) -> None:
        """Pass a change to every observer."""
        for observer in tuple(self._observers):
            observer(change)

    def next_ts(self) -> str:
        """Return a new timestamp, `seconds.micros`, later than all others."""
        self._last_ts = max(int(self.clock() * MICROSECONDS), self._last_ts + 1)
        return _format_ts(self._last_ts)

    def join(self, channel_id: str, user_id: str, inviter: str) -> None:
        """Make a user a member of a channel."""
        channel = self.channel(channel_id)
        if user_id not in channel.members:
            channel.members.append(self.user(user_id).id)
            self.publish(MemberJoined(channel.id, user_id, inviter))

    def leave(self, channel_id: str, user_id: str) -> None:
        """Remove a user from a channel."""
        channel = self.channel(channel_id)
        if user_id in channel.members:
            channel.members.remove(user_id)

    # Messages

    def post(self, message: MessageRecord) -> MessageRecord:
        """Give a message its `ts`, store it, and publish it. Raises `thread_not_found`."""
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
            self._store(message)
        channel.last_read[message.user] = message.ts
        self.publish(Posted(message))
        if message.user == self.bot.id and message.thread_ts and not message.ephemeral_to:
            # Slack clears a thread's status as soon as the app posts there.
            self.set_status(channel.id, message.thread_ts, "")
        return message

    def backdate(self, messages: Iterable[MessageRecord], start: float, apart: float) -> list[MessageRecord]:
        """Store messages as if they had been posted from `start` on, `apart` seconds apart, without publishing them.

        All messages of their channels stay in order. Raises `channel_not_found`, `thread_not_found`.
        """
        kept: list[MessageRecord] = []
        moment = int(start * MICROSECONDS)
        for message in messages:
            message.channel = self.channel(message.channel).id
            if message.thread_ts:
                self.message(message.channel, message.thread_ts, missing="thread_not_found")
                moment = max(moment, int(message.thread_ts.replace(".", "")) + 1)
            while self.find(message.channel, _format_ts(moment)):
                moment += 1
            message.ts = _format_ts(moment)
            self._store(message)
            kept.append(message)
            moment += int(apart * MICROSECONDS)
        self._last_ts = max(self._last_ts, *(int(message.ts.replace(".", "")) for message in kept), 0)
        for channel_id in {message.channel for message in kept}:
            self._messages[channel_id] = dict(sorted(self._messages[channel_id].items()))
        for thread in {(message.channel, message.thread_ts) for message in kept if message.thread_ts}:
            self._replies[thread].sort(key=lambda message: message.ts)
        return kept

    def find(self, channel_id: str, ts: str) -> MessageRecord | None:
        """Return a message, or None."""
        return self._messages.get(channel_id, {}).get(ts)

    def message(self, channel_id: str, ts: str, missing: str = "message_not_found") -> MessageRecord:
        """Return a message; raises `ApiError(missing)`."""
        message = self.find(channel_id, ts)
        if message is None:
            raise ApiError(missing)
        return message

    def messages(self, channel_id: str) -> list[MessageRecord]:
        """Return all messages of a channel, including thread replies, oldest first."""
        return list(self._messages.get(self.channel(channel_id).id, {}).values())

    def replies(self, channel_id: str, ts: str) -> list[MessageRecord]:
        """Return the replies of a thread, oldest first, without its first message."""
        return self._replies.get((channel_id, ts), [])

    def thread(self, channel_id: str, ts: str) -> list[MessageRecord]:
        """Return a thread with its first message, oldest first; raises `thread_not_found`."""
        return [self.message(channel_id, ts, missing="thread_not_found"), *self.replies(channel_id, ts)]

    def edit(
        self,
        message: MessageRecord,
        text: str,
        blocks: list[Json],
        *,
        attachments: list[Json] | None = None,
        mark: bool = True,
    ) -> None:
        """Change a message's content; `mark` it as edited. Without `attachments` it keeps its own."""
        previous = message.snapshot()
        message.text, message.blocks = text, blocks
        message.attachments = message.attachments if attachments is None else attachments
        if mark:
            message.edited_ts = self.next_ts()
        self.publish(Edited(message, previous))

    def delete(self, message: MessageRecord) -> None:
        """Delete a message. The first message of a thread leaves a tombstone, as in Slack."""
        previous = message.snapshot()
        if message.ephemeral_to:
            self.ephemerals.pop(message.ts, None)
        elif self.replies(message.channel, message.ts):
            message.subtype, message.user, message.files = "tombstone", self.slackbot.id, []
            message.client_msg_id, message.edited_ts, message.username = "", "", ""
            message.text, message.blocks, message.attachments = "This message was deleted.", [], []
            self.publish(Edited(message, previous))
            return
        else:
            self._messages[message.channel].pop(message.ts, None)
            if message.thread_ts:
                self._replies[message.channel, message.thread_ts].remove(message)
        self.publish(Deleted(message, previous))
        parent = self.find(message.channel, message.thread_ts)
        if parent and parent.subtype == "tombstone" and not self.replies(message.channel, message.thread_ts):
            # The tombstone goes with the last reply.
            self.delete(parent)

    def delete_file(self, file: File) -> None:
        """Delete a file: the messages that share it stay, and show that it is gone."""
        sharing = [message for channel, ts in file.shares if (message := self.find(channel, ts))]
        before = [(message, message.snapshot()) for message in sharing]
        file.is_deleted, file.content = True, None
        for message, previous in before:
            self.publish(Edited(message, previous))

    def react(self, message: MessageRecord, user_id: str, name: str) -> None:
        """Add a reaction; raises `already_reacted`."""
        users = message.reactions.setdefault(name, [])
        if user_id in users:
            raise ApiError("already_reacted")
        users.append(user_id)
        self.publish(Reacted(message, user_id, name, added=True))

    def unreact(self, message: MessageRecord, user_id: str, name: str) -> None:
        """Remove a reaction; raises `no_reaction`."""
        users = message.reactions.get(name, [])
        if user_id not in users:
            raise ApiError("no_reaction")
        users.remove(user_id)
        if not users:
            del message.reactions[name]
        self.publish(Reacted(message, user_id, name, added=False))

    # Sessions, views, files

    def session(self, channel_id: str, thread_ts: str) -> Session:
        """Return the session of a thread; create it if needed."""
        return self.sessions.setdefault((channel_id, thread_ts), Session())

    def set_status(self, channel_id: str, thread_ts: str, status: str, loading: Iterable[str] = ()) -> None:
        """Show the bot's status in a thread, "" to clear it; `loading` messages take turns in its place."""
        known = self.sessions.get((channel_id, thread_ts))
        if status or (known and known.status):
            session = self.session(channel_id, thread_ts)
            session.status, session.loading = status, list(loading)
            self.publish(StatusSet(channel_id, thread_ts, status))

    def set_title(self, channel_id: str, thread_ts: str, title: str, user_id: str = "") -> None:
        """Give a session a title; `user_id` is who did it, "" for the app."""
        session = self.session(channel_id, thread_ts)
        previous, session.title = session.title, title
        self.publish(SessionTitled(channel_id, thread_ts, title, previous, user_id))

    def set_prompts(self, channel_id: str, thread_ts: str, prompts: list[Json]) -> None:
        """Suggest prompts in a thread."""
        self.session(channel_id, thread_ts).prompts = prompts
        self.publish(PromptsSet(channel_id, thread_ts))

    def say(self, message: MessageRecord) -> MessageRecord:
        """Post a user's message, in the form that Slack's own client sends."""
        message.client_msg_id = str(uuid.uuid4())
        message.subtype = "file_share" if message.files else "thread_broadcast" if message.is_broadcast else ""
        message.blocks = [rich_text(message.text)] if message.text else []
        return self.post(message)

    def new_trigger(self, user_id: str, view_id: str = "") -> str:
        """Create a `trigger_id` for a user, from the modal `view_id` if any; the rules set its lifetime."""
        return self.triggers.make(user_id, self.clock() + self.rules.trigger_lifetime, view_id)

    def new_ticket(self) -> str:
        """Create the ticket of one socket connection; the connection takes it out of `tickets`."""
        ticket = secrets.token_urlsafe(16)
        self.tickets.add(ticket)
        return ticket

    def show_view(self, user_id: str, view: Json) -> Json:
        """Store a view and show it to a user; a new modal goes on top of the open ones."""
        stack = self.modals.setdefault(user_id, [])
        if view["type"] == "modal" and view["id"] not in stack:
            stack.append(view["id"])
        self.views[view["id"]] = view
        self.publish(ViewShown(user_id, view))
        return view

    def close_views(self, user_id: str, view_id: str = "") -> list[Json]:
        """Close a user's modals from the given one up, or all of them; return them, topmost first."""
        stack = self.modals.get(user_id, [])
        start = stack.index(view_id) if view_id in stack else 0
        closed = [self.views.pop(known) for known in reversed(stack[start:])]
        del stack[start:]
        for view in closed:
            self.publish(ViewClosed(user_id, view))
        return closed

    def add_file(self, name: str, user_id: str, content: bytes | None = None) -> File:
        """Create a file, whose bytes may come later."""
        mimetype = mimetypes.guess_type(name)[0] or "text/plain"
        file = File(f"F{secrets.token_hex(5).upper()}", name, name, mimetype, user_id, self.clock(), content)
        self.files[file.id] = file
        return file

    def file(self, file_id: str) -> File:
        """Return a file; raises `file_not_found`."""
        if file_id not in self.files:
            raise ApiError("file_not_found")
        return self.files[file_id]

    def _store(self, message: MessageRecord) -> None:
        self._messages.setdefault(message.channel, {})[message.ts] = message
        if message.thread_ts:
            self._replies.setdefault((message.channel, message.thread_ts), []).append(message)


def _format_ts(moment: int) -> str:
    """Format microseconds since the epoch as a timestamp."""
    return f"{moment // MICROSECONDS}.{moment % MICROSECONDS:06d}"
