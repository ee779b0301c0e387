"""The form with the sources of a channel, or of the workspace: see how they stand, add some, remove some."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.actions import EDIT_KNOWLEDGE, KNOWLEDGE_FORM
from bot.core.domain.control_value import KnowledgeRef
from bot.core.domain.interaction import Field
from bot.core.domain.knowledge import KnowledgeSource
from bot.core.domain.message import Place
from bot.core.knowledge import listing
from bot.core.knowledge.adding import IN_DIRECT, Adding
from bot.core.ports import Chat
from bot.core.settings.command import check_may_change
from bot.errors import ChatError, NotAllowedError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.knowledge import NewSource

ADD, CHANNELS, REMOVE = "add", "channels", "remove"  # the fields
MOST_ADDED = 10  # in one form: each may take calls to the platform, which waits for the answer
LONGEST_OPTION = 70  # characters
TOO_MANY = N_("Add up to {most} sources at once.")


@dataclass(frozen=True, slots=True)
class KnowledgeForm:
    """The form, and what it works with. `start` has a source read that is due."""

    adding: Adding
    start: Callable[[KnowledgeSource], Awaitable[None]]
    chat: Chat
    admins: frozenset[str]

    async def open(self, action: Action) -> Form:
        """Return the form that an action asks for. Raises `NotAllowedError`, `UsageError`, `ChatError`."""
        ref = EDIT_KNOWLEDGE.read(action)
        place = Place(action.place.workspace, ref.channel if ref.workspace else action.place.channel)
        await check_may_change(place, action.asker, admins=self.admins, directory=self.chat.directory)
        if place.channel and (await self.chat.directory.participant(place, action.asker.person)).is_direct:
            raise UsageError(_(IN_DIRECT).replace("`", ""))
        return KNOWLEDGE_FORM.form(
            _("Knowledge"),
            (*await self._stand(place, action.asker.person), *_to_add()),
            KnowledgeRef(workspace=place.workspace, channel=place.channel),
        )

    async def _stand(self, place: Place, person: str) -> Sequence[Field]:
        """Return how the sources stand, and what can be removed."""
        sources = await self._own(place)
        if not sources:
            return [Field("none", _(listing.NOTHING), "note")]
        zone = (await self.chat.directory.reader(place, person)).zone
        lines = "\n".join(listing.line(one, self.chat, zone) for one in sources)
        options = tuple((str(one.id), f"{one.id}: {one.title}"[:LONGEST_OPTION]) for one in sources)
        return [
            Field("sources", lines, "markdown"),
            Field(REMOVE, _("Remove"), "choices", (), options, _("With all that I had read of it."), optional=True),
        ]

    async def _own(self, place: Place) -> Sequence[KnowledgeSource]:
        return [one for one in await self.adding.sources.serving(place) if one.channel == place.channel]

    async def save(self, submission: Submission) -> Mapping[str, str]:
        """Add and remove what was chosen; return the faults by the field.

        Nothing changes while there are some. Raises `NotAllowedError`, `ChatError`.
        """
        place = KNOWLEDGE_FORM.read(submission).place
        await check_may_change(place, submission.asker, admins=self.admins, directory=self.chat.directory)
        removed = [one for one in await self._own(place) if str(one.id) in _chosen(submission, REMOVE)]
        new: list[NewSource] = []
        faults: dict[str, str] = {}
        for name, typed in _typed(submission):
            if len(new) >= MOST_ADDED:
                faults[name] = _(TOO_MANY, most=MOST_ADDED)
                break
            try:
                new.append(await self.adding.checked(typed, place, submission.asker, (), without=removed))
            except (ChatError, NotAllowedError, UsageError) as error:
                said = error.sentence.replace("`", "")
                faults[name] = f"{typed[:LONGEST_OPTION]}: {said}" if name == ADD else said
        if not faults:
            for gone in removed:
                await self.adding.sources.remove(place.workspace, gone.id)
            for added in new:
                await self.start(await self.adding.sources.add(added, datetime.now(UTC)))
        return faults


def _to_add() -> Sequence[Field]:
    told = _(
        "Addresses of websites, sitemaps or folders at GitHub, folder:<name>, or links of files in Slack, one per line."
    )
    settled = _("Their resolved threads, as question and answer.")
    return [
        Field(ADD, _("Add"), "area", hint=told, optional=True),
        Field(CHANNELS, _("Add channels"), "channels", (), hint=settled, optional=True),
    ]


def _typed(submission: Submission) -> list[tuple[str, str]]:
    """Return what to add, each with its field."""
    lines = str(submission.answers.get(ADD) or "").splitlines()
    return [
        *((ADD, line.strip()) for line in lines if line.strip()),
        *((CHANNELS, f"#{one}") for one in _chosen(submission, CHANNELS)),
    ]


def _chosen(submission: Submission, name: str) -> Sequence[str]:
    chosen = submission.answers.get(name) or ()
    return (chosen,) if isinstance(chosen, str) else chosen
