"""Answer a question from the knowledge, in one call: each statement has a source that says so, or there is no answer.

    search ──▶ passages ──▶ ask ──▶ statements without a source go ──▶ something is left: the answer
                  ▲                                                └─▶ nothing is: search once more, in the words
                  └──────── what the first search had not found ◀──    that the model gives for it, or it is not known

The words may be of another language: the question's need not be the sources'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.calls import Call, Purpose
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Place, Role
from bot.core.domain.tool import SourceLink
from bot.core.knowledge import found
from bot.core.knowledge.citations import CitedText, stands, supported
from bot.core.ports import Request, Turn
from bot.core.ports.model import Listeners
from bot.core.prompt_data import quoted
from bot.core.writing.known_addresses import addresses_of
from bot.core.writing.sources import Sources
from bot.core.writing.unlinking import Unlinking

if TYPE_CHECKING:
    from bot.core.domain.knowledge import FoundPassage
    from bot.core.domain.tool import Citation
    from bot.core.ports import Model
    from bot.core.ports.knowledge import KnowledgeSearch

FOUND = 8  # passages that an answer is made of
MOST_OUTPUT = 2_000  # tokens
LONGEST_QUESTION = 4_000  # characters

_OTHER_WORDS = re.compile(r"^\W{0,3}SEARCH:[ \t]*(\S.{0,200})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question to the knowledge that serves a place. `person` is an opaque id of who asks.

    `language`: the name of the language to answer in, "" for the question's own. `more` is other data for the model, by
    the names of the tags that it stands in, such as `examples` of earlier answers.
    """

    place: Place
    question: str
    person: str
    settings: ChannelSettings
    language: str = ""
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """An answer as Markdown, "" where nothing is known. Its marks, such as ` [1](https://…)`, number the `sources`.

    `removed`: how many statements of the model had no source and are left out. `calls` are what it took.
    """

    text: str
    sources: tuple[SourceLink, ...] = ()
    removed: int = 0
    calls: tuple[Call, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the knowledge has an answer."""
        return bool(self.text)


async def answer(inquiry: Inquiry, *, search: KnowledgeSearch, model: Model) -> GroundedAnswer:
    """Answer a question. Raises a `ModelError`."""
    inquiry = replace(inquiry, question=inquiry.question[:LONGEST_QUESTION])
    first = await search.search(inquiry.place, inquiry.question, FOUND)
    answered, words = await _asked(inquiry, first, model)
    if answered.is_known or not words:
        return answered
    second = await search.search(inquiry.place, words, FOUND)
    known = {(one.source, one.link, one.text) for one in first}
    new = [one for one in second if (one.source, one.link, one.text) not in known]
    if not new:
        return answered
    again, _ = await _asked(inquiry, (new + list(first))[:FOUND], model)
    return replace(again, calls=(*answered.calls, *again.calls))


async def _asked(inquiry: Inquiry, passages: Sequence[FoundPassage], model: Model) -> tuple[GroundedAnswer, str]:
    """Ask the model once; return what has a source, and in what other words it would search, "" for none."""
    request = _request(inquiry, passages)
    got = request.turns[0].passages
    now = datetime.now(UTC)
    links = {one.url: one for one in (found.link(passage, now) for passage in reversed(passages))}
    written = CitedText()

    def cite(citation: Citation) -> str:
        if stands(citation, got):
            written.cite(citation)
        return ""

    completion = await model.write(request, written.write, Listeners(cite=cite))
    # The question may hold an address that an answer must not lend its name to.
    only_sources = replace(request, turns=tuple(replace(turn, text="") for turn in request.turns))
    sources, known = Sources(), await addresses_of(only_sources)

    def mark(source: str) -> str:
        made = sources.cite(links[source])
        known.add(f"{source}\n{made}")
        return made

    left = supported(written.text, written.cited, got, mark)
    text = Unlinking(known, lambda _: None)
    text.write(left.text)
    text.close()
    words = _OTHER_WORDS.search(written.text)
    found_ = GroundedAnswer(text.text, sources.cited, left.removed, (completion.call,))
    return found_, words[1].strip() if words else ""


def _request(inquiry: Inquiry, passages: Sequence[FoundPassage]) -> Request:
    asked = {"question": inquiry.question} | ({"answer_in": inquiry.language} if inquiry.language else {})
    data = [quoted(tag, value) for tag, value in inquiry.more.items()]
    text = "\n".join([*data, quoted("question", asked)])
    return Request(
        purpose=Purpose.KNOWLEDGE,
        turns=(Turn(Role.USER, text, passages=tuple(map(found.passage, passages))),),
        max_output=min(MOST_OUTPUT, inquiry.settings.max_output),
        person=inquiry.person,
        settings=inquiry.settings.model_copy(update={"thinking": "off"}),
    )
