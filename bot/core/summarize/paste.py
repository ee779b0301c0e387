"""Summarize a text that was typed or pasted; it is kept, so that its run can be resumed or written again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.cancel import cancel_on
from bot.core.summarize.buttons import of_text
from bot.core.summarize.run import SummaryCheckpoint
from bot.core.summarize.text import MAX_OUTPUT, condensed, prompt, request
from bot.core.tokens import estimate_tokens
from bot.core.writing.notes import too_long, unapplied
from bot.core.writing.stream import write

if TYPE_CHECKING:
    from bot.core.domain.thread import FinishedAnswer
    from bot.core.summarize.context import SummaryContext


async def give_text(text: str, context: SummaryContext) -> FinishedAnswer:
    """Stream a summary of a text into an answer; one that is too long for a request is read in parts first.

    Raises a `ModelError`, `ChatError`.
    """
    run, model, checkpoint = context.run, context.model, context.checkpoint
    settings, reader = (
        await context.store.settings.load(run.source.place),
        await context.chat.directory.reader(run.place, run.person),
    )
    kept = SummaryCheckpoint(run, context.store.summary_runs)
    if not context.is_private or estimate_tokens(text) > model.facts.room(MAX_OUTPUT, settings):
        await context.store.summary_runs.begin(run)
        await kept.keep_text(text)
    asking = request("", run.place.opaque(run.person), settings)
    reading = condensed(text, asking, model=model, progress=context.progress, notes=kept)
    read, cut = await cancel_on(checkpoint.turn.cancelled, reading)
    return await write(
        request(prompt(read, run.wishes, reader.language), asking.person, settings),
        context.visible,
        model=model,
        checkpoint=checkpoint,
        controls=None if context.is_private else of_text(run, checkpoint.reference),
        notes=too_long(characters=cut) + unapplied(settings, model),
        is_first=True,
        is_private=context.is_private,
    )
