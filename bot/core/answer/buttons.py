"""Handle the buttons below an answer: regenerate, continue, rate, stop."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from bot.core.access import check_member
from bot.core.actions import CONTINUE, RATE, RATING_COMMENT, REGENERATE, STOP, TRY_AGAIN_LABEL, USED, thumbs
from bot.core.answer.answer import converse, draft, is_first
from bot.core.answer.stop_or_continue import is_continue
from bot.core.domain.control_value import AnswerRef, RatingComment
from bot.core.domain.interaction import Field, Form
from bot.core.domain.message import IncomingMessage, Message, Role
from bot.core.domain.people import Requester
from bot.core.domain.thread import FinishedAnswer, Record
from bot.core.ephemeral import send_ephemeral
from bot.core.writing.below import End
from bot.core.writing.kept_answer import kept, show
from bot.errors import NotAllowedError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from bot.core.domain.interaction import Action, Control, Submission
    from bot.core.domain.message import Place
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Chat, ChatDirectory, Checkpoint, Model, Store
    from bot.core.tools.toolbox import Toolbox
    from bot.core.writing.below import Below

    SendLater = Callable[[Place, Requester, str, str], Awaitable[None]]
    """Accepts a sentence for one person, to be sent after the platform was told that their input arrived.

    Once for the last parameter, the id of that input.
    """

COMMENT = "rating_comment"  # the field
GO_ON = "Go on exactly where you stopped."  # not for people: Claude is told this
UNKNOWN = N_("I no longer have the question behind this answer. Please ask again.")
NOT_REGENERATED = N_("I couldn't write a new answer.")
NOT_YOURS = N_("Only the person who asked or a workspace admin can do this.")
THANKS = N_("Thanks for the feedback.")


def below(question: Message, version: int = 0) -> Below:
    """Return the controls below the answer to a question; `version` counts how often it was regenerated."""

    def controls(end: End) -> Sequence[Control]:
        ref = AnswerRef(message=question.id, version=version)
        if end is End.EMPTY:
            return (REGENERATE.button(ref, label=_(TRY_AGAIN_LABEL)),)
        more = (CONTINUE.button(ref, style="primary"),) if end is End.CUT else ()
        return (*more, REGENERATE.button(ref), *thumbs(question.id))

    return controls


async def regenerate(
    action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat, toolbox: Toolbox
) -> Record:
    """Answer a question again, in place of its present answer, also in the history. Raises `ChatError`."""
    ref = REGENERATE.read(action)
    conversation = await store.threads.load(action.place)
    question, answered = find(conversation, ref.message)
    if question is None or answered is None:
        return await send_ephemeral(action.place, action.asker, _(UNKNOWN), answers=chat.answers)
    if not await may(action, question.author, chat.directory):
        return await send_ephemeral(action.place, action.asker, _(NOT_YOURS), answers=chat.answers)
    before = conversation.messages[: conversation.messages.index(question)]
    earlier = replace(conversation, messages=before)
    again = incoming(action, question)
    written = await rewrite(
        again,
        question,
        answered,
        earlier,
        version=ref.version + 1,
        checkpoint=checkpoint,
        model=model,
        chat=chat,
        toolbox=toolbox,
    )
    return rewritten(Record(action.place, action.asker.person), answered, written)


async def keep_earlier(
    action: Action, reason: str, *, checkpoint: Checkpoint, store: Store, chat: Chat
) -> Record | None:
    """Show the earlier answer again where no new one could be written, with the reason; None where there is neither.

    Raises `ChatError`.
    """
    ref = REGENERATE.read(action)
    question, answered = find(await store.threads.load(action.place), ref.message)
    if question is None or answered is None:
        return None
    asker = Requester(question.author, action.asker.home)
    text, end = (
        (f"{answered.text}\n\n_{_(NOT_REGENERATED)} {reason}_", End.WHOLE) if answered.text else (reason, End.EMPTY)
    )
    async with chat.answers.begin(action.place, asker, checkpoint, to=question.id, instead=answered.id) as visible:
        shown_as = await visible.replace(text, controls=below(question, ref.version + 1)(end))
    return rewritten(Record(action.place, action.asker.person), answered, FinishedAnswer(answered.text, shown_as))


def rewritten(record: Record, answered: Message, written: FinishedAnswer) -> Record:
    """Record what an answer was rewritten as, under a new id if the platform did not accept the edit."""
    changed = replace(answered, text=written.text)
    renamed = {answered.id: written.message_id} if written.message_id else {}
    return replace(
        record, calls=(*record.calls, *written.calls), rewritten=(*record.rewritten, changed), renamed=renamed
    )


async def rewrite(  # noqa: PLR0913 (what an answer is made of, and where it goes)
    incoming: IncomingMessage,
    question: Message,
    answered: Message,
    earlier: Conversation,
    *,
    version: int,
    checkpoint: Checkpoint,
    model: Model,
    chat: Chat,
    toolbox: Toolbox,
) -> FinishedAnswer:
    """Replace an answer with a new one to its question, which follows the `earlier` messages.

    What is said meanwhile keeps a turn of its own. Raises `ChatError`.
    """
    asker = Requester(question.author, incoming.home)
    async with chat.answers.begin(incoming.place, asker, checkpoint, to=question.id, instead=answered.id) as visible:
        if (before := kept(checkpoint)) is not None:
            return await show(before, visible)
        ready = await draft(incoming, question, earlier, model=model, chat=chat)
        return await converse(
            ready.request,
            visible,
            incoming=incoming,
            question=question,
            toolbox=toolbox.at(earlier).without_arrivals(),
            model=model,
            checkpoint=checkpoint,
            notes=ready.notes,
            controls=below(question, version),
            is_first=is_first(earlier),
        )


async def go_on(
    action: Action, *, checkpoint: Checkpoint, store: Store, model: Model, chat: Chat, toolbox: Toolbox
) -> Record:
    """Continue, in a new message, an answer that the output limit cut. Raises `ChatError`."""
    conversation = await store.threads.load(action.place)
    question, answered = find(conversation, CONTINUE.read(action).message)
    if question is None or answered is None:
        return await send_ephemeral(action.place, action.asker, _(UNKNOWN), answers=chat.answers)
    if was_continued(answered, conversation):
        return await send_ephemeral(action.place, action.asker, _(USED), answers=chat.answers)
    end = conversation.messages.index(answered) + 1
    request = Message(Role.USER, action.asker.person, GO_ON, f"{answered.id}:more")
    earlier = replace(conversation, messages=conversation.messages[:end])
    said = incoming(action, request)
    ready = await draft(said, request, earlier, model=model, chat=chat)
    async with chat.answers.begin(action.place, action.asker, checkpoint, to=action.message or answered.id) as visible:
        written = await converse(
            ready.request,
            visible,
            incoming=said,
            question=request,
            toolbox=toolbox.at(conversation),
            model=model,
            checkpoint=checkpoint,
            controls=below(request),
        )
    return written.record(action.place, request, began_with_bot=conversation.began_with_bot)


async def rate(action: Action, *, store: Store, send_later: SendLater) -> Form | None:
    """Save a user's rating of an answer; thank for a good one, ask what was wrong with a bad one."""
    rated, place = RATE.read(action), action.place
    await store.threads.rate(place, rated.question, action.asker.person, is_good=rated.rating == "good")
    if rated.rating == "good":
        await send_later(place, action.asker, _(THANKS), action.id)
        return None
    hint = _("My administrator can read this.")
    field = Field(COMMENT, _("What should be better?"), kind="area", optional=True, hint=hint)
    about = RatingComment(**asdict(place), question=rated.question)
    return RATING_COMMENT.form(_("What went wrong?"), (field,), about, submit=_("Send"))


async def comment(
    submission: Submission, *, store: Store, directory: ChatDirectory, send_later: SendLater
) -> Mapping[str, str]:
    """Save the comment on a bad rating. Raises `NotAllowedError`, `ChatError`."""
    about = RATING_COMMENT.read(submission)
    words = submission.answers.get(COMMENT, "")
    await check_member((about.place,), submission.asker.person, directory)
    await store.threads.rate(about.place, about.question, submission.asker.person, is_good=False, comment=str(words))
    await send_later(about.place, submission.asker, _(THANKS), submission.id)
    return {}


async def allow_stop(action: Action, chat: Chat) -> None:
    """Raise `NotAllowedError` unless the person may stop the answer; the button's value is who asked."""
    if not await may(action, STOP.read(action).person, chat.directory):
        raise NotAllowedError(_(NOT_YOURS))


async def may(action: Action, author: str, directory: ChatDirectory) -> bool:
    """Return whether a person may stop or replace an answer to `author`. Raises `ChatError`."""
    person = action.asker.person
    return person == author or (await directory.membership(action.place, person)).is_admin


def find(conversation: Conversation, identity: str) -> tuple[Message | None, Message | None]:
    """Return a question and its answer by the id of either; None for one that is gone."""
    asked: Message | None = None
    for message in conversation.messages:
        if message.role is Role.ASSISTANT and asked is not None and identity in {asked.id, message.id}:
            return (asked, message) if asked.text or asked.files else (None, None)
        if message.role is Role.USER and (asked is None or asked.id != identity):
            asked = message
    return None, None


def was_continued(answered: Message, conversation: Conversation) -> bool:
    """Return whether an answer was continued already, by a button or by a word."""
    following = conversation.messages[conversation.messages.index(answered) + 1 :][:1]
    return any(one.id == f"{answered.id}:more" or is_continue(one.text) for one in following)


def incoming(action: Action, question: Message) -> IncomingMessage:
    """Return a question as an incoming message, as if it arrived now."""
    return IncomingMessage(
        place=action.place,
        id=question.id,
        author=question.author,
        home=action.asker.home,
        text=question.text,
        is_direct=False,
        mentions_bot=True,
        addresses_other=False,
        files=question.files,
    )
