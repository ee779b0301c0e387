"""What people say and do in the local workspace, as a dialogue reads it."""

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

# How far apart the messages of `fill` are, in seconds.
APART = 60.0


class UserActions:
    """What people do. Where no `user` is named, `me` acts; texts are as Slack's wire has them."""

    workspace: Workspace
    interactions: Interactions

    @property
    def me(self) -> User:
        """The person who looks at the page, an admin."""
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
        """Post a message with files by their names, or those that were `uploaded` before; return its ts.

        A `broadcast` reply is seen in the channel too.
        """
        author = (user or self.me).id
        attached = [self.workspace.add_file(name, author, content) for name, content in (files or {}).items()]
        attached += uploaded
        message = MessageRecord(channel, author, text, thread_ts, files=attached, is_broadcast=broadcast)
        return self.workspace.say(message).ts

    def upload(self, name: str, content: bytes, *, user: User | None = None, mimetype: str | None = None) -> File:
        """Upload a file, to be posted later or changed in any way before."""
        file = self.workspace.add_file(name, (user or self.me).id, content)
        file.mimetype = file.mimetype if mimetype is None else mimetype
        return file

    def forward(self, source: str, ts: str, channel: str, text: str = "", *, thread_ts: str = "") -> str:
        """Forward a message, with its files, to another channel, and say something to it; return the new one's ts."""
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
        """Post as another app (Deploys, unless `app` is named), which has a user of its own; return its ts."""
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
        """Post as a workflow or an incoming webhook does: a `bot_message` by a name, of no user. Return its ts."""
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
        """Put messages into the past, `users` taking turns, without a word to the bot; return their ts.

        The first is `ago` seconds old (without it, the last one is as old as they are apart), each next one `apart`
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
        """Change a person's message."""
        message = self.workspace.message(channel, ts)
        self.workspace.edit(message, text, [rich_text(text)])

    def unfurl(self, channel: str, ts: str, title: str, url: str, text: str = "") -> None:
        """Show what a link leads to below a message, as Slack does: the message changes, but nobody edited it."""
        message = self.workspace.message(channel, ts)
        attachment = {"id": 1, "from_url": url, "title": title, "title_link": url, "text": text, "fallback": title}
        attachments = [*message.attachments, attachment]
        self.workspace.edit(message, message.text, message.blocks, attachments=attachments, mark=False)

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message."""
        self.workspace.delete(self.workspace.message(channel, ts))

    def delete_thread(self, channel: str, ts: str) -> None:
        """Delete a thread: the replies, newest first, and the message that it began with."""
        for message in reversed(self.workspace.thread(channel, ts)):
            self.workspace.delete(message)

    def delete_file(self, file: File) -> None:
        """Delete a file; the messages that share it stay."""
        self.workspace.delete_file(file)

    def react(self, channel: str, ts: str, name: str, *, user: User | None = None) -> None:
        """React to a message."""
        self.workspace.react(self.workspace.message(channel, ts), (user or self.me).id, name)

    def unreact(self, channel: str, ts: str, name: str, *, user: User | None = None) -> None:
        """Take a reaction off again."""
        self.workspace.unreact(self.workspace.message(channel, ts), (user or self.me).id, name)

    def read(self, channel: str, ts: str, *, user: User | None = None) -> None:
        """Read a channel up to a message."""
        self.workspace.channel(channel).last_read[(user or self.me).id] = ts

    # Channels

    def invite(self, channel: str, user: User) -> None:
        """Make somebody, or the bot, a member of a channel."""
        self.workspace.join(channel, user.id, self.me.id)

    def kick(self, channel: str, user: User) -> None:
        """Take somebody, or the bot, out of a channel."""
        self.workspace.leave(channel, user.id)

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.workspace.channel(channel).is_archived = True

    # The bot's pane and home

    def stop(self, channel: str, thread_ts: str, *, user: User | None = None) -> None:
        """Press Stop in a thread where the bot is at work."""
        streams.stop_session(self.workspace, channel, thread_ts, (user or self.me).id)

    def rename_session(self, channel: str, thread_ts: str, title: str, *, user: User | None = None) -> None:
        """Give a thread with the bot another title."""
        self.workspace.set_title(channel, thread_ts, title, (user or self.me).id)

    def look_at(self, channel: str = "", *, user: User | None = None) -> None:
        """Look at a channel, or at none, with the bot's pane open beside it."""
        self.workspace.publish(ContextChanged((user or self.me).id, channel))

    def open_home(self, *, user: User | None = None, tab: Literal["home", "messages"] = "home") -> None:
        """Look at the bot's home tab, or at its messages tab."""
        person = (user or self.me).id
        self.workspace.publish(HomeOpened(person, self.workspace.direct(person).id, tab))

    def home(self, user: User | None = None) -> Json | None:
        """Return the home tab that the bot has published for a person."""
        views = self.workspace.views.values()
        return next((v for v in views if v["type"] == "home" and v["user"] == (user or self.me).id), None)

    # Commands, buttons, forms, shortcuts

    async def command(self, channel: str, command: str, text: str = "", *, user: User | None = None) -> CommandReply:
        """Type a slash command; return how the bot took it."""
        return await self.interactions.command(channel, command, text, user or self.me)

    async def press(
        self, on: MessageRecord | Json, action_id: str, *, value: str = "", user: User | None = None
    ) -> Ack:
        """Press a button of a message, a modal or the home; `value` tells apart the buttons of one action.

        Feedback buttons are two of one action. Raises `LookupError`.
        """
        for button in buttons(_blocks(on)):
            if button["action_id"] == action_id and value in ("", button.get("value")):
                return await self._act(on, button, user or self.me)
        raise LookupError(f"There is no {action_id} to press there.")

    async def choose(self, on: MessageRecord | Json, action_id: str, value: Any, *, user: User | None = None) -> Ack:
        """Choose in a select, a menu or a date picker of a message, a modal or the home; options by value or text.

        Raises `LookupError` where there is none of that `action_id`, `ValueError` for what it does not offer.
        """
        for place in placed(_blocks(on)):
            if place.element["action_id"] == action_id and place.element["type"] not in BUTTONS:
                chosen = choice(place.element, value)
                return await self._act(on, {"type": place.element["type"], **place.ids, **chosen}, user or self.me)
        raise LookupError(f"There is no {action_id} to choose in there.")

    async def press_in_form(self, action_id: str, values: Mapping[str, Any], *, user: User | None = None) -> Ack:
        """Press a button of the modal that a person sees, with its fields filled in as for `submit`.

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
        """Choose a shortcut from a message's menu, or a global one where no message is given."""
        return await self.interactions.shortcut(callback_id, user or self.me, message)

    def modal(self, user: User | None = None) -> Json:
        """Return the modal that a person sees, the topmost; raises `LookupError` when none is open."""
        stack = self.workspace.modals.get((user or self.me).id)
        if not stack:
            raise LookupError("No modal is open.")
        return self.workspace.views[stack[-1]]

    def has_modal(self, user: User | None = None) -> bool:
        """Tell whether a person sees a modal."""
        return bool(self.workspace.modals.get((user or self.me).id))

    async def submit(self, values: Mapping[str, Any] | None = None, *, user: User | None = None) -> ViewSubmission:
        """Fill in the modal that a person sees, fields by their `action_id` or `block_id`, and submit it.

        Fields that aren't named keep what they hold. Raises `LookupError` for a field that is not there, `ValueError`
        for a value that the field does not take.
        """
        person = user or self.me
        view = self.modal(person)
        return await self.interactions.submit(view, filled_in(view["blocks"], values or {}), person)

    async def close_modal(self, *, user: User | None = None, clear: bool = False) -> Ack | None:
        """Close the modal that a person sees, with `clear` those below it, too."""
        person = user or self.me
        return await self.interactions.close(self.modal(person), person, clear=clear)

    async def _act(self, on: MessageRecord | Json, action: Json, user: User) -> Ack:
        if isinstance(on, MessageRecord):
            return await self.interactions.act(on, action, user)
        return await self.interactions.act_in_view(on, action, user, {})


def _blocks(on: MessageRecord | Json) -> Sequence[Json]:
    return on.blocks if isinstance(on, MessageRecord) else on["blocks"]
