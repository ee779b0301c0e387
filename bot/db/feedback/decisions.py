"""Decisions about posts, as they are saved: about one thing, or about several."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from bot.core.domain.feedback import FeedbackStatus
from bot.db.feedback.drafts import follow
from bot.db.feedback.questions import keep_missing
from bot.db.feedback.rows import COLUMNS, ROW, feedback_of, in_channel, parts_of, root_id
from bot.db.feedback.splits import keep_apart, part_of, withdraw_further

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.core.domain.feedback import Decision, Feedback
    from bot.core.domain.message import Place


async def decide(connection: AsyncConnection, place: Place, id_: int, decision: Decision) -> None:
    """Save a decision, unless the record was edited since it was read; a person's decision stays."""
    query = select(*COLUMNS).where(ROW.id == id_, *in_channel(place), ROW.waits).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return
    whole = feedback_of(row).with_parts((await parts_of(connection, [id_])).get(id_, ()))
    await _save(connection, whole, decision)
    if whole.part:
        return
    if whole.split_at is not None:
        await keep_apart(connection, whole)
        return
    await connection.execute(update(ROW).where(ROW.id == id_).values(excerpt=decision.excerpt))
    for part, further in enumerate(decision.further, start=1):
        await _save(connection, await part_of(connection, whole, part, further.text), further)
    await withdraw_further(connection, whole.place, beyond=len(decision.further))


async def _save(connection: AsyncConnection, whole: Feedback, decision: Decision) -> None:
    judged = decision.judgment
    values: dict[str, Any] = {
        "waits": whole.text != decision.text or (not whole.part and whole.files != decision.files),
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
