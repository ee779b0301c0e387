"""`/parley feedback find`: a channel's feedback by the words of its posts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.dates import dated
from bot.core.domain.feedback import UNSORTED, FeedbackStatus
from bot.core.find.relevance import excerpt
from bot.core.find.terms import terms_of
from bot.core.literal import literal
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.core.domain.search import Term
    from bot.core.ports.feedback_store import FeedbackStore

SHOWN = 10  # records
NARROW = N_("There are more. Narrow it down with more words.")
STANDING = {
    FeedbackStatus.OPEN: N_("open"),
    FeedbackStatus.TAKEN: N_("taken"),
    FeedbackStatus.RESOLVED: N_("resolved"),
    FeedbackStatus.DECLINED: N_("declined"),
}


async def find(words: str, place: Place, zone: tzinfo, *, feedback: FeedbackStore) -> str:
    """Return what was found in a channel, with links."""
    terms = terms_of(words)
    found = await feedback.archive.find(place, terms, SHOWN + 1)
    shown = found[:SHOWN]
    if not shown:
        return _("I found no feedback with “{words}” here.", words=literal(words))
    head = ngettext(
        "**{n:,} post with “{words}”:**", "**{n:,} posts with “{words}”:**", len(shown), words=literal(words)
    )
    more = [_(NARROW)] if len(found) > SHOWN else []
    return "\n".join([head, *(line(one, terms, zone) for one in shown), *more])


def line(one: Feedback, terms: Sequence[Term], zone: tzinfo) -> str:
    """Return a line about a record: its day, which is a link, what it is, how it stands, and what it says."""
    day = dated(one.said_at.astimezone(zone).date(), datetime.now(zone).date())
    facts = (f"[{day}]({one.permalink})", literal(one.category) or _(UNSORTED), literal(one.severity))
    said = literal(one.summary or excerpt(one.own_text, terms))
    return f"• {', '.join(filter(None, (*facts, _(STANDING[one.status]))))}: {said}"
