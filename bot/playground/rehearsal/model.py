"""The rehearsal model: deterministic and local, so that every command can be tried without an account."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.playground.anthropic.models import find_model
from bot.playground.anthropic.reply import Event, ModelRequest, TextDelta, ThinkingDelta
from bot.playground.anthropic.rules import is_thinking
from bot.playground.rehearsal.code import load_templates, write_code
from bot.playground.rehearsal.conversation import converse
from bot.playground.rehearsal.form import fill, plain
from bot.playground.rehearsal.revision import files_in, revise
from bot.playground.rehearsal.summary import digest, lines_of, merge
from bot.playground.rehearsal.text import central, shorten, tagged, themes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.rules import Json

SHOWN_OF_PROMPT = 60  # characters
KEPT_OF_THREAD = 4_000  # characters
NOTICE = "Rehearsal model, not Claude: simple rules on this machine wrote this."

LOST = "I no longer find where I stopped: ask again for the whole."

_GOES_ON = re.compile(
    r"(?:\A|: )(?:Your answer broke off at the length limit\. )?Go on exactly where (?:you|it) stopped"
)
_CODE = re.compile(r"(?:\A|: )/code\s+(?P<request>.+)", re.DOTALL)
_PIECE = re.compile(r"\s*\S+\s*|\s+")
_ASKS_SUMMARY = re.compile(r"\bsumm", re.IGNORECASE)
_MARKUP = re.compile(r"[_*~`<>\[\]|\\]")


class Rehearsal:
    """A `Responder` that stands in for Claude, by simple rules.

    `pace` is in words per second, 0 for as fast as they can be sent.
    """

    def __init__(self, pace: float = 60) -> None:
        self._pause = 1 / pace if pace else 0.0
        self._templates = load_templates()

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer word by word; with thinking enabled, think first."""
        if _thinks(asked):
            yield ThinkingDelta("I look for the rule that fits.")
        # In a thread, because a text of several megabytes takes a while.
        answer = await asyncio.to_thread(self.answer, asked)
        for piece in _PIECE.findall(answer):
            if self._pause:
                await asyncio.sleep(self._pause)
            yield TextDelta(piece)

    def answer(self, asked: ModelRequest) -> str:
        """Return the answer to a request, by its kind."""
        text = asked.text
        if _GOES_ON.search(text):
            return self._rest(asked)
        if asked.schema is not None:
            return json.dumps(_form(asked.schema, text), ensure_ascii=False)
        if isinstance(thread := tagged(text, "thread"), dict):
            # A running summary of the thread, which no one sees.
            return condense(thread)
        if document := plain(tagged(text, "document")) or attached_text(asked):
            written = summarize(document)
        elif request := plain(tagged(text, "request")):
            written = write_code(request, self._templates)
        elif files := files_in(asked.turns):
            written = revise(text, files)
        else:
            written = converse(asked.turns) + unseen(asked)
        return f"{notice(asked)}\n\n{written}"

    def _rest(self, asked: ModelRequest) -> str:
        """Return the rest of an answer that `max_tokens` cut: the whole answer, from where it stopped."""
        *before, (_, begun), _ = asked.turns if len(asked.turns) > 1 else [("assistant", ""), ("user", "")]
        number = next((n for n in reversed(range(len(before))) if not _GOES_ON.search(before[n][1])), None)
        if number is None or before[number][0] != "user":
            return LOST
        if request := _CODE.search(before[number][1]):
            whole = f"{notice(asked)}\n\n{write_code(request['request'], self._templates)}"
        else:
            whole = self.answer(replace(asked, body={**asked.body, "messages": asked.body["messages"][: number + 1]}))
        _, found, rest = whole.partition(begun)
        return rest if found else LOST


def _form(schema: Json, text: str) -> object:
    """Fill in the output schema: a conversation's summary from its messages or parts, any other field by field."""
    if lines := lines_of(tagged(text, "messages")):
        return digest(schema, lines)
    if isinstance(parts := tagged(text, "parts"), list):
        return merge(schema, [part for part in parts if isinstance(part, dict)])
    return fill(schema, text)


def condense(thread: Json) -> str:
    """Summarize the older part of a thread, including its earlier summary."""
    said = thread.get("messages")
    texts = [str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in said or ()]
    kept = [str(thread.get("summary") or ""), *central("\n".join(texts))]
    return shorten("\n".join(filter(None, kept)), KEPT_OF_THREAD)


def attached_text(asked: ModelRequest) -> str:
    """Return the text of the newest turn's text documents, if a summary of a file is wanted."""
    sources = [block.get("source") or {} for block in asked.attachments]
    texts = [str(source["data"]) for source in sources if source.get("type") == "text"]
    return "\n".join(texts) if texts and _ASKS_SUMMARY.search(asked.text) else ""


def unseen(asked: ModelRequest) -> str:
    """Say which attachments these rules can't read."""
    kinds = [block["type"] for block in asked.attachments]
    counted = [f"{kinds.count(kind)} {kind}{'s' * (kinds.count(kind) > 1)}" for kind in dict.fromkeys(kinds)]
    return f"\n\nWith it came {' and '.join(counted)}, which Claude would look at; I can't." if kinds else ""


def notice(asked: ModelRequest) -> str:
    """Return the line that says who answers, and quotes the channel's prompt: the system prompt's second block."""
    instructions = _MARKUP.sub("", " ".join(asked.system[1:]))
    about = f" This channel's prompt is set: “{shorten(instructions, SHOWN_OF_PROMPT)}”" if instructions.strip() else ""
    return f"_{NOTICE}{about}_"


def summarize(text: str) -> str:
    """Extract a summary and the themes of a text."""
    summary = " ".join(central(text)) or "There is nothing to summarize in this text."
    named = [
        f"- {theme.phrase.capitalize()}" + (f" ({theme.count} times)" if theme.count > 1 else "")
        for theme in themes(text)
    ]
    return "\n".join(["**Summary**", summary, "", "**Key themes**", *(named or ["- None that stand out"])])


def _thinks(asked: ModelRequest) -> bool:
    facts = find_model(asked.body["model"])
    return facts is not None and is_thinking(asked.body, facts)
