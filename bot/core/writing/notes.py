"""The sentences around an answer: length limit, too long to read, unavailable, stopped, cut off, disclaimer, footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.money import dollars
from bot.language import N_, _, and_list, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.calls import Call
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.ports import Model, Request
    from bot.errors import BotError

PATIENCE = N_(
    "Claude is unavailable right now. I'll keep trying for a few minutes and answer here, "
    "so you don't need to ask again. (Reference: `{reference}`)"
)
# Slack's guide for agents asks for one; under each answer it would be noise that no one reads.
DISCLAIMER = N_("AI-generated. Check important details.")
SORTED_BY_AI = N_("_Sorted by AI. Check important details._")
REDACTED = N_("redacted")
STOPPED = N_("Stopped.")
# … and what the thread's history keeps of an answer that was stopped or cut off.
STOPPED_MARK, CUT_OFF_MARK = "[stopped]", "[cut off]"  # not for people: Claude is told this
# An ephemeral answer has no thread to go on in.
ELSEWHERE = N_("Ask for it in our direct messages: only you will see it there, too, and I can go on where I stopped")


def apology(error: BotError, reference: str) -> str:
    """Return the sentence for an error that a person reads, with a reference to find it in the log."""
    return _("{sentence} (Reference: `{reference}`)", sentence=error.sentence, reference=reference)


def cut_off(error: BotError, reference: str) -> str:
    """Return the sentence below an answer that an error has cut off."""
    sentence = _("The answer was cut off here. {apology}", apology=apology(error, reference))
    return f"\n\n_{sentence}_"


def length_limit(*, is_private: bool) -> str:
    """Say that the answer hit the length limit, and how to get the rest."""
    if is_private:
        sentence = _("I hit my length limit. {elsewhere}.", elsewhere=_(ELSEWHERE))
    else:
        sentence = _("I hit my length limit. Reply “continue” to keep going.")
    return f"\n\n_{sentence}_"


def too_long(*, messages: int = 0, characters: int = 0, more: bool = False) -> str:
    """Say what did not fit into the request, "" if all did: old messages, and characters of the newest one.

    `more`: there are older messages still, of an unknown number.
    """
    notes = []
    if messages and more:
        notes.append(
            ngettext(
                "more than the oldest message of this thread",
                "more than the {n:,} oldest messages of this thread",
                messages,
            )
        )
    elif messages:
        notes.append(
            ngettext("the oldest message of this thread", "the {n:,} oldest messages of this thread", messages)
        )
    if characters:
        notes.append(ngettext("the last character of your text", "the last {n:,} characters of your text", characters))
    if not notes:
        return ""
    sentence = _("Too long to read at once, so I left out {parts}.", parts=and_list(notes))
    return f"\n\n_{sentence}_"


def unapplied(settings: ChannelSettings, model: Model) -> str:
    """Say which settings do not apply, and why: the model may have changed since they were set.

    A retired model is replaced, and `spend/retirement.py` reports that.
    """
    faults = dict(model.facts.faults(settings))
    if settings.model and model.facts.successor(settings.model):
        faults.pop("model", None)
    told = [
        _("`{name}` is not applied: {fault}.", name=name, fault=fault.rstrip(".")) for name, fault in faults.items()
    ]
    return f"\n\n_{' '.join(told)}_" if told else ""


def disclaimer(settings: ChannelSettings) -> str:
    """Return the small print: that a model wrote this, and whether things were hidden from it."""
    return " · ".join([*([_(REDACTED)] if settings.redact else []), _(DISCLAIMER)])


def footer_of(calls: Sequence[Call], request: Request, *, is_first: bool = False) -> str:
    """Return the footer of an answer: what wrote it and what it cost, if the channel shows that.

    The first answer of a thread has the disclaimer, too.
    """
    parts = []
    if request.settings.footer and calls:
        tokens = sum(call.input_tokens + call.cache_read_tokens + call.cache_write_tokens for call in calls)
        output = sum(call.output_tokens for call in calls)
        known = [call.dollars for call in calls if call.dollars is not None]
        price = dollars(sum(known)) if len(known) == len(calls) else _("price unknown")
        parts += [calls[-1].model, _("{tokens:,} tokens in, {output:,} out", tokens=tokens, output=output), price]
        parts += [_(REDACTED)] if request.settings.redact and not is_first else []
    return " · ".join([*parts, disclaimer(request.settings)] if is_first else parts)
