"""Parsers and checks for the values of settings. Each raises a `ValueError`."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from functools import cache
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bot.core.commands import SWITCHABLE
from bot.core.domain import category, programming_language, route
from bot.core.domain import needs as needs_
from bot.errors import UsageError
from bot.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_COUNTRY = "US"
_NEAR = 0.8  # how alike a word has to be to be meant
MOST_LISTED = 500  # people or channels that are let in or kept out
_ID = re.compile(r"[A-Z0-9]{2,40}")
_CHOSEN = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>")
_REPOSITORY = re.compile(
    r"(?:https://[^/\s]+/)?(?P<owner>\w[\w-]{0,38})/(?P<name>[\w.-]{1,100}?)(?:\.git)?/?", re.ASCII
)


def echo(value: str) -> str:
    """Return the beginning of what was typed, as it can stand within a sentence."""
    return " ".join(value.split()).replace("`", "'")[:40]


def secure(value: str) -> str:
    """Require https, or this machine's address; "" for none."""
    try:
        parts = urlsplit(value)
        is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
        is_fine = bool(parts.hostname) and (parts.scheme == "https" or is_local)
    except ValueError:
        is_fine = False
    if value and not is_fine:
        raise PydanticCustomError("https", "not https")  # not for people: what the setting takes says it
    return value


def repository(value: str) -> str:
    """Require `owner/name`, or a repository's address."""
    match = _REPOSITORY.fullmatch(value)
    if value and (not match or match["name"] in {".", ".."}):
        raise ValueError(_("that is not a repository"))
    return f"{match['owner']}/{match['name']}" if match else ""


def country(value: str) -> str:
    """Require a country whose phone numbers are known."""
    if value == DEFAULT_COUNTRY:
        return value
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 (for the few that set it)

    if value.upper() not in SUPPORTED_REGIONS:
        raise ValueError(_("I don't know the country `{name}`", name=echo(value)))
    return value.upper()


@cache
def _zones() -> set[str]:
    return zoneinfo.available_timezones()  # looks through folders each time


def zone(value: str) -> str:
    """Require an existing time zone."""
    if value not in _zones():
        unknown = _("I don't know the time zone `{name}`", name=echo(value))
        near = difflib.get_close_matches(echo(value).casefold().replace(" ", "_"), names := _zone_names(), 1, _NEAR)
        raise ValueError(". ".join((unknown, *(_("Did you mean `{word}`?", word=names[one]) for one in near))))
    return value


@cache
def _zone_names() -> Mapping[str, str]:
    """Return time zones by how people may write them: the whole name, or the city alone."""
    cities = {name.rpartition("/")[2].casefold(): name for name in sorted(_zones(), reverse=True)}
    return cities | {name.casefold(): name for name in _zones()}


def code_language(value: str) -> str:
    """Return a language's proper name."""
    if value and not programming_language.find(value):
        raise ValueError(_("I don't know the language `{name}`", name=echo(value)))
    return programming_language.find(value)


def words(value: object) -> object:
    """Read words separated by commas, or one per line."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(word[:60] for part in re.split(r"[,;\n]", value) if (word := part.strip())))


def agents(value: object) -> object:
    """Read people from anywhere in a text."""
    if not isinstance(value, str):
        return value
    named = re.findall(r"@[^\s,;.]+", _CHOSEN.sub(r"\1\2", value)) or value.split()
    return people(" ".join(named)) if named else ()


def ids(values: tuple[str, ...]) -> tuple[str, ...]:
    """Require the platform's ids, as a file has them: nothing else would ever apply to anyone."""
    if unknown := [one for one in values if not _ID.fullmatch(one)]:
        raise ValueError(_("I can't find “{name}”", name=echo(unknown[0])))
    return values


def people(value: object) -> object:
    """Read a list of people, and nothing else."""
    return _listed(value, "@")


def channels(value: object) -> object:
    """Read a list of channels, and nothing else."""
    return _listed(value, "#")


def _listed(value: object, sign: str) -> object:
    if not isinstance(value, str):
        return value
    bare = _CHOSEN.sub(r"\1\2", value)
    found = dict.fromkeys(re.split(r"[\s,;]+", bare.strip()))
    if unknown := [word for word in found if not re.fullmatch(rf"{sign}[A-Z0-9]{{3,}}", word)]:
        raise ValueError(_("I can't find “{name}”", name=echo(unknown[0])))
    return tuple(word.removeprefix(sign) for word in found)


def commands(value: object) -> object:
    """Read commands, with or without their slash."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(word.lstrip("/").lower() for word in re.split(r"[\s,;]+", value.strip())))


def switchable(name: str) -> str:
    """Return the name of a command that can be turned off. Raises `ValueError` for any other."""
    if name not in SWITCHABLE:
        raise ValueError(_("I have no command `/{name}` that can be turned off", name=echo(name)))
    return name


def categories(value: object) -> object:
    """Read categories, one per line, or names separated by commas."""
    return _read(value, category.read)


def teams(value: object) -> object:
    """Read teams, one per line."""
    return _read(value, route.read_teams)


def routes(value: object) -> object:
    """Read routes, one per line."""
    return _read(value, route.read_routes)


def needs(value: object) -> object:
    """Read what categories need, one category per line."""
    return _read(value, needs_.read_needs)


def _read(value: object, read: Callable[[str], object]) -> object:
    try:
        return read(value) if isinstance(value, str) else value
    except UsageError as error:
        raise ValueError(error.sentence) from None


Switchable = Annotated[str, AfterValidator(switchable)]
People = Annotated[tuple[str, ...], BeforeValidator(people), AfterValidator(ids), Field(max_length=MOST_LISTED)]
Channels = Annotated[tuple[str, ...], BeforeValidator(channels), AfterValidator(ids), Field(max_length=MOST_LISTED)]
Agents = Annotated[tuple[str, ...], BeforeValidator(agents), AfterValidator(ids)]
