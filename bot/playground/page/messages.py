"""Messages in the page's own JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.page.blocks import attachments_html, blocks_html
from bot.playground.page.code import code_html, kind_of
from bot.playground.page.controls import parts_of
from bot.playground.page.mrkdwn import mrkdwn_html
from bot.playground.page.typed import typed
from bot.playground.page.unfinished import closed
from bot.playground.slack.elements import placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.playground.slack.records import File, MessageRecord
    from bot.playground.slack.wire import Json

PREVIEW_BYTES = 20_000
PREVIEW = 4_000


def shown_message(message: MessageRecord, names: Mapping[str, str], *, is_at_work: bool = False) -> Json:
    """Return a message as the page shows it; `names` maps ids of users and channels to names.

    `is_at_work`: the app is at work in its thread, so that the message may grow by edits, too.
    """
    # A typed message is shown from its text; its blocks only repeat it.
    blocks = _closed(message.blocks) if message.streaming or is_at_work else message.blocks
    html = "" if message.client_msg_id else blocks_html(blocks, names)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts or None,
        "user": message.user,
        "html": html or mrkdwn_html(message.text, names),
        "text": message.text,
        "typed": typed(message.text, names) if message.client_msg_id else "",
        "attachments": attachments_html(message.attachments, names),
        "files": [_file(file) for file in message.files if not file.is_deleted],
        "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions.items()],
        "streaming": message.streaming,
        "edited": bool(message.edited_ts),
        "ephemeral": bool(message.ephemeral_to),
        "blocks": message.blocks,
        "parts": parts_of(blocks, names) if any(True for _ in placed(blocks)) else [],
        "name": message.username,
        "answers": mrkdwn_html(message.answers, names) if message.answers else "",
    }


def _closed(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks of a message that is still being written: what is open in their texts ends for the moment."""
    return [block | {"text": closed(block["text"])} if block["type"] == "markdown" else block for block in blocks]


def _file(file: File) -> Json:
    size = len(file.content or b"")
    is_text = size <= PREVIEW_BYTES and b"\0" not in (file.content or b"") and not file.mimetype.startswith("image/")
    return {
        "id": file.id,
        "name": file.name,
        "kind": kind_of(file.name) or file.mimetype,
        "is_image": file.mimetype.startswith("image/"),
        "size": size,
        "url": f"/page/files/{file.id}",
        "preview": code_html(file.text[:PREVIEW], file_name=file.name) if is_text else None,
    }
