"""What a page's viewer does: post, press, choose, submit, react, edit, delete, stop."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.playground.page.typed import as_typed
from bot.playground.slack import streams
from bot.playground.slack.blocks import rich_text
from bot.playground.slack.elements import buttons, choice, placed
from bot.playground.slack.fields import FieldsError, filled_in
from bot.playground.slack.records import HomeOpened, MessageRecord
from bot.playground.slack.rules import TEXT_CUT_AT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.playground.page.content import OfferedCommand
    from bot.playground.page.viewer import Viewer
    from bot.playground.slack.delivery import Ack
    from bot.playground.slack.interactions import Interactions
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

    Action = Callable[[Viewer, Json], Awaitable[Json]]

NOT_REACHED = "The app did not answer in time. Try again."


class PageActions:
    """Performs the requests of a page as its viewer. Raises `ValueError` with a sentence, or `ApiError`."""

    def __init__(self, workspace: Workspace, interactions: Interactions, commands: Sequence[OfferedCommand]) -> None:
        self._workspace = workspace
        self._interactions = interactions
        self._commands = {command.command for command in commands}

    def by_path(self) -> dict[str, Action]:
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

    async def say(self, viewer: Viewer, body: Json) -> Json:
        """Post a message."""
        text, files = _string(body, "text").strip(), body.get("files") or []
        if not text and not files:
            raise ValueError("Write something first.")
        _check_length(text)
        workspace, author = self._workspace, viewer.person.id
        attached = [_decoded(file) for file in files]
        channel = viewer.channel(_string(body, "channel"))
        message = MessageRecord(channel.id, author, as_typed(text, viewer.mentions()), _string(body, "thread_ts"))
        message.files = [workspace.add_file(name, author, content) for name, content in attached]
        return {"ts": workspace.say(message).ts}

    async def edit(self, viewer: Viewer, body: Json) -> Json:
        """Edit one of the viewer's own messages."""
        message = _own(viewer, body)
        text = _string(body, "text").strip()
        if not text:
            raise ValueError("Write something first.")
        _check_length(text)
        typed = as_typed(text, viewer.mentions())
        self._workspace.edit(message, typed, [rich_text(typed)])
        return {}

    async def delete(self, viewer: Viewer, body: Json) -> Json:
        """Delete one of the viewer's own messages."""
        self._workspace.delete(_own(viewer, body))
        return {}

    async def dismiss(self, viewer: Viewer, body: Json) -> Json:
        """Remove a message that only the viewer sees."""
        message = viewer.message(_string(body, "channel"), _string(body, "ts"))
        if not message.ephemeral_to:
            raise ValueError("Others see this message, too: delete it instead.")
        self._workspace.delete(message)
        return {}

    async def command(self, viewer: Viewer, body: Json) -> Json:
        """Run a slash command, whose text Slack sends as the manifest asks for it: with `should_escape`."""
        command = _string(body, "command")
        if command not in self._commands or viewer.is_outsider:
            raise ValueError(f"{command} is not a valid command.")
        channel = viewer.channel(_string(body, "channel"))
        text = as_typed(_string(body, "text"), viewer.mentions(in_command=True))
        reply = await self._interactions.command(channel.id, command, text, viewer.person)
        return {"acked": reply.acked}

    async def act(self, viewer: Viewer, body: Json) -> Json:
        """Press or choose something in a message, a modal or the home tab."""
        person = viewer.person
        view_id = _string(body, "view_id")
        if not view_id:
            message = viewer.message(_string(body, "channel"), _string(body, "ts"))
            return _acked(await self._interactions.act(message, _action(message.blocks, body), person))
        view = self._view(viewer, view_id)
        action = _action(view["blocks"], body)
        chosen = filled_in(view["blocks"], _values(body))
        return _acked(await self._interactions.act_in_view(view, action, person, chosen))

    async def shortcut(self, viewer: Viewer, body: Json) -> Json:
        """Run a message shortcut or a global shortcut."""
        ts = _string(body, "ts")
        message = viewer.message(_string(body, "channel"), ts) if ts else None
        if viewer.is_outsider:
            raise ValueError("This app is not installed in your workspace.")
        return _acked(await self._interactions.shortcut(_string(body, "callback_id"), viewer.person, message))

    async def submit(self, viewer: Viewer, body: Json) -> Json:
        """Submit a modal; the response holds errors by block_id, under "" for those of the whole form."""
        view = self._view(viewer, _string(body, "view_id"))
        try:
            chosen = filled_in(view["blocks"], _values(body))
        except FieldsError as fault:
            return {"errors": fault.errors}
        done = await self._interactions.submit(view, chosen, viewer.person)
        if done.ack is not None and not done.ack.ok:
            return {"errors": {"": NOT_REACHED}}
        return {"errors": done.errors}

    async def close(self, viewer: Viewer, body: Json) -> Json:
        """Close a modal."""
        view = self._workspace.views.get(_string(body, "view_id"))
        if view is not None and view["user"] == viewer.person.id:
            await self._interactions.close(view, viewer.person, clear=bool(body.get("clear")))
        return {}

    async def react(self, viewer: Viewer, body: Json) -> Json:
        """Add a reaction, or remove it if it is there."""
        workspace, person = self._workspace, viewer.person.id
        message = viewer.message(_string(body, "channel"), _string(body, "ts"))
        name = _string(body, "name")
        if not re.fullmatch(r"[\w+-]{1,100}", name):
            raise ValueError("That is not the name of a reaction.")
        if person in message.reactions.get(name, ()):
            workspace.unreact(message, person, name)
        else:
            workspace.react(message, person, name)
        return {}

    async def stop(self, viewer: Viewer, body: Json) -> Json:
        """Press Stop in a thread."""
        channel = viewer.channel(_string(body, "channel"))
        streams.stop_session(self._workspace, channel.id, _string(body, "thread_ts"), viewer.person.id)
        return {}

    async def open_home(self, viewer: Viewer, body: Json) -> Json:
        """Open the bot's home tab or its messages tab."""
        tab: Literal["home", "messages"] = "home" if body.get("tab") == "home" else "messages"
        person = viewer.person.id
        if not viewer.is_outsider:
            self._workspace.publish(HomeOpened(person, self._workspace.direct(person).id, tab))
        return {}

    def _view(self, viewer: Viewer, view_id: str) -> Json:
        view = self._workspace.views.get(view_id)
        if view is None or view["user"] != viewer.person.id:
            raise ValueError("That is no longer open.")
        return view


def _own(viewer: Viewer, body: Json) -> MessageRecord:
    message = viewer.message(_string(body, "channel"), _string(body, "ts"))
    if message.user != viewer.person.id:
        raise ValueError("Only your own messages can be changed.")
    return message


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
