"""People and what they may look at: requesters, members, channels, files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from bot.core.domain.message import FileRef, Place


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked. `home`: the person's own workspace; `reply_handle`: how the platform lets us answer in private."""

    person: str
    home: str
    reply_handle: str = ""


@dataclass(frozen=True, slots=True)
class ChannelMembership:
    """A person's membership in a channel."""

    is_member: bool
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Participant:
    """A person who uses the bot, and whether that is in direct messages.

    `is_admin`: of the workspace, or one of the bot's own. `is_guest`: a restricted account of the workspace.
    `is_outsider`: of another organization.
    """

    person: str
    is_admin: bool = False
    is_guest: bool = False
    is_outsider: bool = False
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class Venue:
    """A channel as a person sees it. `name` is "" for direct messages; `has_bot`, `has_person`: who is in it.

    `is_shared`: people of other organizations are in it, too.
    """

    name: str
    is_private: bool
    has_bot: bool
    has_person: bool
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class JoinedChannel:
    """A channel that both the bot and a person are in."""

    id: str
    name: str
    is_private: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """A person's time zone and language, such as "de-DE"; "" if not known."""

    zone: tzinfo = UTC
    language: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to: a message in its thread, a channel where `message` is "", or a file."""

    place: Place
    message: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file, who posted it, the channels where it was shared, and whether one of them is public."""

    file: FileRef
    owner: str
    places: tuple[Place, ...]
    is_public: bool = False
