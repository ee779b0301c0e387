"""Messages in the page's own JSON, and typed text in Slack's format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.page.blocks import attachments_html, blocks_html
from bot.playground.page.code import code_html, kind_of
from bot.playground.page.controls import parts_of
from bot.playground.page.mrkdwn import mrkdwn_html
from bot.playground.page.unfinished import closed
from bot.playground.slack.blocks import escape, unescape
from bot.playground.slack.elements import placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.slack.records import File, MessageRecord
    from bot.playground.slack.wire import Json

PREVIEW_BYTES = 20_000
PREVIEW = 4_000

_BRACKET = re.compile(r"<(?P<inner>[^<>]+)>")
_URL = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\"'\]]")


def shown_message(message: MessageRecord, names: Mapping[str, str]) -> Json:
    """Return a message as the page shows it; `names` maps ids of users and channels to names."""
    # A typed message is shown from its text; its blocks only repeat it.
    blocks = _shown_blocks(message)
    html = "" if message.client_msg_id else blocks_html(blocks, names)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts or None,
        "user": message.user,
        "html": html or mrkdwn_html(message.text, names),
        "text": message.text,
        "typed": _typed(message.text, names) if message.client_msg_id else "",
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


def _shown_blocks(message: MessageRecord) -> list[Json]:
    """Return a message's blocks; in one that is still being written, the last text ends for the moment."""
    if not message.streaming:
        return message.blocks
    return [
        block | {"text": closed(block["text"])} if block["type"] == "markdown" else block for block in message.blocks
    ]


def _typed(text: str, names: Mapping[str, str]) -> str:
    """Return message text as a user would type it; the reverse of `as_typed`."""

    def plain(bracket: re.Match[str]) -> str:
        sign, who = bracket["inner"][0], bracket["inner"][1:].partition("|")[0]
        return f"{sign}{names.get(who, who)}" if sign in "@#" else bracket["inner"].partition("|")[0]

    return unescape(_BRACKET.sub(plain, text))


def as_typed(text: str, ids: Mapping[str, str]) -> str:
    """Return typed text as Slack's client sends it; `ids` maps `@name` and `#channel` to their wire format."""
    text = _URL.sub(lambda url: f"<{url[0]}>", escape(text))
    names = "|".join(re.escape(name) for name in sorted(ids, key=len, reverse=True))
    known = {name.casefold(): form for name, form in ids.items()}
    return re.sub(rf"(?<![\w/])(?:{names})(?!\w)", lambda name: known[name[0].casefold()], text, flags=re.IGNORECASE)


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
