"""Convert a message of Slack's history to the domain's `HistoryMessage`, with its author, files and reactions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.domain.message import HistoryMessage
from bot.slack.client.file_ref import remaining
from bot.slack.client.message_kinds import author_of, is_of_bot, string_of
from bot.slack.client.people import mention, mentioned, named

if TYPE_CHECKING:
    from collections.abc import Mapping


MOST_REACTIONS = 50


def said(message: Mapping[str, Any], words: str, names: Mapping[str, str], *, is_own: bool, us: str) -> HistoryMessage:
    """Convert a Slack message to ours; `words` is its flat text, `us` the bot's own user id."""
    files = remaining(message)
    author = author_of(message)
    profile = message.get("bot_profile")
    of_bot = message.get("username") or (profile.get("name") if isinstance(profile, dict) else "")
    listed = [f"[file: {file.name}]" for file in files]
    return HistoryMessage(
        id=str(message["ts"]),
        author=author,
        name=names.get(author) or str(of_bot or author),
        text="\n".join(filter(None, [named(words, names), *listed])),
        words=words,
        thread=string_of(message.get("thread_ts")),
        is_bot=is_of_bot(message),
        is_own=is_own,
        is_for_bot=bool(us) and words.lstrip().startswith(mention(us)),
        files=files,
        at=written_at(str(message["ts"])),
        reply_count=count if isinstance(count := message.get("reply_count"), int) else 0,
        reactions=reactions_of(message, us),
        names={mention(person): names[person] for person in mentioned(words) if person in names},
        last_reply=written_at(last) if (last := string_of(message.get("latest_reply"))) else None,
    )


def reactions_of(message: Mapping[str, Any], us: str) -> tuple[tuple[str, int], ...]:
    """Return how many people gave each reaction to a message, without the bot's own, ignoring skin tones."""
    found: dict[str, int] = {}
    listed = message.get("reactions")
    for one in listed[:MOST_REACTIONS] if isinstance(listed, list) else ():
        if not isinstance(one, dict) or not (name := string_of(one.get("name")).partition("::")[0]):
            continue
        users = people if isinstance(people := one.get("users"), list) else []
        count = told if isinstance(told := one.get("count"), int) else len(users)
        if (number := count - (us in users)) > 0:
            found[name] = found.get(name, 0) + number
    return tuple(found.items())


def written_at(ts: str) -> datetime:
    """Return when a message was written, by its `ts`; 1970 for what is none."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
