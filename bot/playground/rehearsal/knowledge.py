"""How the rehearsal model answers from passages: with sentences that have the words of the question, each cited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.anthropic.reply import BlockStop, TextDelta, ToolUse
from bot.playground.rehearsal.conversation import is_open, newest
from bot.playground.rehearsal.text import sentences, shorten, stems, tagged
from bot.playground.rehearsal.tools import wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.playground.anthropic.reply import Event, ModelRequest

TASK = "You answer a question from what a team knows"  # how the bot's instructions for that begin
ARTICLE = "You write an article for a team's knowledge"
TOOL = "search_knowledge"
LONGEST_TITLE = 80  # characters
UNKNOWN = "I don't know."
# It ends with a colon: as a sentence, it would need a source.
LEAD = "_Rehearsal model, not Claude: simple rules looked into the knowledge:_\n\n"
LONGEST_QUERY = 500  # characters
SHOWN = 3  # sentences
LEAST_SHARED = 2  # words, of a question that has as many
FEWEST_WORDS = 4  # of a sentence: a heading has fewer
MARKUP = ("|", "```")  # what begins lines that are no sentence


def answer_from_passages(asked: ModelRequest) -> list[Event]:
    """Return the answer to a question from passages, or a search for some; empty for any other request."""
    if any(block.startswith(TASK) for block in asked.system[:1]):
        told = tagged(asked.text, "question")
        wanted = stems(str(told.get("question", ""))) if isinstance(told, dict) else []
        return _cited(asked, wanted) or [TextDelta(f"SEARCH: {' '.join(wanted) or 'nothing'}")]
    if any(block.startswith(ARTICLE) for block in asked.system[:1]):
        return _article(asked)
    question = newest([("user", asked.question)])
    if TOOL not in asked.tools or "?" not in question or wish(question)[0]:
        return []
    if not asked.tool_results:
        return [ToolUse(TOOL, {"query": question[:LONGEST_QUERY]})] if is_open(asked.turns) else []
    return [TextDelta(LEAD), *(_cited(asked, stems(question)) or [TextDelta(UNKNOWN)])]


def _cited(asked: ModelRequest, question: Sequence[str]) -> list[Event]:
    """Return the sentences that share most words with a question, in their order, each with its citation."""
    wanted = set(question)
    ranked: list[tuple[int, int, int, str, int]] = []
    for number, result in enumerate(asked.results):
        about = set(stems(result["title"]))
        for block, part in enumerate(result["content"]):
            for sentence in filter(_is_whole, sentences(part["text"])):
                own = set(stems(sentence))
                shared = wanted & (own | about)
                if len(shared) >= min(LEAST_SHARED, len(wanted) or 1):
                    ranked.append((-len(wanted & own) - len(shared), number, len(ranked), sentence, block))
    events: list[Event] = []
    for _, number, _, sentence, block in sorted(sorted(ranked)[:SHOWN], key=lambda one: one[1:3]):
        events += [BlockStop(), TextDelta(f"{sentence} "), asked.citing(number, block), BlockStop()]
    return events


def _article(asked: ModelRequest) -> list[Event]:
    """Return an article of what a conversation's question and its answers say, each sentence with its citation."""
    question, *answers = ["\n".join(part["text"] for part in result["content"]) for result in asked.results]
    events: list[Event] = [TextDelta(f"# {shorten(question, LONGEST_TITLE).rstrip('?!. ')}\n\n")]
    for number, answer in enumerate(answers, 1):
        for sentence in filter(_is_whole, sentences(answer)):
            block = next(
                (at for at, part in enumerate(asked.results[number]["content"]) if sentence in part["text"]), 0
            )
            events += [BlockStop(), TextDelta(f"{sentence} "), asked.citing(number, block), BlockStop()]
    return events


def _is_whole(sentence: str) -> bool:
    return len(sentence.split()) >= FEWEST_WORDS and not sentence.startswith(MARKUP)
