"""Summarize files: texts of any length, images and PDFs as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.attachments.attach import attach, looked_up
from bot.core.cancel import cancel_on
from bot.core.documents.identify import IMAGES, with_type
from bot.core.documents.kinds import PDF
from bot.core.domain.thread import FinishedAnswer
from bot.core.summarize.buttons import of_text
from bot.core.summarize.run import SummaryCheckpoint
from bot.core.summarize.text import MAX_OUTPUT, condensed, file_prompt, prompt, request
from bot.core.writing.notes import too_long, unapplied
from bot.core.writing.stream import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.domain.message import FileRef
    from bot.core.summarize.context import SummaryContext

WHOLE = 10_000_000  # tokens: a text is read whole here, and its parts separately


async def give_files(files: Sequence[FileRef], context: SummaryContext) -> FinishedAnswer:
    """Stream a summary of files into an answer; say which of them can't be read. Raises a `ModelError`, `ChatError`."""
    run, visible, checkpoint, store, model, chat = (
        context.run,
        context.visible,
        context.checkpoint,
        context.store,
        context.model,
        context.chat,
    )
    place = run.source.place
    settings, reader = await store.settings.load(place), await chat.directory.reader(place, run.person)
    files = [with_type(file) for file in await looked_up(files, place, chat)]
    as_they_are = [file for file in files if file.media_type in {PDF, *IMAGES}]
    attached = await attach(as_they_are, place, model.facts.room(MAX_OUTPUT, settings), chat, can_wait=True)
    texts = await attach([file for file in files if file not in as_they_are], place, WHOLE, chat, can_wait=True)
    if not attached.files and not texts.files:
        return FinishedAnswer("", await visible.replace(" ".join((*attached.faults, *texts.faults))))
    asking = request("", run.place.opaque(run.person), settings)
    whole = "\n\n".join(
        "\n\n".join(filter(None, (one.name, one.context, one.data.decode())))
        for one in (file.attachment for file in texts.files)
    )
    pictures = tuple(picture for file in texts.files for picture in file.pictures)
    kept = SummaryCheckpoint(run, store.summary_runs)
    beside = sum(one.tokens for one in (*attached.attachments, *pictures)) if whole else 0
    reading = condensed(whole, asking, model=model, progress=context.progress, notes=kept, beside=beside)
    text, cut = await cancel_on(checkpoint.turn.cancelled, reading)
    wanted = prompt(text, run.wishes, reader.language) if text else file_prompt(run.wishes, reader.language)
    notes = too_long(characters=cut) + attached.told + texts.told
    asking = request(wanted, asking.person, settings, (*attached.attachments, *pictures))
    return await write(
        asking,
        visible,
        model=model,
        checkpoint=checkpoint,
        controls=of_text(run, checkpoint.reference),
        notes=notes + unapplied(settings, model),
        is_first=True,
    )
