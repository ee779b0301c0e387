"""The operator's prefix of the slash commands, where another app has one of their names.

People type and read it; the bot's own rules and sentences know the commands by the names in `bot.core.commands`. So it
is taken off where input comes in, and put in where text goes out: between the use cases and the platform.
"""

from __future__ import annotations

import re
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.commands import COMMANDS, PARLEY
from bot.core.domain.interaction import Button, Form, Section
from bot.core.ports import Chat, Intake
from bot.errors import NotAllowedError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from bot.core.domain.command import Command
    from bot.core.domain.interaction import Action, Control, Submission
    from bot.core.domain.message import IncomingMessage, MessageEdit, MessageUpdate, Place
    from bot.core.domain.people import Requester
    from bot.core.ports import Answer, ChatAnswers, ChatPosts, ChatViews, Checkpoint, InteractionIntake, MessageIntake

NAMES = "|".join(one.name for one in COMMANDS)
IN_CODE = re.compile(rf"(?<=`)/(?=(?:{NAMES})[` ])")  # `/code` and `/code Go`
ANYWHERE = re.compile(rf"(?<![^\s(`“„*])/(?=(?:{NAMES})(?![\w/-]))")
FENCE = "```"


class CommandPrefix:
    """Puts the prefix into texts, and takes it off."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._typed = re.compile(rf"(?<![\w/-])/{re.escape(prefix)}(?=(?:{NAMES})(?![\w/-]))")

    def in_code(self, text: str) -> str:
        """Put it into a text in which others may have their words: only where code is marked, outside blocks of it."""
        parts = text.split(FENCE)
        parts[::2] = [IN_CODE.sub(f"/{self._prefix}", part) for part in parts[::2]]
        return FENCE.join(parts)

    def anywhere(self, text: str) -> str:
        """Put it into a text of ours."""
        parts = text.split(FENCE)
        parts[::2] = [ANYWHERE.sub(f"/{self._prefix}", part) for part in parts[::2]]
        return FENCE.join(parts)

    def first_taken_off(self, text: str) -> str:
        """Take it off the command that a message begins with."""
        found = self._typed.match(text, len(text) - len(text.lstrip()))
        return f"/{text[found.end() :]}" if found else text

    def taken_off(self, text: str) -> str:
        """Take it off all commands that a text names."""
        return self._typed.sub("/", text)

    def form(self, form: Form) -> Form:
        """Put it into what a form says; what is filled in stays."""
        fields = tuple(
            replace(
                one,
                label=self.anywhere(one.label),
                hint=self.anywhere(one.hint),
                options=tuple((choice, self.anywhere(label)) for choice, label in one.options),
            )
            for one in form.fields
        )
        return replace(form, title=self.anywhere(form.title), fields=fields)

    def controls(self, controls: Sequence[Control]) -> Sequence[Control]:
        """Put it into what buttons ask."""
        return tuple(
            replace(one, confirm=self.anywhere(one.confirm)) if isinstance(one, Button) else one for one in controls
        )

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Put it into the sentences of refusals."""
        try:
            yield
        except (NotAllowedError, UsageError) as error:
            raise type(error)(self.anywhere(error.sentence)) from None


def prefixed_chat(chat: Chat, prefix: str) -> Chat:
    """Return a platform on which people read the commands with a prefix."""
    if not prefix:
        return chat
    names = CommandPrefix(prefix)
    return replace(
        chat,
        answers=PrefixedAnswers(chat.answers, names),
        posts=PrefixedPosts(chat.posts, names),
        views=PrefixedViews(chat.views, names),
    )


def prefixed_intake(intake: Intake, prefix: str) -> Intake:
    """Return an intake for people who type the commands with a prefix."""
    if not prefix:
        return intake
    names = CommandPrefix(prefix)
    return Intake(PrefixedMessages(intake.messages, names), PrefixedInteractions(intake.interactions, names))


class PrefixedAnswer:
    """Implements `Answer`; what the model writes stays as it is."""

    def __init__(self, answer: Answer, names: CommandPrefix, put: Callable[[str], str]) -> None:
        self._answer, self._names, self._put = answer, names, put
        self.write, self.think, self.step, self.withdraw = answer.write, answer.think, answer.step, answer.withdraw

    def progress(self, text: str, *, controls: Sequence[Control] = ()) -> None:
        """Implement the port."""
        self._answer.progress(self._put(text), controls=self._names.controls(controls))

    async def finish(self, ending: str = "", *, footer: str = "", controls: Sequence[Control] = ()) -> str:
        """Implement the port."""
        controls = self._names.controls(controls)
        return await self._answer.finish(self._put(ending), footer=self._put(footer), controls=controls)

    async def replace(
        self, text: str, *, footer: str = "", controls: Sequence[Control] = (), for_now: bool = False
    ) -> str:
        """Implement the port."""
        text, footer, controls = self._put(text), self._put(footer), self._names.controls(controls)
        return await self._answer.replace(text, footer=footer, controls=controls, for_now=for_now)


class PrefixedAnswers:
    """Implements `ChatAnswers`."""

    def __init__(self, answers: ChatAnswers, names: CommandPrefix) -> None:
        self._answers, self._names = answers, names

    def begin(
        self, place: Place, asker: Requester, checkpoint: Checkpoint, *, to: str, instead: str = "", title: str = ""
    ) -> AbstractAsyncContextManager[Answer]:
        """Implement the port."""
        begun = self._answers.begin(place, asker, checkpoint, to=to, instead=instead, title=title)
        return self._wrapped(begun, self._names.in_code)

    def ephemeral(
        self, place: Place, asker: Requester, checkpoint: Checkpoint | None = None
    ) -> AbstractAsyncContextManager[Answer]:
        """Implement the port."""
        return self._wrapped(self._answers.ephemeral(place, asker, checkpoint), self._names.anywhere)

    async def open_thread(self, place: Place, text: str, checkpoint: Checkpoint) -> Place:
        """Implement the port."""
        return await self._answers.open_thread(place, self._names.in_code(text), checkpoint)

    @asynccontextmanager
    async def _wrapped(
        self, begun: AbstractAsyncContextManager[Answer], put: Callable[[str], str]
    ) -> AsyncIterator[Answer]:
        async with begun as answer:
            yield PrefixedAnswer(answer, self._names, put)


class PrefixedPosts:
    """Implements `ChatPosts`."""

    def __init__(self, posts: ChatPosts, names: CommandPrefix) -> None:
        self._posts, self._names = posts, names
        self.react, self.upload, self.open_direct = posts.react, posts.upload, posts.open_direct
        self.remove_control, self.delete = posts.remove_control, posts.delete

    async def post(
        self,
        place: Place,
        text: str,
        checkpoint: Checkpoint,
        *,
        key: str,
        controls: Sequence[Control] = (),
        to: Sequence[str] = (),
        last_look: Callable[[], Awaitable[None]] | None = None,
    ) -> str:
        """Implement the port."""
        text, controls = self._names.in_code(text), self._names.controls(controls)
        return await self._posts.post(place, text, checkpoint, key=key, controls=controls, to=to, last_look=last_look)

    async def edit(
        self, place: Place, message: str, text: str, checkpoint: Checkpoint, *, controls: Sequence[Control] = ()
    ) -> None:
        """Implement the port."""
        text, controls = self._names.in_code(text), self._names.controls(controls)
        await self._posts.edit(place, message, text, checkpoint, controls=controls)


class PrefixedViews:
    """Implements `ChatViews`."""

    def __init__(self, views: ChatViews, names: CommandPrefix) -> None:
        self._views, self._names = views, names

    async def show_home(self, place: Place, person: str, sections: Sequence[Section]) -> None:
        """Implement the port."""
        named = [replace(one, text=self._names.anywhere(one.text)) for one in sections]
        await self._views.show_home(place, person, named)

    async def show_form(self, place: Place, form_id: str, form: Form) -> None:
        """Implement the port."""
        await self._views.show_form(place, form_id, self._names.form(form))


class PrefixedMessages:
    """Implements `MessageIntake`: a message can begin with a command."""

    def __init__(self, messages: MessageIntake, names: CommandPrefix) -> None:
        self._messages, self._names = messages, names
        self.stop = messages.stop

    async def hear(self, incoming: IncomingMessage) -> None:
        """Implement the port."""
        await self._messages.hear(replace(incoming, text=self._names.first_taken_off(incoming.text)))

    async def change(self, changed: MessageEdit) -> None:
        """Implement the port."""
        await self._messages.change(self._of(changed))

    async def update(self, updated: MessageUpdate, changed: MessageEdit | None) -> None:
        """Implement the port."""
        incoming = updated.incoming
        updated = replace(updated, incoming=replace(incoming, text=self._names.first_taken_off(incoming.text)))
        await self._messages.update(updated, changed and self._of(changed))

    def _of(self, changed: MessageEdit) -> MessageEdit:
        return replace(changed, text=self._names.first_taken_off(changed.text)) if changed.text else changed


class PrefixedInteractions:
    """Implements `InteractionIntake`."""

    def __init__(self, interactions: InteractionIntake, names: CommandPrefix) -> None:
        self._interactions, self._names = interactions, names
        self.visit, self.speak_to = interactions.visit, interactions.speak_to

    async def take(self, command: Command) -> None:
        """Implement the port."""
        with self._names.refusing():
            await self._interactions.take(self._of(command))

    async def open(self, command: Command) -> Form | None:
        """Implement the port."""
        with self._names.refusing():
            form = await self._interactions.open(self._of(command))
        return form and self._names.form(form)

    async def on_action(self, action: Action) -> Form | None:
        """Implement the port."""
        with self._names.refusing():
            form = await self._interactions.on_action(action)
        return form and self._names.form(form)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Implement the port."""
        with self._names.refusing():
            faults = await self._interactions.submit(submission)
        return {name: self._names.anywhere(fault) for name, fault in faults.items()}

    def _of(self, command: Command) -> Command:
        """Read the names of commands that `/parley` is given, as by `set commands_off`."""
        is_named = command.name == PARLEY.name
        return replace(command, text=self._names.taken_off(command.text)) if is_named else command
