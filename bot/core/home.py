"""A person's home: what the bot does for them, what they used, what waits for them, the settings they may change."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot import PROGRAM
from bot.core.actions import EDIT_MEMORY, EDIT_SETTINGS, EDIT_WORKSPACE
from bot.core.admin import is_named
from bot.core.commands import COMMANDS, PARLEY
from bot.core.dates import passed
from bot.core.domain.channel_settings import MODEL, merged
from bot.core.domain.control_value import ChannelRef, SettingsRefOrHere
from bot.core.domain.interaction import Section
from bot.core.domain.message import Place
from bot.core.domain.overrides import Overrides
from bot.core.domain.usage import UsageScope, UsageView
from bot.core.memory.write import shown
from bot.core.settings.history import model_text
from bot.core.settings.place_text import PlaceText, without_mentions
from bot.core.settings.value_text import short_value_text
from bot.core.spend.usage import cost
from bot.core.triage import clock_report
from bot.errors import ChatError
from bot.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.interaction import Button
    from bot.core.domain.note import Note
    from bot.core.domain.people import JoinedChannel
    from bot.core.domain.usage import DailyUsage
    from bot.core.ports import Chat, ChatNames, Model, Store
    from bot.core.ports.feedback_store import FeedbackStore

log = logging.getLogger(__name__)

USAGE_DAYS = 30
CLOCK_DAYS = 7  # as `/parley trends`
MOST_SHOWN = 10
MOST_CHANNELS = 25
SHOWN = 120  # characters of an item

MENTION_ME = N_(
    "• Mention me in a channel, or write to me here: I answer in a thread, and remember what was said in it."
)
VISITOR_UNKNOWN = N_(
    "I couldn't look up who you are, so I can't show you more. If this keeps happening, tell your administrator."
)
FORGET_ME = N_("`/parley forget me` erases what I've stored of your messages.")
RANK_UNKNOWN = N_("I couldn't look up whether you are an admin of this workspace, who can see its settings.")
CHANNELS_UNKNOWN = N_("I couldn't look up which channels you share with me.")


@dataclass(frozen=True, slots=True)
class Health:
    """The operator's first figures: jobs that wait, run, and failed for good."""

    waiting: int
    running: int
    failed: int


async def build_home(  # noqa: PLR0913 (whose home it is, and all that it is built from)
    place: Place,
    person: str,
    *,
    admins: frozenset[str],
    health: Health,
    store: Store,
    feedback: FeedbackStore,
    model: Model,
    chat: Chat,
) -> tuple[Section, ...]:
    """Build a person's home; with channels for admins, and health for the bot's own admins.

    If the platform can't answer, only the section concerned is missing, and it says so.
    """
    used = await store.usage.load(UsageView(UsageScope.PERSON, USAGE_DAYS), place, person, datetime.now(UTC))
    sections = [Section(_("What I can do here"), _can_do()), Section(_("Your usage"), _used(used))]
    if items := await feedback.records.assigned(place.workspace, person, MOST_SHOWN + 1):
        sections.append(Section(_("Your open feedback"), _items(items, await _late(items, store, feedback))))
    if notes := await store.notes.of_person(place.workspace, person):
        sections.append(Section(_("What I remember for you"), _notes(notes), (_edit_notes(notes[0]),)))
    is_operator = is_named(admins, place.workspace, person)
    try:
        is_admin = is_operator or (await chat.directory.membership(place, person)).is_admin
    except ChatError as error:
        is_admin = False
        sections.append(Section(_("Settings"), _unknown(RANK_UNKNOWN, error)))
    sheets = await store.settings.all_overrides(place.workspace)
    channels: Sequence[JoinedChannel] | None = None
    try:
        if is_admin or clock_report.is_timed(*(one.values for one in sheets.values())):
            channels = await chat.directory.channels(place, person)
    except ChatError as error:
        sections.append(Section(_("Your channels"), _unknown(CHANNELS_UNKNOWN, error)))
    sections += await _in_time(place, channels or (), sheets, feedback)
    if is_admin:
        about = _("These settings apply where a channel has none of its own.")
        text = f"{_model(PlaceText(place), sheets, model)}\n{about}"
        sections.append(Section(_("The workspace"), text, _workspace()))
        sections += await _channels_of(place, channels, sheets, model=model, chat=chat)
    if is_operator:
        sections.append(Section(_("Health"), _health(health)))
    return tuple(sections)


async def _in_time(
    place: Place, channels: Sequence[JoinedChannel], sheets: Mapping[Place, Overrides], feedback: FeedbackStore
) -> list[Section]:
    """Say what was answered and resolved in time in the channels that a person is in."""
    now, lines = datetime.now(UTC), list[str]()
    since = now - timedelta(days=CLOCK_DAYS)
    for one in sorted(channels, key=lambda one: one.name):
        there = replace(place, channel=one.id)
        layers = [sheets[at].values for at in (place, there) if at in sheets]
        if len(lines) < MOST_SHOWN and clock_report.is_timed(*layers):
            met = await clock_report.met(there, merged(*layers), since, now, feedback=feedback)
            lines += [" ".join((f"• #{one.name}:", *met))] if met else []
    title = _("Feedback in time in the last {days:,} days", days=CLOCK_DAYS)
    return [Section(title, "\n".join(lines))] if lines else []


async def _channels_of(
    place: Place,
    channels: Sequence[JoinedChannel] | None,
    sheets: Mapping[Place, Overrides],
    *,
    model: Model,
    chat: Chat,
) -> list[Section]:
    """Return the sections of channels; none if they are not known."""
    if channels is None:
        return []
    sections = _channels(place, channels, sheets, model, chat.names)
    texts = await without_mentions([one.text for one in sections], place, chat.names)
    return [replace(one, text=text) for one, text in zip(sections, texts, strict=True)]


def _unknown(what: str, error: ChatError) -> str:
    """Return a section's text that says what could not be looked up."""
    log.warning("a section of the home tab could not be built: %s", error)
    return " ".join((_(what), _("Try again in a moment; if that doesn't help, tell your administrator.")))


def _can_do() -> str:
    return "\n".join(
        (
            _(MENTION_ME),
            *(f"• `/{one.name}`: {_(one.description)}." for one in COMMANDS if one is not PARLEY),
            _("• `/{command} help` explains the rest. I'm an AI and can be wrong.", command=PARLEY.name),
        )
    )


def _used(used: Sequence[DailyUsage]) -> str:
    calls = sum(one.calls for one in used)
    if not calls:
        return _("Nothing in the last {count:,} days.", count=USAGE_DAYS)
    turns = sum(one.turns for one in used)
    requests = ngettext("{n:,} request to Claude", "{n:,} requests to Claude", calls)
    return ngettext(
        "You asked once in the last {days:,} days, which took {requests}: {cost}. `/parley usage` shows more.",
        "You asked {n:,} times in the last {days:,} days, which took {requests}: {cost}. `/parley usage` shows more.",
        turns,
        days=USAGE_DAYS,
        requests=requests,
        cost=cost(used),
    )


async def _late(items: Sequence[Feedback], store: Store, feedback: FeedbackStore) -> Mapping[int, str]:
    """Return how long items are overdue, where their channels still want to know."""
    now = datetime.now(UTC)
    overdue = await feedback.figures.overdue(items[0].workspace, now, records=[item.id for item in items])
    places = {replace(item.place, thread="") for item in items if item.id in overdue}
    held = [(place.channel, await store.settings.load(place)) for place in places]
    timed = {channel for channel, settings in held if settings.triage and settings.has_limits}
    return {item.id: passed(now - overdue[item.id]) for item in items if item.id in overdue and item.channel in timed}


def _items(items: Sequence[Feedback], late: Mapping[int, str]) -> str:
    """List what a person works on: what is overdue first, with how long."""
    lines = []
    for item in sorted(items, key=lambda one: one.id not in late)[:MOST_SHOWN]:
        words = " ".join((item.summary or item.text).split())
        parts = [f"• *{item.severity or item.category}*", words[:SHOWN]]
        parts += [_("⏰ {late} overdue", late=late[item.id])] if item.id in late else []
        lines.append(" ".join((*parts, item.permalink)))
    return "\n".join([*lines, *(["…"] if len(items) > MOST_SHOWN else [])])


def _notes(notes: Sequence[Note]) -> str:
    lines = [f"• {shown(note.text, SHOWN)}" for note in notes[:MOST_SHOWN]]
    return "\n".join([*lines, *(["…"] if len(notes) > MOST_SHOWN else [])])


def _edit_notes(note: Note) -> Button:
    place = note.place
    return EDIT_MEMORY.button(SettingsRefOrHere(workspace=place.workspace, channel=place.channel))


def _workspace() -> tuple[Button, ...]:
    return (EDIT_WORKSPACE.button(),)


def _model(at: PlaceText, sheets: Mapping[Place, Overrides], model: Model) -> str:
    """Write which model answers in a place, and where that is set."""
    nested = dict.fromkeys((Place(at.place.workspace, ""), at.place))
    layers = [sheets.get(place, Overrides({})) for place in nested]
    return _("Model: {model}", model=model_text(at, layers, model))


def _channels(
    place: Place,
    channels: Sequence[JoinedChannel],
    sheets: Mapping[Place, Overrides],
    model: Model,
    names: ChatNames,
) -> list[Section]:
    """Return one section per channel, those with settings first."""
    if not channels:
        return [Section(_("Your channels"), _("I'm not in any of your channels yet. Invite me with `/invite`."))]

    def values(channel: str) -> Mapping[str, object]:
        overrides = sheets.get(Place(place.workspace, channel))
        return overrides.values if overrides else {}

    ordered = sorted(channels, key=lambda one: (not values(one.id), one.name))

    def text(channel: str, name: str) -> str:
        at = PlaceText(Place(place.workspace, channel), f"#{name}")
        shown = {key: value for key, value in values(channel).items() if key != MODEL}
        listed = ", ".join(f"`{key}` {short_value_text(key, value, names)}" for key, value in shown.items())
        nothing = "" if MODEL in values(channel) else _("Nothing is set here.")
        return "\n".join(filter(None, (_model(at, sheets, model), listed or nothing)))

    sections = [
        Section(
            f"#{one.name}",
            text(one.id, one.name),
            (EDIT_SETTINGS.button(ChannelRef(channel=one.id)),),
        )
        for one in ordered[:MOST_CHANNELS]
    ]
    if (left := len(ordered) - MOST_CHANNELS) > 0:
        more = _("{count:,} more: type `/parley settings` there.", count=left)
        sections.append(Section(_("More channels"), more))
    return sections


def _health(health: Health) -> str:
    told = [
        _(
            "{waiting:,} waiting, {running:,} running, {failed:,} failed.",
            waiting=health.waiting,
            running=health.running,
            failed=health.failed,
        )
    ]
    told += [_("`{program} work list` shows what failed.", program=PROGRAM)] if health.failed else []
    return " ".join(told)
