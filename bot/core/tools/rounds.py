"""Answer in rounds: ask the model, run the tools that it calls, ask again with what they returned.

       ┌────────────── results, what the asker said meanwhile ◀────────────┐
       ▼                                                                   │
    ask the model ── calls ──▶ keep them ──▶ run them (`run.py`) ──▶ keep the results
       │
       └─ no calls, or no more of them allowed ──▶ the answer, with its sources

What was paid for is kept in the turn's checkpoint, so another try of the turn goes on where this one ended. What the
platform does not allow to keep is not kept, nor is anything after it: such a round is asked for again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot import turn
from bot.core.cancel import cancel_on
from bot.core.domain.message import IncomingMessage, Message
from bot.core.domain.tool import Round, Step, ToolResult
from bot.core.ports.tools import Arrivals, ToolJournal
from bot.core.tools.evidence import Evidence, TellUnanswered
from bot.core.tools.progress import AnswerProgress, Asked, keep, kept
from bot.core.tools.run import ToolRunner
from bot.core.tools.tool import Tool, ToolContext
from bot.core.tools.unsearched import claims, is_first_search, said_unsearched
from bot.core.writing.ask import ModelAnswer, ask_once, shown
from bot.core.writing.known_addresses import add_round, addresses_of
from bot.core.writing.paragraphs import Paragraphs
from bot.core.writing.unlinking import Unlinking
from bot.errors import (
    ModelEmptyError,
    ModelError,
    ModelRejectedError,
    ModelStoppedError,
    ModelTooLargeError,
    ModelUnavailableError,
    OverBudgetError,
)
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.calls import Call
    from bot.core.addresses import Addresses
    from bot.core.domain.thread import RejectedFile
    from bot.core.ports import Answer, Completion, Model, Request

log = logging.getLogger(__name__)

SECONDS, TOTAL = 240.0, 600.0  # after which no more is looked up, and within which the answer has to be there
ADDED = "(Meanwhile, the person who asks added:)\n{text}"  # not for people: Claude is told this
STEERED = N_("I took in what you wrote meanwhile.")
NEXT = N_("I'll answer what you wrote meanwhile next.")
NO_WEB = N_(
    "I answered without the web, because Anthropic refused it for this bot's account or model. My administrator can "
    "turn web search on in the Claude Console; the log says more."
)
WITHOUT_WEB = N_("I answered this without the web. My administrator can find the reason in the log.")
TOO_MUCH = N_("What I looked up is too long to read at once. Please ask about less of it.")
TOO_LONG = "This was too long to read. Answer with what you have."  # not for people: Claude is told this
NO_TIME = "No time is left to look this up. Nothing was done."  # not for people: Claude is told this
SAY = "(The person has read nothing after these results. Tell them what came of it.)"  # not for people: as above
TOO_DEAR = N_("I answered without the web, because a search may cost more than the budget allows. {reason}")
OUT_OF_MONEY = N_("I stopped looking things up here. {reason}")

# An error that is about the web, or about tools at all.
_OF_TOOLS = re.compile(r"\btools?\b|web[ _-]?(?:search|fetch)", re.IGNORECASE)


@dataclass(frozen=True)
class Rounds:
    """Answers a question in rounds. `most`: rounds with calls, at most."""

    tools: Sequence[Tool[Any]]
    context: ToolContext
    question: IncomingMessage
    journal: ToolJournal
    arrivals: Arrivals
    unanswered: TellUnanswered
    most: int

    async def ask(
        self, request: Request, answer: Answer, *, model: Model, cancelled: asyncio.Event | None = None
    ) -> ModelAnswer:
        """Answer, as `bot.core.writing.ask.AskModel` says, within `TOTAL` seconds. Raises a `ModelError`."""
        asking = _Asking(self, request, answer, model, cancelled, await addresses_of(request))
        deadline = asyncio.timeout(TOTAL)
        try:
            async with deadline:
                return await asking.answer()
        except TimeoutError:
            if not deadline.expired():
                raise
            raise ModelUnavailableError("the rounds took too long", partial=asking.written()) from None


class _Asking:
    """One answer while it is asked for."""

    def __init__(
        self,
        rounds: Rounds,
        request: Request,
        answer: Answer,
        model: Model,
        cancelled: asyncio.Event | None,
        known: Addresses,
    ) -> None:
        self._rounds, self._request, self._answer, self._model = rounds, request, answer, model
        self._cancelled = cancelled
        self._checkpoint = rounds.context.checkpoint
        self._progress = kept(self._checkpoint)
        self._is_resumed = self._progress != AnswerProgress()  # and the API has not taken it in this try
        self._is_kept = True
        self._steps = {step.id: step for step in self._progress.steps}
        self._evidence = Evidence(self._progress.cited, self._progress.left_out, known)
        self._known = known
        self._text = Paragraphs(Unlinking(known, answer.write))
        self._notes: list[str] = []
        self._calls: tuple[Call, ...] = self._progress.calls
        self._refused: tuple[RejectedFile, ...] = ()
        self._until = _now() + SECONDS
        self._may_call = True  # in the request that is under way
        self._takes_text = False  # beside the newest results
        self._has_asked_again = False

    async def answer(self) -> ModelAnswer:
        """Go from round to round."""
        self._resume()
        while True:
            if self._progress.asked is not None:
                await self._run(self._progress.asked)
            try:
                completion = await self._ask()
            except OverBudgetError as error:
                if not self._may_answer_now(error):
                    return await self._over()
                continue
            except ModelEmptyError as error:
                if self._may_ask_again(error):
                    continue
                if not self._text.text.strip():
                    raise
                return await self._over(truncated=error.call is not None and error.call.stop_reason == "max_tokens")
            if not completion.content or not self._may_call:
                if not self._text.text.strip() and not self._evidence.is_held:
                    raise ModelEmptyError("no text in the last round", call=completion.call)
                return await self._over(truncated=completion.truncated)
            self._progress = replace(self._progress, asked=Asked.by(completion), unread=())
            await self._keep()

    def _resume(self) -> None:
        """Show again what an earlier try had come to."""
        for call in self._progress.calls:  # whatever becomes of this try, the ledger has them
            turn.note(call)
        for step in self._progress.steps:
            self._show(step)
        for one in self._progress.rounds:
            add_round(self._known, one)
        if self._progress.text:
            self._text.write(self._progress.text)

    @property
    def _may_go_on(self) -> bool:
        return len(self._progress.rounds) < self._rounds.most and _now() < self._until

    async def _ask(self) -> Completion:
        """Ask for the next part of the answer. Raises a `ModelError` whose `partial` is all that was streamed."""
        self._may_call = self._may_go_on
        request = replace(self._request, rounds=self._progress.rounds, may_call=self._may_call)
        listeners = replace(shown(request, self._answer), step=self._show, cite=self._evidence.cite)
        part = self._text.begin()
        write = self._evidence.begin(request.rounds, part)
        try:
            written = await ask_once(request, write, listeners, model=self._model, cancelled=self._cancelled)
        except ModelRejectedError as error:
            if error.partial or not self._may_change(error, request):
                raise self._failed(error) from None
            self._calls = (*self._calls, *((error.call,) if error.call else ()))
            return await self._ask()
        except ModelTooLargeError as error:
            if error.partial.strip() or not self._leave_out():
                error.own_sentence = _(TOO_MUCH) if request.rounds else ""
                raise self._failed(error) from None
            self._calls = (*self._calls, *((error.call,) if error.call else ()))
            return await self._ask()
        except ModelError as error:
            raise self._failed(error) from None
        self._evidence.end(part)
        self._text.close()
        self._is_resumed = False
        self._calls, self._refused = (*self._calls, *written.calls), (*self._refused, *written.refused)
        return written.completion

    def _may_change(self, error: ModelRejectedError, request: Request) -> bool:
        """Leave out what the API may reject: the rounds of an earlier try, or else the web; False if there is neither.

        Such rounds no longer fit if what comes before them has changed since, such as a prompt. What they wrote is not
        written again, because the journal knows of it; what people have seen stays.
        """
        if request.rounds and self._is_resumed:
            log.warning("asking again from the start: %s", error)
            self._progress, self._is_resumed = AnswerProgress(), False
            return True
        if request.web is None or request.rounds:
            return False
        log.warning("asking again without the web: %s", error)
        self._request = replace(self._request, web=None)
        self._note(_(NO_WEB) if _OF_TOOLS.search(str(error)) else _(WITHOUT_WEB))
        return True

    def _may_answer_now(self, error: OverBudgetError) -> bool:
        """Return whether an answer with what there is, or without the web, may cost less. Raises the error if not."""
        if not self._progress.rounds:
            if self._request.web is None:
                raise error
            self._request = replace(self._request, web=None)
            self._note(_(TOO_DEAR, reason=error.sentence))
            return True
        self._note(_(OUT_OF_MONEY, reason=error.sentence))
        if not self._may_call:
            self._leave_unread()
            return False
        self._until = _now()
        return True

    def _leave_unread(self) -> None:
        """Leave what the model was never asked with to its own turn."""
        unread = self._progress.unread
        if unread:
            self._show(Step(f"added {unread[-1].id}", _(NEXT)))
        read = tuple(message for message in self._progress.added if message not in unread)
        self._progress = replace(self._progress, added=read, unread=())

    def _leave_out(self) -> bool:
        """Take the newest results back, which are too long, so that the rest is answered; False if there are none."""
        *before, newest = self._progress.rounds or (Round(""),)
        if all(result.is_error for result in newest.results):
            return False
        left = tuple(ToolResult(one.call, TOO_LONG, is_error=True) for one in newest.results)
        self._progress = replace(self._progress, rounds=(*before, replace(newest, results=left)))
        self._until = _now()
        return True

    def _may_ask_again(self, error: ModelEmptyError) -> bool:
        """Return whether an answer that ended behind results without a word is asked for once more."""
        is_cut = error.call is None or error.call.stop_reason == "max_tokens"
        if is_cut or self._has_asked_again or not self._takes_text:
            return False
        self._has_asked_again, self._calls = True, (*self._calls, *((error.call,) if error.call else ()))
        *before, newest = self._progress.rounds
        said = "\n\n".join(filter(None, (newest.added, SAY)))
        self._progress = replace(self._progress, rounds=(*before, replace(newest, added=said)))
        return True

    def written(self) -> str:
        """Return all that was streamed."""
        self._text.close()
        return self._text.text

    def _failed(self, error: ModelError) -> ModelError:
        """Let an error tell all that was streamed; nothing, where another try goes on with the rounds that are kept."""
        self._text.close()
        if error.partial.strip() or not error.is_transient or not self._is_kept:
            error.partial = self._text.text
        return error

    async def _run(self, asked: Asked) -> None:
        """Run a round's calls, unless the time for them is over, and finish the round."""
        if _now() >= self._until:
            late = tuple(ToolResult(call.id, NO_TIME, is_error=True) for call in asked.calls)
            await self._finish(asked, late)
            return
        context = replace(self._rounds.context, has_read=bool(self._progress.rounds) or asked.has_searched)
        runner = ToolRunner(self._rounds.tools, self._rounds.journal, self._show)
        try:
            results = await cancel_on(self._cancelled, runner.run(asked.calls, context))
        except ModelStoppedError as error:
            raise self._failed(error) from None
        await self._finish(asked, results)

    async def _finish(self, asked: Asked, results: tuple[ToolResult, ...]) -> None:
        """Finish a round with what its calls returned and what was said meanwhile."""
        self._takes_text = bool(asked.calls) and not asked.takes_only_results
        new = () if asked.takes_only_results else await self._arrived()
        added = ADDED.format(text="\n\n".join(one.text for one in new)) if new else ""
        this = Round(asked.content, results, added)
        add_round(self._known, this)
        unsearched = claims(self._text.text) if is_first_search(self._progress.rounds, this) else 0
        self._progress = replace(
            self._progress,
            rounds=(*self._progress.rounds, this),
            asked=None,
            added=(*self._progress.added, *new),
            unread=new,
            unsearched=self._progress.unsearched + unsearched,
        )
        self._is_kept = self._is_kept and all(result.is_storable for result in results)
        await self._keep()

    async def _arrived(self) -> tuple[Message, ...]:
        """Return what the asker said since the last look, and show that it was taken in."""
        known = {message.id for message in self._progress.added}
        new = tuple(
            message for message in await self._rounds.arrivals(self._rounds.question) if message.id not in known
        )
        if new:
            self._show(Step(f"added {new[-1].id}", _(STEERED)))
        return new

    def _show(self, step: Step) -> None:
        self._steps[step.id] = step
        self._evidence.show(step)
        self._answer.step(step)

    async def _keep(self) -> None:
        """Keep what was done so far for another try, as far as it may be kept."""
        self._progress = replace(
            self._progress,
            text=self._text.text,
            steps=tuple(self._steps.values()),
            cited=self._evidence.cited,
            left_out=self._evidence.left_out,
            calls=self._calls,
        )
        if self._is_kept:
            await keep(self._progress, self._checkpoint)

    def _note(self, note: str) -> None:
        self._notes = [*dict.fromkeys((*self._notes, note))]

    async def _over(self, *, truncated: bool = False) -> ModelAnswer:
        """Return the answer with its sources, and notes on why it ends here."""
        if unknown := await self._evidence.unknown(self._rounds.unanswered, self._rounds.context):
            self._text.begin()(unknown)
            self._text.close()
        listed, missing = self._evidence.ending()
        unsearched = said_unsearched(self._rounds.tools, self._progress, "" if listed else self._text.text)
        notes = [*filter(None, (missing, unsearched, *self._notes, _(STEERED) if self._progress.added else ""))]
        ending = listed + "".join(f"\n\n_{one}_" for one in notes)
        return ModelAnswer(self._text.text, truncated, self._calls, self._refused, ending, self._progress.added)


def _now() -> float:
    return asyncio.get_running_loop().time()
