"""The thinking before an answer, as people see it: a task that is folded when it is over."""

from __future__ import annotations

import time
from typing import Any

from bot.language import _
from bot.slack.outbound.broadcasts import harmless

THOUGHT_LIMIT = 250  # characters of the thinking that people can unfold; Slack takes 256 in a task


class Thought:
    """The thinking before an answer, as the task that a stream shows of it."""

    def __init__(self) -> None:
        self._text = ""
        self._began = 0.0
        self._shown = False
        self._is_over = False

    def take(self, text: str) -> None:
        """Add a piece of thinking."""
        self._began = self._began or time.monotonic()
        self._text += text[: THOUGHT_LIMIT - len(self._text)]

    def chunks(self, *, is_over: bool) -> list[dict[str, Any]]:
        """Return what there is to show of it by now; it is over when the answer begins."""
        if not self._began or self._is_over or (self._shown and not is_over):
            return []
        self._shown, self._is_over = True, is_over
        if not is_over:
            return [{"type": "task_update", "id": "thinking", "title": _("Thinking…"), "status": "in_progress"}]
        title = _("Thought for {seconds:,} s", seconds=max(1, round(time.monotonic() - self._began)))
        details = {"details": harmless(self._text).strip()[:THOUGHT_LIMIT]} if self._text.strip() else {}
        return [{"type": "task_update", "id": "thinking", "title": title, "status": "complete", **details}]
