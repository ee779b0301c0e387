"""What the chat platform's own search finds, beyond what the bot has heard itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PlatformMessage:
    """A message that the platform's search found, in a place that everybody in the workspace can read.

    The platform's terms allow neither to store nor to log it: it is for this one answer, then it is forgotten. Its
    `link` can be kept. `name` is the author's, `author` their id, "" where the platform gives none; `thread` is the id
    of the message that it hangs on, "" outside of threads. `text` is as a person reads it.
    """

    id: str
    channel: str
    channel_name: str
    author: str
    name: str
    text: str
    at: datetime
    link: str
    thread: str = ""
    is_bot: bool = False


class SearchGap(StrEnum):
    """Why the platform's search was not asked, or gave no answer."""

    NOT_GRANTED = "not_granted"  # the bot lacks the permission, which an admin can grant
    NOT_FRESH = "not_fresh"  # the platform searches only on behalf of a message that just came
    NOT_ALLOWED = "not_allowed"  # guests and outsiders can't search
    OFF = "off"  # the workspace's plan or its admins don't have it
    BUSY = "busy"  # the rate limit: of the workspace, or of the person
    FAILED = "failed"  # not reached, or not understood; the log says why
