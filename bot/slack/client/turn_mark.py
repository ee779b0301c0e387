"""The mark that says which turn a message of ours belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "parley_turn"  # the type of the metadata that says which turn a message belongs to


def mark(reference: str) -> dict[str, Any]:
    """Mark a message as a turn's, so that a second attempt finds it. Anyone in the workspace can read it."""
    return {"event_type": MARK, "event_payload": {"turn": reference}}


def mark_of(message: Mapping[str, Any]) -> str:
    """Return the reference of the turn that a message is marked with, "" for none."""
    match message.get("metadata"):
        case {"event_type": kind, "event_payload": {"turn": str(turn)}} if kind == MARK:
            return turn
        case _:
            return ""
