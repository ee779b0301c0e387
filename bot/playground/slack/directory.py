"""The workspace's people, apps, user groups and channels."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.playground.slack.records import Channel, User, UserGroup
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Directory:
    """The users and channels of a workspace: those it starts with, and any added later.

    `me`, `ada` (admins) and `sam` belong to the workspace, `gia` is a guest, `rio` belongs to another company and is
    in the Slack Connect channel #partners. `bot` is the app's own user, `deploys` another app's. Methods raise
    `ApiError` with Slack's own codes.
    """

    def __init__(self) -> None:
        self.team_id, self.team_name, self.domain = "T01LOCAL000", "Local workspace", "local-workspace"
        self.app_id, self.bot_id = "A01PARLEY00", "B01PARLEY00"
        self.bot = User("U01PARLEY00", "parley", "Parley", is_bot=True, bot_id=self.bot_id, app_id=self.app_id)
        self.me = User("U01YOU00000", "you", "You", is_admin=True)
        self.ada = User("U01ADA00000", "ada", "Ada Marsh", is_admin=True)
        self.sam = User("U01SAM00000", "sam", "Sam Okoro")
        self.gia = User("U01GIA00000", "gia", "Gia Lund", guest="multi_channel")
        self.rio = User("U02RIO00000", "rio", "Rio Vance", team_id="T02PARTNER0")
        self.deploys = User(
            "U01DEPLOYS0", "deploys", "Deploys", is_bot=True, bot_id="B01DEPLOYS0", app_id="A01DEPLOYS0"
        )
        self.slackbot = User("USLACKBOT", "slackbot", "Slackbot")
        known = (self.me, self.ada, self.sam, self.gia, self.rio, self.bot, self.deploys, self.slackbot)
        self.users = {user.id: user for user in known}
        self.channels: dict[str, Channel] = {}
        team = [self.me.id, self.ada.id, self.sam.id, self.bot.id]
        guests, leads, partners = [*team, self.gia.id], [self.me.id, self.ada.id, self.bot.id], [*team, self.rio.id]
        for channel in (
            Channel("C01GENERAL0", "general", "Company-wide talk", members=list(team)),
            Channel("C01ENGINEER", "engineering", "Code, builds and incidents", members=list(team)),
            Channel("C01SUPPORT0", "support-feedback", "What customers tell us", members=guests),
            Channel("C01LEADS000", "leads", "Plans that are not public yet", is_private=True, members=leads),
            Channel(
                "C01PARTNERS", "partners", "Together with Northwind", members=partners, shared_with=(self.rio.team_id,)
            ),
            Channel("D01PARLEYDM", "", is_im=True, members=[self.me.id, self.bot.id]),
        ):
            self.channels[channel.id] = channel
        self.groups = [UserGroup("S01SUPPORT0", "support", "Support team", (self.ada.id, self.sam.id))]

    @property
    def people(self) -> list[User]:
        """The people, without apps."""
        return [user for user in self.users.values() if not user.is_bot and user != self.slackbot]

    def user(self, user_id: str) -> User:
        """Return a user; raises `user_not_found`."""
        if user_id not in self.users:
            raise ApiError("user_not_found")
        return self.users[user_id]

    def visible_user(self, user_id: str) -> User:
        """Return a user that the bot may see; raises `user_not_visible` for an outsider in none of its channels."""
        user = self.user(user_id)
        if user.team_id and not any({user_id, self.bot.id} <= set(c.members) for c in self.channels.values()):
            raise ApiError("user_not_visible")
        return user

    def app_user(self, bot_id: str) -> User:
        """Return an app's user by bot id; raises `bot_not_found`."""
        user = next((user for user in self.users.values() if user.bot_id and user.bot_id == bot_id), None)
        if user is None:
            raise ApiError("bot_not_found")
        return user

    def team_of(self, user: User) -> str:
        """Return the team that a user belongs to."""
        return user.team_id or self.team_id

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
        """Return a channel that the bot may post to; raises as `joined_channel`, and `is_archived`."""
        channel = self.joined_channel(channel_id)
        if channel.is_archived:
            raise ApiError("is_archived")
        return channel

    def add_channel(
        self,
        name: str,
        *,
        members: list[str] | None = None,
        is_private: bool = False,
        shared_with: Sequence[str] = (),
    ) -> Channel:
        """Create a channel. Without `members`, the workspace's people are in it and the bot is not."""
        people = members or [self.me.id, self.ada.id, self.sam.id]
        # The ids of private channels have started with C for years, too.
        channel_id = f"C{secrets.token_hex(5).upper()}"
        channel = Channel(channel_id, name, is_private=is_private, members=people, shared_with=tuple(shared_with))
        self.channels[channel.id] = channel
        return channel

    def direct(self, user_id: str) -> Channel:
        """Return the direct message channel of the bot and a user; open it if needed."""
        user = self.user(user_id)
        if user.is_bot:
            raise ApiError("cannot_dm_bot")
        for channel in self.channels.values():
            if channel.is_im and user_id in channel.members:
                return channel
        channel = Channel(f"D{secrets.token_hex(5).upper()}", "", is_im=True, members=[user_id, self.bot.id])
        self.channels[channel.id] = channel
        return channel
