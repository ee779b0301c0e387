"""Conversation without a model: greets, recalls what was said in the thread, or says what Claude would get."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.rehearsal.text import central, sentences, shorten, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN_OF_MESSAGE = 300  # characters
MAX_RECALLED = 5
# The share of a question's words that an earlier sentence must contain to count as its answer.
SHARE_TO_RECALL = 0.5

ABILITIES = """I follow simple rules, enough to try everything here:
- a thread like this one: I remember what you tell me, and read text and office files
- `/summarize <text>`, or `7d` for a channel: its central sentences, decisions, questions and tasks
- `/code <request>`: a few templates, such as circle area in Python or a web server in Go
- `/classify <one message per line>`: categories by the words they share
- #support-feedback: feedback sorts itself; I know the help of an invented app, so ask “how do I invite a colleague?”
- tools, where they are on: “find messages about lunch”, “remember that …”, “search the web for Lumenpad”

Set `ANTHROPIC_API_KEY` in `.env` and restart, and Claude answers instead."""
SEE_ABILITIES = "Say “hello” to see what works here."
WHO = f"I'm the playground's rehearsal model: a few rules on this computer, not Claude and no AI. {SEE_ABILITIES}"

# What the bot sends before a thread's first message: who is who, and a summary of older messages.
_EARLIER = re.compile(r"\A<earlier>.*?</earlier>\s*", re.DOTALL)
# If several people take part, each message starts with a mention of its author.
_AUTHOR = re.compile(r"(?:\A|\n\n)<@(\w+)>: ")
_GREETING = re.compile(r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|greetings)\b", re.IGNORECASE)
_THANKS = re.compile(r"^\W*(?:thanks|thank you|cheers|great, thanks)\b", re.IGNORECASE)
_ABILITIES = re.compile(r"\bwhat can you do\b|\bwhat do you do\b|\bhow do you work\b|^\W*help\b", re.IGNORECASE)
_WHO = re.compile(
    r"\b(?:who|what) (?:exactly )?are you\b|\bare you (?:claude|an? (?:ai|bot|human|person|robot)|real|human)\b"
    r"|\b(?:which|what) (?:ai |language )?model\b",
    re.IGNORECASE,
)
_ASKS_NAME = re.compile(r"\bwhat'?(?:s| is) my name\b|\bwho am i\b|\b(?:know|remember) my name\b", re.IGNORECASE)
_TELLS_NAME = re.compile(r"\b(?i:my name is|call me)\s+([^\W\d_][\w'-]*)|\b[Ii](?:'| a)m ([A-Z][\w'-]*)")
_ASKS_SAID = re.compile(
    r"\bwhat (?:did|have|was|were) (?:i|we|my)\b.{0,60}\b(?:say|said|ask|asked|tell|told|write|messages?|questions?)\b",
    re.IGNORECASE,
)
_ASKS_FACT = re.compile(r"\bwhat'?(?:s| is| are| was| were) (my [\w -]{1,60})", re.IGNORECASE)
_TELLS = re.compile(r"\b(?:is|are|was|were|will|has|have)\b", re.IGNORECASE)
_ORDERS = re.compile(
    r"^\W*(?:please\b|(?:explain|write|tell|translate|search|find|make|give|show|list|help|draft|summari[sz]e|compare"
    r"|describe|create|generate|rewrite|fix|check|read|look|say|sing|classify|sort)\b)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\?|^\W*(?:what|who|where|when|why|which|how|do|does|did|is|are|can)\b", re.IGNORECASE)


def converse(turns: Sequence[tuple[str, str]], documents: Sequence[tuple[str, str]] = (), unseen: str = "") -> str:
    """Answer the newest turn of a thread; turns are pairs of role and text.

    `documents` are the texts that came with it, by their names; `unseen` says what else came.
    """
    said = [message for role, text in turns if role == "user" for message in _messages(text)]
    author, newest = said[-1]
    own = [text for name, text in said[:-1] if name == author]
    if answer := _by_rule(newest, own):
        return answer
    known = [*documents, *(("", text) for _, text in said[:-1])]
    read = [_read(name, text) for name, text in documents]
    if answer := _recall_sentence(newest, known) or "\n".join(read):
        return "\n\n".join(filter(None, (answer, unseen)))
    return unseen or _admit(newest, len(said) - 1)


def is_open(turns: Sequence[tuple[str, str]]) -> bool:
    """Return whether no rule fits the newest turn but those for what is said in the thread and its files."""
    said = [message for role, text in turns if role == "user" for message in _messages(text)]
    author, newest = said[-1]
    own = [text for name, text in said[:-1] if name == author]
    return not _by_rule(newest, own)


def newest(turns: Sequence[tuple[str, str]]) -> str:
    """Return the newest message, without its author."""
    return _messages(turns[-1][1])[-1][1]


def _by_rule(newest: str, own: Sequence[str]) -> str | None:
    rules = _recall_name, _recall_fact, _recall_said, _meet, _greet
    return next((answer for rule in rules if (answer := rule(newest, own))), None)


def _messages(turn: str) -> list[tuple[str, str]]:
    """Split a turn into messages with their authors, "" if the turn names none."""
    turn = _EARLIER.sub("", turn.replace("\u2019", "'"))
    first, *others = _AUTHOR.split(turn)
    named = list(zip(others[::2], (text.strip() for text in others[1::2]), strict=True))
    return named if named and not first.strip() else [("", turn)]


def _recall_name(newest: str, earlier: Sequence[str]) -> str | None:
    if not _ASKS_NAME.search(newest):
        return None
    for text in reversed(earlier):
        if found := _TELLS_NAME.search(text):
            return f"Your name is {found[1] or found[2]}; you said so earlier in this thread."
    return "You haven't told me your name in this thread."


def _recall_fact(newest: str, earlier: Sequence[str]) -> str | None:
    """Answer "what is my …" from "my … is …"."""
    if not (asked := _ASKS_FACT.search(newest)):
        return None
    told = re.compile(rf"\b{re.escape(asked[1].strip())} (?:is|are|was|were) [^.!?\n]+", re.IGNORECASE)
    found = next((found for text in reversed(earlier) if (found := told.search(text))), None)
    return f"You said earlier: “{shorten(found[0], SHOWN_OF_MESSAGE)}”." if found else None


def _recall_said(newest: str, earlier: Sequence[str]) -> str | None:
    if not _ASKS_SAID.search(newest):
        return None
    if not earlier:
        return "This is the first message I got in this thread."
    recalled = earlier[:1] if "first" in newest.casefold() else earlier[-MAX_RECALLED:]
    return "You said earlier in this thread:\n" + "\n".join(
        f"- “{shorten(text, SHOWN_OF_MESSAGE)}”" for text in recalled
    )


def _meet(newest: str, earlier: Sequence[str]) -> str | None:  # noqa: ARG001 - one shape for all rules
    found = _TELLS_NAME.search(newest)
    return f"Hello, {found[1] or found[2]}! I'll remember your name in this thread." if found else None


def _greet(newest: str, earlier: Sequence[str]) -> str | None:  # noqa: ARG001 - one shape for all rules
    if _THANKS.search(newest):
        return "You're welcome!"
    if _WHO.search(newest):
        return WHO
    if _ABILITIES.search(newest):
        return ABILITIES
    if _GREETING.search(newest) and "?" not in newest:
        return f"Hello! {ABILITIES}"
    return None


def _recall_sentence(newest: str, known: Sequence[tuple[str, str]]) -> str | None:
    """Answer a question with the sentence that shares the most words with it: of a document, or said earlier."""
    asked = set(stems(newest))
    if not asked or not _QUESTION.search(newest):
        return None
    found = [(name, one) for name, text in known for one in sentences(text) if not _QUESTION.search(one)]
    name, best = max(found, key=lambda one: len(asked & set(stems(one[1]))), default=("", ""))
    if len(asked & set(stems(best))) < len(asked) * SHARE_TO_RECALL:
        return None
    return f"{f'From {name}' if name else 'Earlier in this thread'}: “{shorten(best, SHOWN_OF_MESSAGE)}”"


def _read(name: str, text: str) -> str:
    gist = shorten(next(iter(central(text, 1)), ""), SHOWN_OF_MESSAGE)
    if not gist:
        return f"{name} has no sentences that I can read."
    return f"I read {name} ({len(text.split()):,} words). Its central sentence: “{gist}”"


def _admit(newest: str, earlier: int) -> str:
    """Say that no rule fits, and what Claude would get."""
    if not newest.strip():
        return "Your message has no text, and I can't read anything else. Claude could."
    if _TELLS.search(newest) and not _QUESTION.search(newest) and not _ORDERS.search(newest):
        return "Noted. Ask me about it later in this thread, and I'll quote it."
    history = {0: "", 1: ", knowing the message before it"}.get(earlier, f", knowing the {earlier} messages before it")
    return f"None of my rules fits this. Claude would answer it{history}. {SEE_ABILITIES}"
