"""The actions of the page's user: post, press, choose, submit, react, edit, delete, stop."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.playground.page.messages import as_typed
from bot.playground.slack import streams
from bot.playground.slack.blocks import escape, rich_text
from bot.playground.slack.elements import buttons, choice, placed
from bot.playground.slack.fields import FieldsError, filled_in
from bot.playground.slack.records import HomeOpened, MessageRecord
from bot.playground.slack.rules import TEXT_CUT_AT
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.playground.page.content import OfferedCommand
    from bot.playground.slack.delivery import Ack
    from bot.playground.slack.interactions import Interactions
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

NOT_REACHED = "The app did not answer in time. Try again."


class PageActions:
    """Performs the page's requests as the user `me`. Raises `ValueError` with a sentence, or `ApiError`."""

    def __init__(self, workspace: Workspace, interactions: Interactions, commands: Sequence[OfferedCommand]) -> None:
        self._workspace = workspace
        self._interactions = interactions
        self._commands = {command.command for command in commands}

    def by_path(self) -> dict[str, Callable[[Json], Awaitable[Json]]]:
        """Return the handler of each path."""
        return {
            "/page/messages": self.say,
            "/page/messages/edit": self.edit,
            "/page/messages/delete": self.delete,
            "/page/messages/dismiss": self.dismiss,
            "/page/commands": self.command,
            "/page/actions": self.act,
            "/page/shortcuts": self.shortcut,
            "/page/reactions": self.react,
            "/page/stop": self.stop,
            "/page/home": self.open_home,
            "/page/views/submit": self.submit,
            "/page/views/close": self.close,
        }

    async def say(self, body: Json) -> Json:
        """Post a message."""
        text, files = _string(body, "text").strip(), body.get("files") or []
        if not text and not files:
            raise ValueError("Write something first.")
        _check_length(text)
        workspace = self._workspace
        attached = [_decoded(file) for file in files]
        message = MessageRecord(_string(body, "channel"), workspace.me.id, as_typed(text, self._ids()))
        message.thread_ts = _string(body, "thread_ts")
        workspace.channel(message.channel)
        message.files = [workspace.add_file(name, workspace.me.id, content) for name, content in attached]
        return {"ts": workspace.say(message).ts}

    async def edit(self, body: Json) -> Json:
        """Edit one of the user's own messages."""
        message = self._own(body)
        text = _string(body, "text").strip()
        if not text:
            raise ValueError("Write something first.")
        _check_length(text)
        typed = as_typed(text, self._ids())
        self._workspace.edit(message, typed, [rich_text(typed)])
        return {}

    async def delete(self, body: Json) -> Json:
        """Delete one of the user's own messages."""
        self._workspace.delete(self._own(body))
        return {}

    async def dismiss(self, body: Json) -> Json:
        """Remove a message that only the user sees."""
        message = self.shown(_string(body, "channel"), _string(body, "ts"))
        if not message.ephemeral_to:
            raise ValueError("Others see this message, too: delete it instead.")
        self._workspace.delete(message)
        return {}

    async def command(self, body: Json) -> Json:
        """Run a slash command."""
        command = _string(body, "command")
        if command not in self._commands:
            raise ValueError(f"{command} is not a valid command.")
        text = escape(_string(body, "text"))
        reply = await self._interactions.command(_string(body, "channel"), command, text, self._workspace.me)
        return {"acked": reply.acked}

    async def act(self, body: Json) -> Json:
        """Press or choose something in a message, a modal or the home tab."""
        me = self._workspace.me
        view_id = _string(body, "view_id")
        if not view_id:
            message = self.shown(_string(body, "channel"), _string(body, "ts"))
            return _acked(await self._interactions.act(message, _action(message.blocks, body), me))
        view = self._view(view_id)
        action = _action(view["blocks"], body)
        chosen = filled_in(view["blocks"], _values(body))
        return _acked(await self._interactions.act_in_view(view, action, me, chosen))

    async def shortcut(self, body: Json) -> Json:
        """Run a message shortcut or a global shortcut."""
        ts = _string(body, "ts")
        message = self._workspace.message(_string(body, "channel"), ts) if ts else None
        return _acked(await self._interactions.shortcut(_string(body, "callback_id"), self._workspace.me, message))

    async def submit(self, body: Json) -> Json:
        """Submit a modal; the response holds errors by block_id, under "" for those of the whole form."""
        view = self._view(_string(body, "view_id"))
        try:
            chosen = filled_in(view["blocks"], _values(body))
        except FieldsError as fault:
            return {"errors": fault.errors}
        done = await self._interactions.submit(view, chosen, self._workspace.me)
        if done.ack is not None and not done.ack.ok:
            return {"errors": {"": NOT_REACHED}}
        return {"errors": done.errors}

    async def close(self, body: Json) -> Json:
        """Close a modal."""
        view = self._workspace.views.get(_string(body, "view_id"))
        if view is not None:
            await self._interactions.close(view, self._workspace.me, clear=bool(body.get("clear")))
        return {}

    async def react(self, body: Json) -> Json:
        """Add a reaction, or remove it if it is there."""
        workspace = self._workspace
        message = workspace.message(_string(body, "channel"), _string(body, "ts"))
        name = _string(body, "name")
        if not re.fullmatch(r"[\w+-]{1,100}", name):
            raise ValueError("That is not the name of a reaction.")
        if workspace.me.id in message.reactions.get(name, ()):
            workspace.unreact(message, workspace.me.id, name)
        else:
            workspace.react(message, workspace.me.id, name)
        return {}

    async def stop(self, body: Json) -> Json:
        """Press Stop in a thread."""
        channel = self._workspace.channel(_string(body, "channel"))
        streams.stop_session(self._workspace, channel.id, _string(body, "thread_ts"), self._workspace.me.id)
        return {}

    async def open_home(self, body: Json) -> Json:
        """Open the bot's home tab or its messages tab."""
        tab: Literal["home", "messages"] = "home" if body.get("tab") == "home" else "messages"
        me = self._workspace.me.id
        self._workspace.publish(HomeOpened(me, self._workspace.direct(me).id, tab))
        return {}

    def shown(self, channel: str, ts: str) -> MessageRecord:
        """Return a message that the user can see; raises `message_not_found`."""
        message = self._workspace.find(channel, ts) or self._workspace.ephemerals.get(ts)
        if message is None or message.ephemeral_to not in ("", self._workspace.me.id):
            raise ApiError("message_not_found")
        return message

    def _own(self, body: Json) -> MessageRecord:
        message = self._workspace.message(_string(body, "channel"), _string(body, "ts"))
        if message.user != self._workspace.me.id:
            raise ValueError("Only your own messages can be changed.")
        return message

    def _view(self, view_id: str) -> Json:
        view = self._workspace.views.get(view_id)
        if view is None or view["user"] != self._workspace.me.id:
            raise ValueError("That is no longer open.")
        return view

    def _ids(self) -> dict[str, str]:
        people = {f"@{n}": u.mention for u in self._workspace.users.values() for n in (u.name, u.real_name)}
        channels = [channel for channel in self._workspace.channels.values() if channel.name]
        return people | {f"#{channel.name}": f"<#{channel.id}|{channel.name}>" for channel in channels}


def _action(blocks: Sequence[Json], body: Json) -> Json:
    """Return the action with the ids that the page sent, and the button's value or the choice."""
    ids = {"action_id": _string(body, "action_id"), "block_id": _string(body, "block_id")}
    if "choice" not in body:
        for button in buttons(blocks):
            if ids.items() <= button.items() and (button.get("value") or "") == _string(body, "value"):
                return button
    for place in placed(blocks):
        if place.ids == ids and "choice" in body:
            return {"type": place.element["type"], **ids, **choice(place.element, body["choice"])}
    raise ValueError("That button is no longer there.")


def _check_length(text: str) -> None:
    if len(text) > TEXT_CUT_AT:
        raise ValueError(
            f"This message has {len(text):,} characters. A message can have {TEXT_CUT_AT:,}: send it as a text file."
        )


def _values(body: Json) -> Json:
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise ValueError("values must be an object.")  # noqa: TRY004 - it is the caller's input, told with status 400
    return values


def _acked(ack: Ack) -> Json:
    if not ack.ok:
        raise ValueError(NOT_REACHED)
    return {"acked": True}


def _string(body: Json, name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text.")  # noqa: TRY004 - it is the caller's input, told with status 400
    return value


def _decoded(file: Any) -> tuple[str, bytes]:  # noqa: ANN401 - it comes from the wire and may be anything
    match file:
        case {"name": str(name), "content_base64": str(content)} if name:
            try:
                return Path(name).name, base64.b64decode(content, validate=True)
            except binascii.Error:
                raise ValueError(f"The content of {name} is not base64.") from None
        case _:
            raise ValueError("A file needs a name and content_base64.")
