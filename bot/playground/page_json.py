"""What the page shows, in the page's own JSON, and what is typed there, in Slack's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.blocks import escape
from bot.playground.elements import buttons
from bot.playground.mrkdwn import blocks_html, mrkdwn_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.playground.records import File, Message
    from bot.playground.wire import Json

PREVIEW_BYTES = 20_000
PREVIEW = 4_000

_URL = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\"'\]]")


def shown_message(message: Message, names: Mapping[str, str]) -> Json:
    """Write a message for the page; `names` gives people and channels by their id."""
    # What a person typed is shown from its text; its blocks only repeat it.
    html = "" if message.client_msg_id else blocks_html(message.blocks, names)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts or None,
        "user": message.user,
        "html": html or mrkdwn_html(message.text, names),
        "text": message.text,
        "files": [_file(file) for file in message.files],
        "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions.items()],
        "streaming": message.streaming,
        "edited": bool(message.edited_ts),
        "ephemeral": bool(message.ephemeral_to),
        "blocks": message.blocks,
        "buttons": [_button(button) for button in buttons(message.blocks)],
    }


def as_typed(text: str, ids: Mapping[str, str]) -> str:
    """Write typed text as Slack's client puts it on the wire; `ids` gives the form of `@name` and `#channel`."""
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
        "mimetype": file.mimetype,
        "size": size,
        "url": f"/page/files/{file.id}",
        "preview": file.text[:PREVIEW] if is_text else None,
    }


def _button(button: Json) -> Json:
    text = button.get("text")
    return {
        "action_id": button["action_id"],
        "block_id": button["block_id"],
        "text": text.get("text", "") if isinstance(text, dict) else str(text or ""),
        "value": button.get("value") or "",
        "style": button.get("style") or "",
        "url": button.get("url") or "",
    }
