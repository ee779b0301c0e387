"""The work on an answer, as people see it beside the text: its thinking and its steps, as tasks or on one line."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.addresses import title_of
from bot.core.domain.tool import MOST_TITLE, StepState
from bot.core.literal import literal
from bot.language import _, ngettext
from bot.slack.outbound.broadcasts import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.domain.tool import SourceLink, Step

THOUGHT_LIMIT = 250  # characters of the thinking that people can unfold; Slack takes 256 in a task
MOST_STEPS = 20  # tasks; Slack takes 50 in a plan
MOST_SOURCES = 5  # of a step; an answer lists those that it cites itself
LONGEST_ADDRESS = 2_000
MOST_ON_LINE = 3  # steps
LINE_TITLE = 120  # characters of a step's title on a line
# A title is plain text. What Slack might take for a link or a mention in it all the same gets a space without width.
_LINK = re.compile(r"(?<=<)|(?<=:)(?=//)|(?<=\])(?=\()")


class Tasks:
    """The thinking and the steps, in the order in which they began, and what a stream shows of them.

    Slack replaces a task's title and status, and appends to the rest, so that the rest is sent once:
    https://github.com/openclaw/openclaw/pull/125168
    """

    def __init__(self) -> None:
        self._thought = Thought()
        self._steps: dict[str, Step] = {}
        self._after: dict[str, int] = {}  # how much text was there when each step began
        self._sent: dict[str, dict[str, Any]] = {}
        self._news: list[tuple[int, dict[str, Any]]] | None = []  # None where it has to be laid out

    def think(self, text: str) -> None:
        """Add a piece of thinking."""
        self._thought.take(text)
        self._news = None

    def step(self, step: Step, after: int) -> None:
        """Take in a step that begins after so much of the text, or how far an earlier one has come."""
        self._thought.end()
        self._steps[step.id] = step
        self._after.setdefault(step.id, after)
        self._news = None

    def end_thinking(self) -> None:
        """Take in that the text has begun."""
        if self._thought.is_running:
            self._thought.end()
            self._news = None

    def end(self) -> None:
        """Take in that the answer is over: a step that still runs has failed."""
        self.end_thinking()
        for step in self._steps.values():
            if step.state is StepState.RUNNING:
                self._steps[step.id] = replace(step, state=StepState.FAILED)
                self._news = None

    def news(self) -> Sequence[tuple[int, dict[str, Any]]]:
        """Return the tasks that a stream does not show yet as they are, each after how much of the text it stands."""
        if self._news is None:
            tasks = [*self._thought.task(), *_cards(list(self._steps.values()))]
            self._news = [news for task in tasks if (news := self._new(task))]
        return self._news

    def _new(self, task: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        shown = self._sent.get(task["id"])
        if shown is None:
            return self._after.get(task["id"], 0), task
        if (task["title"], task["status"]) == (shown["title"], shown["status"]):
            return None
        return 0, {key: value for key, value in task.items() if key not in shown or key in _REPLACED}

    def sent(self, pieces: Iterable[dict[str, Any]]) -> None:
        """Take in that a stream shows these pieces."""
        for piece in pieces:
            if piece["type"] == "task_update":
                self._sent[piece["id"]] = self._sent.get(piece["id"], {}) | piece
                self._news = None

    def line(self, *, only_running: bool = False) -> str:
        """Return the latest steps on one line of Markdown, "" for none."""
        steps = [one for one in self._steps.values() if one.state is StepState.RUNNING or not only_running]
        return " · ".join(f"_{_brief(step)}_" for step in steps[-MOST_ON_LINE:])


_REPLACED = {"type", "id", "title", "status"}


class Thought:
    """The thinking, as one task that is folded when it is over. It goes on where there is more of it after a step."""

    def __init__(self) -> None:
        self._text = ""
        self._began: float | None = None  # None while there is none
        self._seconds: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has begun and is not over."""
        return self._began is not None

    def take(self, text: str) -> None:
        """Add a piece."""
        self._began = time.monotonic() if self._began is None else self._began
        self._text += text[: THOUGHT_LIMIT - len(self._text)]

    def end(self) -> None:
        """Take in that it is over for now."""
        if self._began is not None:
            self._seconds = (self._seconds or 0.0) + time.monotonic() - self._began
            self._began = None

    def task(self) -> list[dict[str, Any]]:
        """Return it as a task, if there was any."""
        if self._began is not None:
            return [_task("thinking", _("Thinking…"), "in_progress")]
        if self._seconds is None:
            return []
        title = _("Thought for {seconds:,} s", seconds=max(1, round(self._seconds)))
        details = {"details": harmless(self._text).strip()[:THOUGHT_LIMIT]} if self._text.strip() else {}
        return [_task("thinking", title, "complete") | details]


def _task(task_id: str, title: str, status: str) -> dict[str, Any]:
    return {"type": "task_update", "id": task_id, "title": title, "status": status}


def _cards(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Lay steps out as tasks; those that are too many, as one."""
    shown, others = steps[:MOST_STEPS], steps[MOST_STEPS:]
    cards = [_card(step) for step in shown]
    if others:
        title = ngettext("And {count:,} more step", "And {count:,} more steps", len(others), count=len(others))
        states = {step.state for step in others}
        worst = next(state for state in (StepState.RUNNING, StepState.FAILED, StepState.DONE) if state in states)
        cards.append(_task("others", title, worst.value))
    return cards


def _card(step: Step) -> dict[str, Any]:
    """Lay a step out as a task; it shows its sources when it is over."""
    card = _task(step.id, _words(step.title), step.state.value)
    sources = [] if step.state is StepState.RUNNING else _sources(step.sources)
    if sources:
        card["sources"] = sources[:MOST_SOURCES]
    if rest := len(sources[MOST_SOURCES:]):
        card["output"] = ngettext("And {count:,} more source", "And {count:,} more sources", rest, count=rest)
    return card


def _sources(sources: Iterable[SourceLink]) -> list[dict[str, Any]]:
    texts: dict[str, str] = {}
    for source in sources:
        if source.url.startswith(("https://", "http://")) and len(source.url) <= LONGEST_ADDRESS:
            title = title_of(" ".join(source.title.split()), source.url)
            texts.setdefault(source.url, _words(title) or _words(source.url))
    return [{"type": "url", "url": url, "text": text} for url, text in texts.items()]


def _words(text: str) -> str:
    """Return a text as a title, in which nothing is a link."""
    words = _LINK.sub("\u200b", harmless(" ".join(text.split())))
    return words if len(words) <= MOST_TITLE else words[: MOST_TITLE - 1] + "…"


def _brief(step: Step) -> str:
    title = " ".join(harmless(step.title).split())
    title = literal(title if len(title) <= LINE_TITLE else title[: LINE_TITLE - 1] + "…")
    match step.state:
        case StepState.RUNNING:
            return f"{title} …"
        case StepState.FAILED:
            return _("{step} (failed)", step=title)
        case _:
            return title
