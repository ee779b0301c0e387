"""The records of posts that are about several things."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from bot.core.domain.classification import Example
from bot.core.domain.feedback import PAST, FeedbackStatus
from bot.core.triage.splitting import find, pairs, rest
from bot.db.feedback.drafts import withdraw
from bot.db.feedback.rows import COLUMNS, ROW, all_of, feedback_of, in_channel, of_post, parts_of
from bot.db.feedback.trackers import uncomment
from bot.db.threads import files_json
from bot.db.upsert import INSERT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Feedback
    from bot.core.domain.message import Place
    from bot.db.engine import Database

COPIED = ("workspace", "channel", "message", "person", "is_bot", "said_at", "permalink", "responded_at")


class SqlFeedbackSplits:
    """`bot.core.ports.feedback_splits.FeedbackSplits` on a database."""

    def __init__(self, database: Database) -> None:
        self._reader, self._writer = database.reader, database.writer

    async def of(self, place: Place) -> Sequence[Feedback]:
        """Return all records of a thread's post: first its own, then those of its further parts, past ones too."""
        return await all_of(self._reader, select(*COLUMNS).where(*of_post(place)).order_by(ROW.part))

    async def join(self, place: Place) -> Sequence[Feedback]:
        """Make one thing of a post, by a person's decision, and let it be sorted again; return the further records.

        Of several who do so at once, only one gets any.
        """
        async with self._writer.begin() as connection:
            head = await _locked(connection, place)
            ended = await _end(connection, await standing(connection, place), FeedbackStatus.JOINED)
            if ended:
                whole = {"excerpt": "", "waits": True, "split_at": datetime.now(UTC)}
                await connection.execute(update(ROW).where(ROW.id == head.id).values(whole))
        return await all_of(self._reader, select(*COLUMNS).where(ROW.id.in_(ended)).order_by(ROW.part))

    async def split(self, record: Feedback, words: str, known: Sequence[int]) -> Feedback | None:
        """Make a record of its own from words of a post, by a person's decision; it and the post wait to be sorted.

        `known` are the further records that were there when this was decided; returns None if there are others now.
        """
        now = datetime.now(UTC)
        async with self._writer.begin() as connection:
            head = await _locked(connection, record.place)
            if [one.id for one in await standing(connection, record.place)] != list(known):
                return None
            made = await _made(connection, head, words, waits=True, split_at=now)
            await connection.execute(update(ROW).where(ROW.id == head.id).values(waits=True, split_at=now))
        return made

    async def text(self, record: Feedback) -> str:
        """Return all words of a record's post, with those of the posts that belong to it, but no answers."""
        async with self._reader.connect() as connection:
            return said(record, (await parts_of(connection, [record.id])).get(record.id, ()))

    async def kept_whole(self, place: Place, limit: int) -> Sequence[Example]:
        """Return posts of a channel of which people said that they are about one thing, newest first."""
        part = aliased(ROW)
        apart = select(part.id).where(part.workspace == ROW.workspace, part.channel == ROW.channel)
        apart = apart.where(part.message == ROW.message, part.part > 0, part.status.not_in(PAST))
        query = select(ROW.text, ROW.category).where(*in_channel(place), ROW.part == 0, ROW.split_at.is_not(None))
        query = query.where(ROW.text != "", ~apart.exists()).order_by(ROW.split_at.desc()).limit(limit)
        async with self._reader.connect() as connection:
            return [Example(row.text, (row.category,)) for row in await connection.execute(query)]


def said(head: Feedback, posts: Sequence[Feedback]) -> str:
    """Return the words of a post with those of the posts that belong to it, but no answers."""
    return head.with_parts([one for one in posts if one.status is not FeedbackStatus.ANSWER]).text


async def standing(connection: AsyncConnection, place: Place, *, locks: bool = False) -> list[Feedback]:
    """Return the further records of a post that are still some, in their order; `locks` them against changes."""
    query = select(*COLUMNS).where(*of_post(place), ROW.part > 0, ROW.status.not_in(PAST)).order_by(ROW.part)
    return [feedback_of(row) for row in await connection.execute(query.with_for_update() if locks else query)]


async def withdraw_further(connection: AsyncConnection, place: Place) -> None:
    """Withdraw the further records of a post that is gone; what became of the others is not told any more."""
    await _end(connection, await standing(connection, place), FeedbackStatus.WITHDRAWN)
    await connection.execute(update(ROW).where(*of_post(place), ROW.part > 0).values(summary=""))


async def parts_for(
    connection: AsyncConnection, head: Feedback, text: str, words: Sequence[str], excerpt: str
) -> tuple[str, list[Feedback]]:
    """Return what a post's record is about, and a record for each of the further things that the model found in it.

    What is about the same as before keeps its record. One that someone has dealt with also stays without the model, as
    long as its words stand in the post, whose `text` is. `excerpt` is what the model took the first thing to be.
    """
    there = await standing(connection, head.place, locks=True)
    same = pairs([one.text for one in there], words)
    found = [
        await _again(connection, there[same[number]], _told(head, said))
        if number in same
        else await _made(connection, head, said, waits=False)
        for number, said in enumerate(words)
    ]
    kept = {one.id for one in found}
    left = [one for one in there if one.id not in kept]
    stays = [one for one in left if one.is_dealt_with and find(one.text, text) is not None]
    await _end(connection, [one for one in left if one not in stays], FeedbackStatus.WITHDRAWN)
    if stays:
        spans = (find(one.text, text) for one in (*found, *stays))
        excerpt = rest(text, [span for span in spans if span is not None])
    await connection.execute(update(ROW).where(ROW.id == head.id).values(excerpt=excerpt))
    return excerpt, found


async def keep_apart(connection: AsyncConnection, head: Feedback, text: str) -> str:
    """Keep what a person made of a post, as far as it still stands in its text; return the words of its record."""
    parts = await standing(connection, head.place)
    excerpt, gone = without(text, parts)
    await _end(connection, gone, FeedbackStatus.WITHDRAWN)
    await connection.execute(update(ROW).where(ROW.id == head.id).values(excerpt=excerpt))
    return excerpt


def without(text: str, parts: Iterable[Feedback]) -> tuple[str, list[Feedback]]:
    """Return the words of a post that are not those of its parts, "" for all of them, and the parts that are gone."""
    found = [(one, find(one.text, text)) for one in parts]
    spans = [span for _, span in found if span is not None]
    return rest(text, spans) if spans else "", [one for one, span in found if span is None]


async def _locked(connection: AsyncConnection, place: Place) -> Feedback:
    query = select(*COLUMNS).where(*of_post(place), ROW.part == 0).with_for_update()
    return feedback_of((await connection.execute(query)).one())


async def _made(connection: AsyncConnection, head: Feedback, words: str, **more: Any) -> Feedback:  # noqa: ANN401 - columns
    last = select(func.max(ROW.part)).where(*of_post(head.place))
    values = {name: getattr(head, name) for name in COPIED} | _told(head, words) | more
    values |= {"part": (await connection.execute(last)).scalar_one() + 1, "changed_at": datetime.now(UTC)}
    new = INSERT[connection.dialect.name](ROW).values(values | {"status": FeedbackStatus.WAITING})
    return feedback_of((await connection.execute(new.returning(*COLUMNS))).one())


def _told(head: Feedback, words: str) -> dict[str, str | None]:
    """Return the columns of what a part says. It is searched for as its post, which has its words, too."""
    return {"text": words, "files": files_json(head.files)}


async def _again(connection: AsyncConnection, part: Feedback, values: dict[str, str | None]) -> Feedback:
    again = update(ROW).where(ROW.id == part.id).values(values).returning(*COLUMNS)
    return feedback_of((await connection.execute(again)).one())


async def _end(connection: AsyncConnection, parts: Sequence[Feedback], status: FeedbackStatus) -> list[int]:
    """Let records be past, with their drafts and without their words; return their ids."""
    ids = [one.id for one in parts]
    values = {"status": status, "waits": False, "version": ROW.version + 1, "changed_at": datetime.now(UTC)}
    values |= {"files": None, **dict.fromkeys(("text", "excerpt", "evidence"), "")}
    values |= {"summary": ""} if status is FeedbackStatus.WITHDRAWN else {}
    await connection.execute(update(ROW).where(ROW.id.in_(ids)).values(values))
    for one in parts:
        await withdraw(connection, one.workspace, one.id)
    await uncomment(connection, ids)
    return ids
