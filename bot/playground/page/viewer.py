"""Whom a page shows the workspace to: what they see, what they can name, what the app offers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.playground.slack.records import User
from bot.playground.slack.wire import ApiError
from bot.playground.slack.workspace import Workspace

if TYPE_CHECKING:
    from bot.playground.slack.records import Channel, File, MessageRecord
    from bot.playground.slack.wire import Json

BROADCASTS = ("here", "channel", "everyone")


@dataclass(frozen=True, slots=True)
class Viewer:
    """One of the workspace's people, in front of a page."""

    workspace: Workspace
    person: User

    @classmethod
    def named(cls, workspace: Workspace, name: str) -> Viewer:
        """Return the viewer with a user name, by default `me`; raises `ValueError` with a sentence."""
        person = next((user for user in workspace.people if user.name == name), None) if name else workspace.me
        if person is None:
            raise ValueError(f"There is nobody called {name} in this workspace.")
        return cls(workspace, person)

    @property
    def is_outsider(self) -> bool:
        """Whether the viewer belongs to another workspace, in which the app is not installed.

        They are offered none of its commands, shortcuts and direct messages, which come with an installation.
        """
        return bool(self.person.team_id)

    def channels(self) -> list[Channel]:
        """Return the channels of the sidebar; the direct message with the app is opened if needed."""
        if not self.is_outsider:
            self.workspace.direct(self.person.id)
        return [channel for channel in self.workspace.channels.values() if self.person.id in channel.members]

    def channel(self, channel_id: str) -> Channel:
        """Return a channel that the viewer is in; raises `channel_not_found`."""
        channel = self.workspace.channel(channel_id)
        if self.person.id not in channel.members:
            raise ApiError("channel_not_found")
        return channel

    def message(self, channel_id: str, ts: str) -> MessageRecord:
        """Return a message that the viewer sees; raises `channel_not_found`, `message_not_found`."""
        channel = self.channel(channel_id)
        message = self.workspace.find(channel.id, ts) or self.workspace.ephemerals.get(ts)
        if message is None or message.channel != channel.id or message.ephemeral_to not in ("", self.person.id):
            raise ApiError("message_not_found")
        return message

    def messages(self, channel_id: str) -> list[MessageRecord]:
        """Return what the viewer sees in a channel, oldest first; raises `channel_not_found`."""
        channel = self.channel(channel_id)
        private = [
            message
            for message in self.workspace.ephemerals.values()
            if message.channel == channel.id and message.ephemeral_to == self.person.id
        ]
        return sorted([*self.workspace.messages(channel.id), *private], key=lambda message: message.ts)

    def file(self, file_id: str) -> File:
        """Return a file that the viewer has posted, or sees in a channel. Raises `file_not_found`."""
        file = self.workspace.file(file_id)
        seen = {channel.id for channel in self.channels()}
        is_shared = file.user == self.person.id or any(channel in seen for channel, _ in file.shares)
        if not is_shared and not any(self._is_shown(file, channel) for channel in seen):
            raise ApiError("file_not_found")
        return file

    def _is_shown(self, file: File, channel: str) -> bool:
        """Return whether a message in a channel shows a file that was never shared, as an app's blocks do."""
        return any(file.id in str(message.blocks) for message in self.messages(channel) if message.blocks)

    def users(self) -> list[User]:
        """Return the people and apps that the viewer sees: guests and outsiders see only those in their channels."""
        shared = {member for channel in self.channels() for member in channel.members}
        is_member = not (self.person.guest or self.is_outsider)
        return [
            user
            for user in self.workspace.users.values()
            if user.id in shared or user == self.workspace.slackbot or (is_member and not user.team_id)
        ]

    def badge(self, user: User) -> str:
        """Return the mark beside a user's name."""
        if self.workspace.team_of(user) != self.workspace.team_of(self.person):
            return "external"
        return "guest" if user.guest else ""

    def names(self) -> dict[str, str]:
        """Return the names of users, groups and channels by id, as mentions of them are shown."""
        names = {user.id: user.real_name for user in self.workspace.users.values()}
        names |= {f"subteam^{group.id}": group.handle for group in self.workspace.groups}
        channels = self.workspace.channels.values()
        return names | {
            channel.id: channel.name if self._can_name(channel) else "private-channel" for channel in channels
        }

    def mentions(self, *, in_command: bool = False) -> dict[str, str]:
        """Return what `@name` and `#channel` are in message text; a command's has the names of people, too."""
        found = {f"@{word}": f"<!{word}>" for word in BROADCASTS}
        for user in self.users():
            form = f"<@{user.id}|{user.name}>" if in_command else user.mention
            found |= {f"@{user.name}": form, f"@{user.real_name}": form}
        if not self.is_outsider:
            found |= {f"@{group.handle}": f"<!subteam^{group.id}|@{group.handle}>" for group in self.workspace.groups}
        named = [channel for channel in self.workspace.channels.values() if channel.name and self._can_name(channel)]
        # Slack leaves the name of a private channel away.
        return found | {
            f"#{channel.name}": f"<#{channel.id}|{'' if channel.is_private else channel.name}>" for channel in named
        }

    def views(self) -> tuple[Json | None, Json | None]:
        """Return the viewer's home tab and topmost modal."""
        known = self.workspace.views
        mine = (view for view in known.values() if view["user"] == self.person.id)
        home = next((view for view in mine if view["type"] == "home"), None)
        open_ones = self.workspace.modals.get(self.person.id)
        return home, known[open_ones[-1]] if open_ones else None

    def _can_name(self, channel: Channel) -> bool:
        is_open = channel.kind == "channel" and not (self.person.guest or self.is_outsider)
        return is_open or self.person.id in channel.members


def role_of(user: User) -> str:
    """Return what a person is in the workspace, for the switch between people."""
    if user.team_id:
        return "Other organization"
    if user.guest:
        return "Guest"
    return "Admin" if user.is_admin else "Member"
