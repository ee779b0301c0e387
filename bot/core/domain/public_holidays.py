"""Holidays: those of a country or a part of it, by the code that ISO 3166 gives it, and single days."""

from __future__ import annotations

import difflib
import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.language import _, and_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CODE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NEAR = 0.8  # how alike a word has to be to be meant
LISTED = 20  # parts of a country


def check_known(typed: str) -> str:
    """Return a code, or a day such as `2026-12-24`, as it is kept. Raises `ValueError` for one that does not exist.

    Blocks for a moment the first time that a code was typed: it loads the library.
    """
    if _DAY.fullmatch(typed):
        return _day(typed).isoformat()
    name, __, part = (word.strip() for word in typed.partition("-"))
    countries = _countries()
    country = countries.get(_key(name))
    if country is None:
        raise ValueError(_refusal(typed, _nearest(typed, countries)))
    if not part:
        return country
    parts = _parts(country)
    if (code := parts.get(_key(part))) is None:
        near = _nearest(part, parts)
        raise ValueError(_refusal(typed, near and f"{country}-{near}", [f"{country}-{one}" for one in parts.values()]))
    return f"{country}-{code}"


def check_written(name: str) -> str:
    """Return what is kept, if it is a code or a day at all. Raises `ValueError`."""
    if _DAY.fullmatch(name):
        return _day(name).isoformat()
    if not _CODE.fullmatch(name):
        raise ValueError(_("“{name}” is neither a code nor a day", name=name[:40]))
    return name


@lru_cache(1_000)
def days_off(names: tuple[str, ...], year: int) -> frozenset[date]:
    """Return the holidays of a year. Blocks for a moment at the first time; what the library does not know has none."""
    found = {day for name in names if _DAY.fullmatch(name) and (day := _day(name)).year == year}
    codes = [name for name in names if _CODE.fullmatch(name)]
    if codes:
        from holidays import country_holidays  # noqa: PLC0415 (for the few that set it)

        for code in codes:
            country, __, part = code.partition("-")
            try:
                found |= set(country_holidays(country, subdiv=part or None, years=year))
            except NotImplementedError:  # it was known to another version
                continue
    return frozenset(found)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        raise ValueError(_("there is no day {name}", name=name)) from None


@lru_cache(1)
def _countries() -> Mapping[str, str]:
    """Return the countries' codes by the names and codes that they go by."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 (as above)

    return {_key(name): codes[1] for entity, codes in COUNTRIES.items() for name in (entity, *codes)}


def _parts(country: str) -> Mapping[str, str]:
    """Return the codes of a country's parts by the names and codes that they go by."""
    import holidays  # noqa: PLC0415 (as above)

    known = getattr(holidays, country)
    names = {name: code for name, code in known.subdivisions_aliases.items() if code in known.subdivisions}
    found = {_key(one): one for one in known.subdivisions if _CODE.fullmatch(f"{country}-{one}")}
    return {_key(name): code for name, code in names.items() if code in found.values()} | found


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())[:60]


def _nearest(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(_key(name), known, n=1, cutoff=_NEAR)
    return known[near[0]] if near else ""


def _refusal(typed: str, near: str, known: Iterable[str] = ()) -> str:
    unknown = _("I don't know the holidays of `{name}`", name=" ".join(typed.split()).replace("`", "'")[:40])
    listed = sorted(set(known))
    if near:
        return ". ".join((unknown, _("Did you mean `{word}`?", word=near)))
    if 0 < len(listed) <= LISTED:
        return ". ".join((unknown, _("I know these: {names}.", names=and_list(listed))))
    return unknown
