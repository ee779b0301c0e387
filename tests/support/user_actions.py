"""What users do in the local workspace: post, react, press, choose, submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from bot.playground.slack import streams
from bot.playground.slack.blocks import rich_text
from bot.playground.slack.elements import BUTTONS, buttons, choice, placed
from bot.playground.slack.fields import filled_in
from bot.playground.slack.objects import shared_file_json
from bot.playground.slack.records import ContextChanged, HomeOpened, MessageRecord, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.playground.slack.delivery import Ack
    from bot.playground.slack.interactions import CommandReply, Interactions, ViewSubmission
    from bot.playground.slack.records import File
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

# Seconds between the messages of `fill`.
APART = 60.0


class UserActions:
    """Actions of users. The default user is `me`; texts are in Slack's wire format."""

    workspace: Workspace
    interactions: Interactions

    @property
    def me(self) -> User:
        """The user of the page, an admin."""
        return self.workspace.me

    @property
    def ada(self) -> User:
        """An admin."""
        return self.workspace.ada

    @property
    def sam(self) -> User:
        """A member."""
        return self.workspace.sam

    @property
    def gia(self) -> User:
        """A guest, who is in #support-feedback only."""
        return self.workspace.gia

    @property
    def rio(self) -> User:
        """A person of another company, who is in #partners only."""
        return self.workspace.rio

    @property
    def bot(self) -> User:
        """The app's own user."""
        return self.workspace.bot

    # Messages

    def say(
        self,
        channel: str,
        text: str,
        *,
        user: User | None = None,
        thread_ts: str = "",
        files: Mapping[str, bytes] | None = None,
        uploaded: Sequence[File] = (),
        broadcast: bool = False,
    ) -> str:
        """Post a message with new files, by name, and `uploaded` ones; return its ts.

        A `broadcast` reply is also shown in the channel.
        """
        author = (user or self.me).id
        attached = [self.workspace.add_file(name, author, content) for name, content in (files or {}).items()]
        attached += uploaded
        message = MessageRecord(channel, author, text, thread_ts, files=attached, is_broadcast=broadcast)
        return self.workspace.say(message).ts

    def upload(self, name: str, content: bytes, *, user: User | None = None, mimetype: str | None = None) -> File:
        """Upload a file, to post later, or to change before that."""
        file = self.workspace.add_file(name, (user or self.me).id, content)
        file.mimetype = file.mimetype if mimetype is None else mimetype
        return file

    def forward(self, source: str, ts: str, channel: str, text: str = "", *, thread_ts: str = "") -> str:
        """Forward a message, with its files, to another channel, with a text; return the new message's ts."""
        shared = self.workspace.message(source, ts)
        author = self.workspace.users[shared.user]
        inner = {"team": self.workspace.team_id, "channel": source, "ts": ts, "message": {"blocks": shared.blocks}}
        attachment: Json = {
            "id": 1,
            "is_share": True,
            "is_msg_unfurl": True,
            "author_id": author.id,
            "author_name": author.real_name,
            "channel_id": source,
            "ts": ts,
            "text": shared.text,
            "fallback": shared.text,
            "message_blocks": [inner],
            "files": [shared_file_json(self.workspace, file) for file in shared.files],
        }
        message = MessageRecord(channel, self.me.id, text, thread_ts, attachments=[attachment])
        return self.workspace.say(message).ts

    def say_as_app(
        self, channel: str, text: str, *, app: User | None = None, thread_ts: str = "", blocks: Sequence[Json] = ()
    ) -> str:
        """Post as another app with a user of its own, by default Deploys; return the ts."""
        author = (app or self.workspace.deploys).id
        return self.workspace.post(MessageRecord(channel, author, text, thread_ts, blocks=list(blocks))).ts

    def say_as_workflow(
        self,
        channel: str,
        text: str,
        *,
        name: str = "Weekly check-in",
        thread_ts: str = "",
        attachments: Sequence[Json] = (),
    ) -> str:
        """Post as a workflow or an incoming webhook does: a `bot_message` with a name and no user. Return the ts."""
        author = self.workspace.deploys.id
        message = MessageRecord(channel, author, text, thread_ts, attachments=list(attachments))
        message.subtype, message.username = "bot_message", name
        return self.workspace.post(message).ts

    def fill(
        self,
        channel: str,
        texts: Iterable[str],
        *,
        users: Sequence[User] = (),
        thread_ts: str = "",
        ago: float | None = None,
        apart: float = APART,
    ) -> list[str]:
        """Add older messages, `users` taking turns, without events for the bot; return their ts.

        The first is `ago` seconds old (by default, the last one is `apart` seconds old), each following one `apart`
        seconds younger. With `thread_ts` they are replies, none older than their thread.
        """
        authors = [user.id for user in users or (self.me, self.ada, self.sam)]
        messages = [
            MessageRecord(channel, authors[number % len(authors)], text, thread_ts, blocks=[rich_text(text)])
            for number, text in enumerate(texts)
        ]
        start = self.workspace.clock() - (apart * len(messages) if ago is None else ago)
        return [message.ts for message in self.workspace.backdate(messages, start, apart)]

    def edit(self, channel: str, ts: str, text: str) -> None:
        """Edit a user's message."""
        message = self.workspace.message(channel, ts)
        self.workspace.edit(message, text, [rich_text(text)])

    def unfurl(self, channel: str, ts: str, title: str, url: str, text: str = "") -> None:
        """Show a link's preview below a message, as Slack does: the message changes, but is not marked as edited."""
        message = self.workspace.message(channel, ts)
        attachment = {"id": 1, "from_url": url, "title": title, "title_link": url, "text": text, "fallback": title}
        attachments = [*message.attachments, attachment]
        self.workspace.edit(message, message.text, message.blocks, attachments=attachments, mark=False)

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message."""
        self.workspace.delete(self.workspace.message(channel, ts))

    def delete_thread(self, channel: str, ts: str) -> None:
        """Delete a thread: the replies, newest first, then its first message."""
        for message in reversed(self.workspace.thread(channel, ts)):
            self.workspace.delete(message)

    def delete_file(self, file: File) -> None:
        """Delete a file; the messages that share it stay."""
        self.workspace.delete_file(file)

    def react(self, channel: str, ts: str, name: str, *, user: User | None = None) -> None:
        """React to a message."""
        self.workspace.react(self.workspace.message(channel, ts), (user or self.me).id, name)

    def unreact(self, channel: str, ts: str, name: str, *, user: User | None = None) -> None:
        """Remove a reaction."""
        self.workspace.unreact(self.workspace.message(channel, ts), (user or self.me).id, name)

    def read(self, channel: str, ts: str, *, user: User | None = None) -> None:
        """Read a channel up to a message."""
        self.workspace.channel(channel).last_read[(user or self.me).id] = ts

    # Channels

    def invite(self, channel: str, user: User) -> None:
        """Add a user, or the bot, to a channel."""
        self.workspace.join(channel, user.id, self.me.id)

    def kick(self, channel: str, user: User) -> None:
        """Remove a user, or the bot, from a channel."""
        self.workspace.leave(channel, user.id)

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.workspace.channel(channel).is_archived = True

    # The bot's pane and home

    def stop(self, channel: str, thread_ts: str, *, user: User | None = None) -> None:
        """Press Stop in a thread in which the bot is working."""
        streams.stop_session(self.workspace, channel, thread_ts, (user or self.me).id)

    def rename_session(self, channel: str, thread_ts: str, title: str, *, user: User | None = None) -> None:
        """Rename a thread with the bot."""
        self.workspace.set_title(channel, thread_ts, title, (user or self.me).id)

    def look_at(self, channel: str = "", *, user: User | None = None) -> None:
        """Go to a channel, or to none, with the bot's pane open."""
        self.workspace.publish(ContextChanged((user or self.me).id, channel))

    def open_home(self, *, user: User | None = None, tab: Literal["home", "messages"] = "home") -> None:
        """Open the bot's home tab, or its messages tab."""
        person = (user or self.me).id
        self.workspace.publish(HomeOpened(person, self.workspace.direct(person).id, tab))

    def home(self, user: User | None = None) -> Json | None:
        """Return the home tab that the bot has published for a user."""
        views = self.workspace.views.values()
        return next((v for v in views if v["type"] == "home" and v["user"] == (user or self.me).id), None)

    # Commands, buttons, forms, shortcuts

    async def command(self, channel: str, command: str, text: str = "", *, user: User | None = None) -> CommandReply:
        """Run a slash command; return the bot's response."""
        return await self.interactions.command(channel, command, text, user or self.me)

    async def press(
        self, on: MessageRecord | Json, action_id: str, *, value: str = "", user: User | None = None
    ) -> Ack:
        """Press a button of a message, a modal or the home tab; `value` distinguishes buttons with the same action.

        Feedback buttons are two buttons of one action. Raises `LookupError`.
        """
        for button in buttons(_blocks(on)):
            if button["action_id"] == action_id and value in ("", button.get("value")):
                return await self._act(on, button, user or self.me)
        raise LookupError(f"There is no {action_id} to press there.")

    async def choose(self, on: MessageRecord | Json, action_id: str, value: Any, *, user: User | None = None) -> Ack:
        """Choose in a select, menu or date picker of a message, a modal or the home tab; options by value or text.

        Raises `LookupError` for an unknown `action_id`, `ValueError` for a value that it does not offer.
        """
        for place in placed(_blocks(on)):
            if place.element["action_id"] == action_id and place.element["type"] not in BUTTONS:
                chosen = choice(place.element, value)
                return await self._act(on, {"type": place.element["type"], **place.ids, **chosen}, user or self.me)
        raise LookupError(f"There is no {action_id} to choose in there.")

    async def press_in_form(self, action_id: str, values: Mapping[str, Any], *, user: User | None = None) -> Ack:
        """Press a button of the modal that a user sees, with its fields filled in as for `submit`.

        Raises as `press` and `submit` do.
        """
        person = user or self.me
        view = self.modal(person)
        button = next((one for one in buttons(view["blocks"]) if one["action_id"] == action_id), None)
        if button is None:
            raise LookupError(f"There is no {action_id} to press there.")
        return await self.interactions.act_in_view(view, button, person, filled_in(view["blocks"], values))

    async def shortcut(
        self, callback_id: str, message: MessageRecord | None = None, *, user: User | None = None
    ) -> Ack:
        """Run a message shortcut, or a global one if no message is given."""
        return await self.interactions.shortcut(callback_id, user or self.me, message)

    def modal(self, user: User | None = None) -> Json:
        """Return the topmost modal of a user; raises `LookupError` if none is open."""
        stack = self.workspace.modals.get((user or self.me).id)
        if not stack:
            raise LookupError("No modal is open.")
        return self.workspace.views[stack[-1]]

    def has_modal(self, user: User | None = None) -> bool:
        """Return whether a user sees a modal."""
        return bool(self.workspace.modals.get((user or self.me).id))

    async def submit(self, values: Mapping[str, Any] | None = None, *, user: User | None = None) -> ViewSubmission:
        """Fill in the modal that a user sees, fields by `action_id` or `block_id`, and submit it.

        Other fields keep their values. Raises `LookupError` for an unknown field, `ValueError` for an invalid value.
        """
        person = user or self.me
        view = self.modal(person)
        return await self.interactions.submit(view, filled_in(view["blocks"], values or {}), person)

    async def close_modal(self, *, user: User | None = None, clear: bool = False) -> Ack | None:
        """Close the modal that a user sees, with `clear` also those below it."""
        person = user or self.me
        return await self.interactions.close(self.modal(person), person, clear=clear)

    async def _act(self, on: MessageRecord | Json, action: Json, user: User) -> Ack:
        if isinstance(on, MessageRecord):
            return await self.interactions.act(on, action, user)
        return await self.interactions.act_in_view(on, action, user, {})


def _blocks(on: MessageRecord | Json) -> Sequence[Json]:
    return on.blocks if isinstance(on, MessageRecord) else on["blocks"]
