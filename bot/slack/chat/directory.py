"""Channels and people, looked up before anything is read for anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.domain.people import ChannelMembership, JoinedChannel, Participant, Venue
from bot.core.expiring_cache import ExpiringCache
from bot.slack.client.api import call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.message import Place
    from bot.core.domain.people import Reader
    from bot.slack.workspaces import WorkspaceClients

MEMBERS_PER_PAGE = 1_000
CHANNELS_PER_PAGE, MOST_PAGES = 200, 5
MOST_SHARED, SHARED_SECONDS = 5_000, 600.0  # channels of which is known whether they are shared, and for how long


class SlackDirectory:
    """Implements `bot.core.ports.ChatDirectory`."""

    def __init__(self, workspaces: WorkspaceClients) -> None:
        self._workspaces = workspaces
        self._shared = ExpiringCache[bool](MOST_SHARED)

    async def venue(self, place: Place, person: str) -> Venue:
        """Look up a channel, and whether the bot and a person are in it. Raises `NotInChannelError`."""
        client = self._workspaces.of(place.workspace).client
        channel = (await call(client.conversations_info, channel=place.channel))["channel"]
        is_direct = bool(channel.get("is_im") or channel.get("is_mpim"))
        return Venue(
            name="" if is_direct else str(channel.get("name") or ""),
            is_private=is_direct or bool(channel.get("is_private")),
            has_bot=is_direct or bool(channel.get("is_member")),
            has_person=await self._is_member(place, person),
            is_shared=bool(channel.get("is_ext_shared")),
        )

    async def is_shared(self, place: Place) -> bool:
        """Return whether people of other organizations are in a channel, as known for ten minutes at most."""
        key = f"{place.workspace} {place.channel}"
        known = self._shared.get(key)
        if known is None:
            client = self._workspaces.of(place.workspace).client
            channel = (await call(client.conversations_info, channel=place.channel))["channel"]
            known = bool(channel.get("is_ext_shared"))
            self._shared.keep(key, known, SHARED_SECONDS)
        return known

    async def _is_member(self, place: Place, person: str) -> bool:
        """Return whether a person is in a channel."""
        method, cursor = self._workspaces.of(place.workspace).client.conversations_members, ""
        while True:
            page = await call(method, channel=place.channel, limit=MEMBERS_PER_PAGE, cursor=cursor)
            if person in page["members"]:
                return True
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return False

    async def channels(self, place: Place, person: str) -> tuple[JoinedChannel, ...]:
        """Return the channels that both the bot and a person are in, 1,000 at most."""
        ours = await self._channels_of(place)
        theirs = await self._channels_of(place, user=person)
        return tuple(one for id_, one in ours.items() if id_ in theirs)

    async def _channels_of(self, place: Place, **whose: str) -> dict[str, JoinedChannel]:
        client = self._workspaces.of(place.workspace).client
        found: dict[str, JoinedChannel] = {}
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await call(
                client.users_conversations,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=CHANNELS_PER_PAGE,
                cursor=cursor,
                **whose,
            )
            found |= {str(one["id"]): _joined(one) for one in page["channels"]}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found

    async def reader(self, place: Place, person: str) -> Reader:
        """Look up in which time zone and language a person reads, once an hour; UTC and "" where unknown.

        Never raises: nothing depends on it.
        """
        return await self._workspaces.of(place.workspace).people.reader(person)

    async def participant(self, place: Place, person: str) -> Participant:
        """Return who someone is, as known for an hour at most. Raises `ChatError`."""
        workspace = self._workspaces.of(place.workspace)
        us, rank = await workspace.identity(), await workspace.people.rank(person)
        return Participant(
            person,
            is_admin=rank.is_admin,
            is_guest=rank.is_guest,
            is_outsider=rank.organizations.isdisjoint({us.team_id, us.enterprise_id}),
            is_direct=place.channel.startswith("D"),
        )

    async def membership(self, place: Place, person: str) -> ChannelMembership:
        """Look up a person's membership of the channel and rank in the workspace. Raises `ChatError`."""
        rank = await self._workspaces.of(place.workspace).people.rank(person, fresh=True)
        is_member = not place.channel or await self._is_member(place, person)
        return ChannelMembership(is_member=is_member, is_admin=rank.is_admin)


def _joined(channel: Mapping[str, Any]) -> JoinedChannel:
    return JoinedChannel(
        str(channel["id"]),
        str(channel.get("name") or ""),
        is_private=bool(channel.get("is_private", True)),  # what Slack does not say is not shown to others
    )
