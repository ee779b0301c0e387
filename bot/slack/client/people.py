"""Who people are: names, kept for a day; ranks, time zones and languages, for an hour. One look-up tells it all."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from bot.core.domain.people import Reader
from bot.core.expiring_cache import ExpiringCache
from bot.errors import ChatBusyError, ChatError
from bot.slack.client.api import call, call_once
from bot.slack.client.escaping import MARKUP
from bot.slack.client.lookup import zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)

KEPT = 10_000  # names
KEPT_FOR = 86_400.0  # seconds
RANK_KEPT_FOR = READER_KEPT_FOR = 3_600.0
STRANGERS = {"user_not_found", "user_not_visible", "users_not_found"}  # Slack's words for someone it does not show
UNKNOWN_FOR = 600.0  # seconds before a person whose name Slack did not give is asked for again
AT_ONCE = 8
LONGEST_NAME = 80  # characters, as Slack's own limit

_PERSON = re.compile(r"@(?P<person>[UW][A-Z0-9]{2,20})")


@dataclass(frozen=True, slots=True)
class Rank:
    """A person's rank in the workspace; `organizations` are their team and enterprise.

    A person whom Slack does not show belongs to none; https://docs.slack.dev/reference/objects/user-object
    """

    is_admin: bool = False
    is_guest: bool = False
    organizations: frozenset[str] = frozenset()


class People:
    """Names by people's ids, at most `KEPT` of them; an id that Slack gives no name for stands for itself.

    Names are never waited for: at Slack's rate limit, ids are used until it is over. Ranks are, as permissions depend
    on them.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._ranks = ExpiringCache[Rank](KEPT)
        self._names = ExpiringCache[str](KEPT)
        self._full_names = ExpiringCache[str](KEPT)
        self._readers = ExpiringCache[Reader](KEPT)
        self._busy_until = 0.0

    async def names(self, people: Iterable[str]) -> dict[str, str]:
        """Return each person's name. Never raises."""
        wanted = dict.fromkeys(people)
        unknown = [person for person in wanted if self._names.get(person) is None]
        room = asyncio.Semaphore(AT_ONCE)

        async def ask(person: str) -> None:
            async with room:
                await self._ask(person)

        await asyncio.gather(*map(ask, unknown))
        return {person: self._names.get(person, late=True) or person for person in wanted}

    def full_names(self, people: Iterable[str]) -> list[str]:
        """Return the full names of those people who show another one, as far as they are known."""
        return [name for person in people if (name := self._full_names.get(person, late=True))]

    async def rank(self, person: str, *, fresh: bool = False) -> Rank:
        """Return a person's rank in the workspace, at most an hour old. Raises `ChatError`."""
        rank = self._ranks.get(person)
        if fresh or rank is None:
            try:
                return self._keep(person, await self._look_up(person))
            except ChatError as error:
                if fresh or error.code not in STRANGERS:
                    raise
                rank = Rank()
            self._ranks.keep(person, rank, RANK_KEPT_FOR)
        return rank

    async def reader(self, person: str) -> Reader:
        """Return in which time zone and language a person reads, at most an hour old; UTC and "" where unknown.

        Never raises: nothing depends on it.
        """
        if (known := self._readers.get(person)) is not None:
            return known
        try:
            user = await self._look_up(person)
        except ChatError as error:
            log.info("a person's time zone and language are not known: %s", error)
            return self._readers.get(person, late=True) or Reader()
        self._keep(person, user)
        return self._readers.get(person, late=True) or Reader()

    def learn(self, person: str, profile: Mapping[str, Any]) -> None:
        """Learn a name from a profile that came with a message, which saves a request."""
        if name := name_of(profile):
            self._names.keep(person, name, KEPT_FOR)
            self._full_names.keep(person, name_of(profile, ("real_name",)), KEPT_FOR)

    async def _ask(self, person: str) -> None:
        if monotonic() < self._busy_until:
            return
        try:
            user = (await call_once(self._client.users_info, user=person, include_locale=True))["user"]
        except ChatBusyError as error:
            self._busy_until = monotonic() + error.retry_after
        except ChatError as error:
            log.info("a person's name is not known: %s", error)
            if not error.is_transient:
                self._names.keep(person, person, UNKNOWN_FOR)
        else:
            self._keep(person, user)

    async def _look_up(self, person: str) -> dict[str, Any]:
        user: dict[str, Any] = (await call(self._client.users_info, user=person, include_locale=True))["user"]
        return user

    def _keep(self, person: str, user: dict[str, Any]) -> Rank:
        """Keep everything from one look-up."""
        profile = user.get("profile") or {}
        self._names.keep(person, name_of(profile) or name_of(user) or person, KEPT_FOR)
        full = name_of(profile, ("real_name",)) or name_of(user, ("real_name",))
        self._full_names.keep(person, full, KEPT_FOR)
        self._readers.keep(person, Reader(zone(user), str(user.get("locale") or "")), READER_KEPT_FOR)
        rank = rank_of(user)
        self._ranks.keep(person, rank, RANK_KEPT_FOR)
        return rank


def rank_of(user: Mapping[str, Any]) -> Rank:
    """Read a person's rank in the workspace."""
    enterprise = user.get("enterprise_user") or {}
    homes = (user.get("team_id"), enterprise.get("enterprise_id"))
    return Rank(
        is_admin=any(user.get(name) for name in ("is_admin", "is_owner", "is_primary_owner")),
        is_guest=any(user.get(name) for name in ("is_restricted", "is_ultra_restricted")),
        organizations=frozenset(str(home) for home in homes if home),
    )


def name_of(profile: Mapping[str, Any], fields: Iterable[str] = ("display_name", "real_name", "name")) -> str:
    """Return a person's preferred name, on one line, "" for none."""
    for field in fields:
        value = profile.get(field)
        if isinstance(value, str) and (name := " ".join(value.split())):
            return name[:LONGEST_NAME]
    return ""


def mention(person: str) -> str:
    """Write a mention of a person or a user group."""
    return f"<!subteam^{person}>" if person.startswith("S") else f"<@{person}>"


def named(text: str, names: Mapping[str, str]) -> str:
    """Write `@name` for each mention in a text."""

    def name(match: re.Match[str]) -> str:
        person = _PERSON.fullmatch(match["target"])
        return f"@{names.get(person['person'], person['person'])}" if person else match[0]

    return MARKUP.sub(name, text)


def mentioned(text: str) -> list[str]:
    """Return whom a text mentions."""
    targets = (_PERSON.fullmatch(match["target"]) for match in MARKUP.finditer(text))
    return [target["person"] for target in targets if target]
