"""The verdict on a run: whether each question was answered once, wholly, in its place and in its turn."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.db import tables
from bot.work.table import inbox
from tests.chaos.model import TAG, answer_to, file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.db.engine import Database
    from bot.playground.slack.records import MessageRecord
    from tests.chaos.model import RecordingModel
    from tests.chaos.people import People, Talk

LOOK_EVERY = 0.1  # seconds
IDLE = 60.0
DONE = 2  # the status of a row
END = 60  # characters of a text's two ends that a person gets to see


async def until_idle(database: Database) -> None:
    """Wait until no row of the inbox waits or runs."""
    unfinished = select(func.count()).where(inbox.c.status < DONE)
    async with asyncio.timeout(IDLE):
        while True:
            async with database.reader.connect() as connection:
                if not await connection.scalar(unfinished):
                    return
            await asyncio.sleep(LOOK_EVERY)  # the table belongs to other processes and tells nobody when it changes


async def faults(people: People, model: RecordingModel, database: Database) -> list[str]:
    """List everything that is not as it should be once all is quiet, an empty list for nothing."""
    visible = [fault for talk in people.talks for fault in faults_in_talk(people, talk)]
    asked = [fault for talk in people.talks for fault in faults_in_requests(model, talk)]
    return [*visible, *faults_in_channels(people), *asked, *await faults_in_database(people, database)]


def faults_in_talk(people: People, talk: Talk) -> Iterator[str]:
    """Compare what a thread shows with what was asked there."""
    thread = people.workspace.thread(talk.channel, talk.thread)
    said = [message for message in thread[1:] if message.user == people.workspace.bot.id]
    yield from faults_in_answers(talk, [message for message in said if not message.files])
    answers = [tag for tag in map(_tag, said) if tag in talk.tags]
    if list(dict.fromkeys(answers)) != [tag for tag in talk.tags if tag in answers]:
        yield f"talk {talk.number} asked {talk.tags} and was answered {answers}"
    files = sorted(file.name for message in said for file in message.files)
    if files != [file_of(tag) for tag in talk.tags if tag[0] == "c"]:
        yield f"talk {talk.number} has the files {files}"
    if people.workspace.workspace.session(talk.channel, talk.thread).status:
        yield f"talk {talk.number} still shows a status"


def faults_in_answers(talk: Talk, said: list[MessageRecord]) -> Iterator[str]:
    """Check that each question has its answer, whole and once, and that nothing else was said."""
    shown: dict[str, list[MessageRecord]] = defaultdict(list)
    for message in said:
        shown[_tag(message)].append(message)
    for tag in talk.tags:
        parts = shown.pop(tag, [])
        text = "".join(part.shown for part in parts)
        if not parts:
            yield f"{tag} has no answer"
        elif any(part.streaming for part in parts):
            yield f"{tag} is still being streamed"
        elif _bare(text) != _bare(_expected(tag)):
            yield f"{tag} has {len(parts)} messages that are not its answer: {brief(text)}"
    for tag, strays in shown.items():
        yield f"talk {talk.number} has {len(strays)} messages about {tag or 'nothing'}: {brief(strays[0].shown)}"


def faults_in_channels(people: People) -> Iterator[str]:
    """Look for the messages that threads of commands hang on: one for each command, and nothing else of the bot's."""
    roots: dict[str, list[MessageRecord]] = defaultdict(list)
    for channel in {talk.channel for talk in people.talks}:
        for message in people.workspace.workspace.messages(channel):
            if message.user == people.workspace.bot.id and not message.thread_ts:
                roots[_tag(message)].append(message)
    commands = [talk for talk in people.talks if talk.opening != "mention"]
    for talk in commands:
        if len(found := roots.pop(talk.tags[0], [])) != 1:
            yield f"{talk.tags[0]} opened {len(found)} threads"
        for tag in talk.unsure:
            found = roots.pop(tag, [])
            answers = [m for root in found for m in people.workspace.thread(root.channel, root.ts)[1:] if not m.files]
            if len(found) > 1 or [_bare(m.shown) for m in answers] != [_bare(_expected(tag))] * len(found):
                yield f"{tag} may have been taken, opened {len(found)} threads and has {len(answers)} answers"
    for tag, strays in roots.items():
        yield f"{len(strays)} messages outside of threads about {tag or 'nothing'}: {brief(strays[0].shown)}"


def faults_in_requests(model: RecordingModel, talk: Talk) -> Iterator[str]:
    """Check that the model read, with each question, all that had been said before in its thread."""
    for place, tag in enumerate(talk.tags):
        before = [[earlier] for earlier in talk.tags[:place] for _ in ("question", "answer")]
        for request in model.requests[tag]:
            told = [sorted(set(TAG.findall(text))) for _, text in request.turns]
            if told != [*before, [tag]]:
                yield f"the model was asked {tag} after {told[:-1]}"


async def faults_in_database(people: People, database: Database) -> list[str]:
    """Check the history of each thread, and that every row of the inbox is done."""
    turns = select(tables.ThreadRow.channel, tables.ThreadRow.thread, tables.MessageRow.role, tables.MessageRow.text)
    # What comes round by the clock may come while the bots stop, and then waits for their next start. That hides no
    # loss: whoever asks for the verdict has waited `until_idle` before, which such a row would have kept from ending.
    later = (inbox.c.kind.startswith("every:")) & (inbox.c.status == 0) & (inbox.c.attempts == 0)
    history: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    async with database.reader.connect() as connection:
        for row in await connection.execute(turns.join(tables.MessageRow).order_by(tables.MessageRow.id)):
            history[row.channel, row.thread].append((row.role, row.text))
        left = (await connection.execute(select(inbox).where(inbox.c.status != DONE, ~later))).all()
    found = [f"row {row.delivery} has status {row.status} after {row.attempts} attempts: {row.cause}" for row in left]
    for talk in people.talks:
        kept = history[talk.channel, talk.thread]
        wanted = [pair for tag in talk.tags for pair in (("user", tag), ("assistant", answer_to(tag)))]
        if [(role, text if role == "assistant" else "".join(TAG.findall(text))) for role, text in kept] != wanted:
            found.append(f"talk {talk.number} is remembered as {[(role, brief(text)) for role, text in kept]}")
    return found


def _expected(tag: str) -> str:
    ending = f"\n\nCode saved to {file_of(tag)}\n\n_Checked for syntax, not run._"
    return answer_to(tag) + (ending if tag[0] == "c" else "")


def _tag(message: MessageRecord) -> str:
    found = TAG.search(message.shown)
    return found[0] if found else ""


def _bare(text: str) -> str:
    """Drop the spaces: where a long text is split into messages, some are lost."""
    return "".join(text.split())


def brief(text: str) -> str:
    """Shorten a text to its two ends."""
    return repr(text if len(text) <= 2 * END else f"{text[:END]} … {text[-END:]}")
