"""Decisions about posts, as they are saved: about one thing, or about several."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from bot.core.domain.feedback import FeedbackStatus
from bot.db.feedback.drafts import follow
from bot.db.feedback.questions import keep_missing
from bot.db.feedback.rows import COLUMNS, ROW, feedback_of, in_channel, parts_of, root_id
from bot.db.feedback.splits import keep_apart, parts_for, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Decision, Feedback
    from bot.core.domain.message import Place


async def decide(connection: AsyncConnection, place: Place, id_: int, decision: Decision) -> None:
    """Save a decision, unless the record was edited since it was read; a person's decision stays."""
    query = select(*COLUMNS).where(ROW.id == id_, *in_channel(place), ROW.waits).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return
    record, posts = feedback_of(row), (await parts_of(connection, [id_])).get(id_, ())
    if not record.part:
        record = await _split(connection, record, posts, decision)
    whole = record.with_parts(posts)
    is_as_read = (whole.text, whole.files) == (decision.text, decision.files)
    await _save(connection, whole, decision, waits=not is_as_read)


async def _split(
    connection: AsyncConnection, head: Feedback, posts: Sequence[Feedback], decision: Decision
) -> Feedback:
    """Bring the further records of a post up to date; return its own, with the words that it is about."""
    text, answers = said(head, posts), [one for one in posts if one.status is FeedbackStatus.ANSWER]
    if head.split_at is not None:
        return replace(head, excerpt=await keep_apart(connection, head, text))
    words = [one.text for one in decision.further]
    excerpt, parts = await parts_for(connection, head, text, words, decision.excerpt)
    for part, further in zip(parts, decision.further, strict=True):
        await _save(connection, part.with_parts(answers), further, waits=False)
    return replace(head, excerpt=excerpt)


async def _save(connection: AsyncConnection, whole: Feedback, decision: Decision, *, waits: bool) -> None:
    judged = decision.judgment
    values: dict[str, Any] = {
        "waits": waits,
        "sentiment": judged.sentiment,
        "area": judged.area,
        "summary": judged.summary,
        "language": judged.language,
        "confidence": judged.confidence,
        "evidence": judged.evidence,
        "given": judged.category,
        "version": ROW.version + 1,
        "changed_at": datetime.now(UTC),
    }
    if whole.status in {FeedbackStatus.WAITING, FeedbackStatus.OPEN, FeedbackStatus.IGNORED}:
        values["status"] = decision.status
    if not whole.corrected_by:
        values |= {"category": judged.category, "severity": judged.severity, "team": decision.team}
        root = None
        if judged.duplicate_of is not None:
            other = ROW.id == judged.duplicate_of, ROW.workspace == whole.workspace
            first = select(root_id).where(*other)
            root = (await connection.execute(first)).scalar_one_or_none()
        values |= {"duplicate_of": judged.duplicate_of, "root": root or whole.id}
    await connection.execute(update(ROW).where(ROW.id == whole.id).values(values))
    is_as_judged = not whole.corrected_by or whole.category == judged.category
    await keep_missing(connection, whole.place, whole.id, decision.missing if is_as_judged else ())
    await follow(connection, whole, wants_draft=decision.wants_draft)
