"""How much of a message is read: more than Slack lets anyone write, but no more than the event loop has time for.

https://docs.slack.dev/reference/methods/chat.postMessage#truncating: Slack cuts a text at 40,000 characters. Blocks and
attachments have no such limit in all, and a delivery may have a megabyte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 60_000  # characters of a text; of all blocks together, and of all attachments
CLIPPED = "[The rest of this message is too long, and was not read.]"  # not for people: Claude reads it

_THING = 20  # characters that an object or a list counts for, since each takes time, too
_DEEPEST = 50  # levels of objects and lists
_READ = ("text", "blocks", "attachments")
_MARK = "is_clipped"


def clipped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message clipped to what is read; `is_clipped` says whether something was cut."""
    if is_clipped(message):
        return message
    parts = {name: _Part(message[name]) for name in _READ if name in message}
    if not any(part.is_over for part in parts.values()):
        return message
    return {**message, **{name: part.kept for name, part in parts.items()}, _MARK: True}


def is_clipped(message: Mapping[str, Any]) -> bool:
    """Return whether a message was clipped."""
    return message.get(_MARK) is True


def clipped_event(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message's event with it, its new and its old version clipped."""
    inside = {
        name: clipped(one) for name in ("message", "previous_message") if isinstance(one := event.get(name), dict)
    }
    return {**clipped(event), **inside}


class _Part:
    """One part of a message: the beginning that is `kept`; `is_over`: something was cut."""

    def __init__(self, whole: object) -> None:
        self._room = LONGEST
        self.is_over = False
        self.kept = self._keep(whole, 0)

    def _keep(self, thing: object, depth: int) -> object:
        if isinstance(thing, str):
            self.is_over |= len(thing) > self._room
            kept = thing[: self._room]
            self._room -= len(kept)
            return kept
        if not isinstance(thing, dict | list):
            return thing
        self._room = max(0, self._room - _THING)
        if depth > _DEEPEST:
            return None
        if isinstance(thing, list):
            return [self._keep(one, depth + 1) for one in thing if self._has_room()]
        return {name: self._keep(one, depth + 1) for name, one in thing.items() if self._has_room()}

    def _has_room(self) -> bool:
        self.is_over |= not self._room
        return bool(self._room)
