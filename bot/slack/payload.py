"""The shape that every payload must have, over HTTP as over a socket, before a listener sees it."""

from __future__ import annotations

import re

COMMAND_FIELDS = ("channel_id", "user_id")
IDS = ("team_id", "channel_id", "user_id", "event_id", "team", "channel", "user", "user_team", "ts", "thread_ts")
ID = re.compile(r"[!-~]{0,100}")  # Slack's have some 20 characters


def check(body: object) -> None:
    """Hold a payload to the shape that Bolt and the listeners rely on. Raises `ValueError`."""
    if not isinstance(body, dict) or not isinstance(event := body.get("event", {}), dict):
        raise ValueError("neither an event nor a form")  # noqa: TRY004 - it is the sender's value
    if "command" in body and not all(isinstance(body.get(name), str) for name in ("command", *COMMAND_FIELDS)):
        raise ValueError("half a command")
    for found in (where.get(name) for where in (body, event) for name in IDS):
        value = found.get("id") if isinstance(found, dict) else found
        if isinstance(value, str) and not ID.fullmatch(value):
            raise ValueError("an id that is none")
