"""Parse what is asked of a channel's feedback: `/parley triage report`, `triage secret`, `trends`, `open`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core import typed_scope
from bot.core.time_span import times as spans
from bot.errors import UsageError
from bot.language import N_, _

TRENDS_DAYS, MOST_TRENDS_DAYS = 7, 180
USAGE = N_(
    "`/parley triage on` sorts each post in this channel as feedback, `/parley triage off` ends that, and "
    "`/parley triage settings` opens its form. `/parley triage report` shows what came in and how often people "
    "corrected it, `/parley trends 14d` what is on the rise, and `/parley open` what is still open; for another "
    "channel, name it: `/parley trends #channel 14d`, `/parley open #channel`. "
    "`/parley triage secret` shows workspace admins what signs their webhooks."
)
OPEN_USAGE = N_("Type `/parley open` for this channel, or `/parley open #channel` for another.")
TRENDS_USAGE = N_("Type `/parley trends 14d` for this channel, or `/parley trends #channel 14d` for another.")

_TYPED = re.compile(r"triage\s+(?:report|secret)|(?:trends|open)(?:\s+(?P<where>\S.*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedbackQuery:
    """What to show. `channel` is as it was typed without its #, "" for this one; `days` are those of the trends."""

    what: str
    days: int = 0
    channel: str = ""


def parse(typed: str) -> FeedbackQuery:
    """Read what was typed after `/parley`. Raises `UsageError`."""
    match = _TYPED.fullmatch(typed.strip())
    if match is None:
        raise UsageError(_(USAGE))
    what = match[0].split()[-1 if match[0].lower().startswith("triage") else 0].lower()
    where = match["where"] or ""
    if what == "trends":
        return _trends(where)
    if not where:
        return FeedbackQuery(what)
    found = typed_scope.read(where)
    if found is None or found.channel is None or found.span:
        raise UsageError(_(OPEN_USAGE))
    return FeedbackQuery(what, channel=found.channel)


def _trends(where: str) -> FeedbackQuery:
    found = typed_scope.read(where) or typed_scope.Where(span=where)
    if found.link or found.is_thread or (found.span == where and "#" in where):
        raise UsageError(_(TRENDS_USAGE))
    days = spans.days_back(found.span, datetime.now(UTC), MOST_TRENDS_DAYS) if found.span else TRENDS_DAYS
    return FeedbackQuery("trends", days, found.channel or "")
