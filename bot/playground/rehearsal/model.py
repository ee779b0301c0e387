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
from bot.playground.rehearsal.conversation import converse, newest
from bot.playground.rehearsal.digest import digest, lines_of, merge
from bot.playground.rehearsal.form import fill, plain
from bot.playground.rehearsal.knowledge import answer_from_passages
from bot.playground.rehearsal.revision import files_in, revise
from bot.playground.rehearsal.summary import summarize
from bot.playground.rehearsal.text import central, shorten, tagged
from bot.playground.rehearsal.tools import use_tools

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.playground.anthropic.rules import Json

SHOWN_OF_PROMPT = 60  # characters
SHOWN_OF_SENT = 300  # characters
KEPT_OF_THREAD = 4_000  # characters
NOTICE = "Rehearsal model, not Claude: simple rules on this computer wrote this."

LOST = "I can't find where I stopped. Please ask for all of it again."

_GOES_ON = re.compile(
    r"(?:\A|: )(?:Your answer broke off at the length limit\. )?Go on exactly where (?:you|it) stopped"
)
_CODE = re.compile(r"(?:\A|: )/code\s+(?P<request>.+)", re.DOTALL)
_CODE_TASK = "You write code"  # how the bot's instructions for code begin
_SPOKEN = re.compile(r"\A/?code\b[\s:]*", re.IGNORECASE)
# What the bot's history keeps below an answer that was stopped or cut off.
_ENDED_EARLY = ("[stopped]", "[cut off]")
_PIECE = re.compile(r"\s*\S+\s*|\s+")
# What the bot puts in the place of what it hides. Written in any other way, it is not put back.
_HIDDEN = re.compile(r"\[([a-z]{1,8}-\d{1,9})\]")
_ON_HIDING = re.compile(r"\A[^\n]*\bplaceholders\b[^\n]*\[[a-z]+-\d+\][^\n]*\s*")
_ASKS_SUMMARY = re.compile(r"\bsumm", re.IGNORECASE)
_MARKUP = re.compile(r"[_*~`<>\[\]|\\]")
_FORMATTING = re.compile(r"[_*~`<>|\\]")


class Rehearsal:
    """A `Responder` that stands in for Claude, by simple rules.

    `pace` is in words per second, 0 for as fast as they can be sent.
    """

    def __init__(self, pace: float = 60) -> None:
        self._pause = 1 / pace if pace else 0.0
        self._templates = load_templates()

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        """Answer word by word, or call a tool; with thinking enabled, think first."""
        if _thinks(asked):
            yield ThinkingDelta("I look for the rule that fits.")
        # In a thread, because a text of several megabytes takes a while.
        for event in await asyncio.to_thread(self._events, asked):
            if not isinstance(event, TextDelta):
                yield event
                continue
            for piece in _PIECE.findall(event.text):
                if self._pause:
                    await asyncio.sleep(self._pause)
                yield TextDelta(piece)

    def _events(self, asked: ModelRequest) -> list[Event]:
        return answer_from_passages(asked) or use_tools(asked, notice(asked)) or [TextDelta(self.answer(asked))]

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
            written = summarize(document, _outside(text))
        elif request := plain(tagged(text, "request")):
            written = write_code(request, self._templates)
        elif files := files_in(asked.turns):
            written = revise(text, files)
        elif asks_code(asked) and not documents(asked):
            written = write_code(_SPOKEN.sub("", newest(asked.turns)), self._templates)
        else:
            written = converse(asked.turns, documents(asked), unseen(asked))
        return "\n\n".join(filter(None, (notice(asked), written, hidden(asked))))

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
        for mark in _ENDED_EARLY:
            begun = begun.removesuffix(f"\n\n{mark}")
        _, found, rest = whole.partition(begun)
        return rest if found else LOST


def _form(schema: Json, text: str) -> object:
    """Fill in the output schema: a conversation's summary from its messages or parts, any other field by field."""
    if lines := lines_of(tagged(text, "messages")):
        return digest(schema, lines, text.partition("<messages>")[0])
    if isinstance(parts := tagged(text, "parts"), list):
        return merge(schema, [part for part in parts if isinstance(part, dict)])
    return fill(schema, text)


def condense(thread: Json) -> str:
    """Summarize the older part of a thread, including its earlier summary."""
    said = thread.get("messages")
    texts = [str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in said or ()]
    kept = [str(thread.get("summary") or ""), *central("\n".join(texts))]
    return shorten("\n".join(filter(None, kept)), KEPT_OF_THREAD)


def asks_code(asked: ModelRequest) -> bool:
    """Return whether the bot asks for code, as for a mention that begins with “code”."""
    return any(block.startswith(_CODE_TASK) for block in asked.system[:1])


def documents(asked: ModelRequest) -> list[tuple[str, str]]:
    """Return the newest turn's text documents, each with its name."""
    found = [(block.get("title") or "the file", block.get("source") or {}) for block in asked.attachments]
    return [(name, source["data"]) for name, source in found if source.get("type") == "text"]


def attached_text(asked: ModelRequest) -> str:
    """Return the text of the newest turn's text documents, if a summary of a file is wanted."""
    return "\n".join(text for _, text in documents(asked)) if _ASKS_SUMMARY.search(asked.text) else ""


def unseen(asked: ModelRequest) -> str:
    """Say which attachments these rules can't read: pictures and PDFs."""
    others = [block for block in asked.attachments if (block.get("source") or {}).get("type") != "text"]
    kinds = ["image" if block["type"] == "image" else "PDF" for block in others]
    counted = [f"the {kind}" if kinds.count(kind) == 1 else f"the {kinds.count(kind)} {kind}s" for kind in set(kinds)]
    if not counted:
        return ""
    what, them = " and ".join(sorted(counted)), "it" if len(kinds) == 1 else "them"
    return f"I can't see {what} in your message. Claude would look at {them}."


def hidden(asked: ModelRequest) -> str:
    """Show what of a message was hidden before it was sent, "" if nothing was."""
    said = plain(tagged(asked.text, "document")) or plain(tagged(asked.text, "request")) or newest(asked.turns)
    sent = "\n".join([said, *(text for _, text in documents(asked))])
    if not _HIDDEN.search(sent):
        return ""
    shown = _HIDDEN.sub(r"`\1`", _FORMATTING.sub("", sent))
    return f"Redaction is on here. What I was sent: “{shorten(shown, SHOWN_OF_SENT)}”"


def notice(asked: ModelRequest) -> str:
    """Return the line that says who answers, and that the channel's instructions have no effect on these rules.

    They are the system prompt's second block, behind what the bot says there of what it hides.
    """
    instructions = _MARKUP.sub("", " ".join(_ON_HIDING.sub("", block) for block in asked.system[1:])).strip()
    told = f" It can't follow the instructions here: “{shorten(instructions, SHOWN_OF_PROMPT)}”" if instructions else ""
    return f"_{NOTICE}{told}_"


def _outside(text: str) -> str:
    """Return a request without the text that it is about."""
    before, _, rest = text.partition("<document>")
    return f"{before} {rest.rpartition('</document>')[2]}"


def _thinks(asked: ModelRequest) -> bool:
    facts = find_model(asked.body["model"])
    return facts is not None and is_thinking(asked.body, facts)
