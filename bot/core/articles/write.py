"""Write an article: each statement of it stands on words of the thread, and so does its title."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.calls import Purpose
from bot.core.articles import words
from bot.core.domain.article import LONGEST_ARTICLE, LONGEST_TITLE, ArticleState, Unwritten
from bot.core.domain.message import Role
from bot.core.knowledge.citations import CitedText, folded, stands, supported
from bot.core.knowledge.statements import statements
from bot.core.ports import Chat, Model, Request, Turn
from bot.core.ports.knowledge import ArticleStore
from bot.core.ports.model import Listeners
from bot.core.prompt_data import quoted
from bot.core.writing.for_approval import cut, shortened, uncalled
from bot.core.writing.known_addresses import addresses_of
from bot.core.writing.unlinking import Unlinking
from bot.errors import GoneError, ModelBudgetError, ModelError, OverBudgetError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.domain.article import Article
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.tool import Citation, Passage
    from bot.core.knowledge.statements import Statement

log = logging.getLogger(__name__)

MOST_OUTPUT = 2_000  # tokens
ITEM_SIGNS = " \t-*+•>.)0123456789"
LEAST_LETTERS = 4  # of a word that tells something
BEGINNING = 5  # letters that two forms of a word have in common
LEAST_KNOWN = 0.5  # of the telling words of a title, or of what leads to a statement, that the thread has to have
LEAST_STATED = 1 / 3  # of those of a statement: a model that obeys a stranger cites for whatever it says

# What is written without blanks between words.
_NO_BLANKS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TITLE = re.compile(r"\s*#{1,3}[ \t]+(\S[^\n]*)\n?")


@dataclass(frozen=True, slots=True)
class ArticleWriter:
    """Writes articles."""

    articles: ArticleStore
    model: Model
    chat: Chat

    async def write(self, article: Article, settings: ChannelSettings) -> Article | None:
        """Write an article, or keep why there is none; return it, None where someone has changed it meanwhile.

        Raises a `ModelError` or a `ChatError` that may pass.
        """
        try:
            messages = await words.accepted(article.place, self.chat)
        except GoneError:
            return await self._unwritten(article, Unwritten.GONE)
        if not messages:
            return await self._unwritten(article, Unwritten.NO_ANSWER)
        passages = await words.passages(messages, article.place, self.chat, settings.phone_country)
        try:
            title, text = await self._asked(article, passages, settings)
        except (OverBudgetError, ModelBudgetError):
            return await self._unwritten(article, Unwritten.BUDGET)
        except ModelError as error:
            if error.is_transient:
                raise
            log.warning("an article could not be written: %s", type(error).__name__)
            return await self._unwritten(article, Unwritten.FAILED)
        if not text:
            return await self._unwritten(article, Unwritten.UNSUPPORTED)
        return await self.articles.change(
            article,
            ArticleState.READY,
            title=title,
            text=text,
            people=tuple(sorted({one.author for one in messages if one.author})),
            messages=tuple(one.id for one in messages),
        )

    async def _unwritten(self, article: Article, reason: Unwritten) -> Article | None:
        return await self.articles.change(article, ArticleState.UNWRITTEN, reason=reason)

    async def _asked(self, article: Article, passages: Sequence[Passage], settings: ChannelSettings) -> tuple[str, str]:
        """Ask the model; return a title, and of the text what stands in the thread."""
        place = replace(article.place, thread="")
        facts = quoted("article", {"messages": len(passages)})
        request = Request(
            purpose=Purpose.ARTICLE,
            turns=(Turn(Role.USER, facts, passages=tuple(passages)),),
            max_output=min(MOST_OUTPUT, settings.max_output),
            person=place.opaque(article.person),
            settings=settings.model_copy(update={"thinking": "off"}),
        )
        written = CitedText()

        def cite(citation: Citation) -> str:
            if stands(citation, passages):
                written.cite(citation)
            return ""

        await self.model.write(request, written.write, Listeners(cite=cite))
        left = supported(written.text, written.cited, passages, lambda _: "")
        text = Unlinking(await addresses_of(request), lambda _: None)
        text.write(left.text)
        text.close()
        return parted(text.text, passages)


def parted(written: str, passages: Sequence[Passage]) -> tuple[str, str]:
    """Return the title and the text of an article. Of what states nothing in it, only the title and leads stay."""
    known = {word[:BEGINNING] for one in passages for word in folded(one.text).split()}
    match = _TITLE.match(written)
    title = " ".join(match[1].split()) if match else ""
    body = written[match.end() :] if match else written
    if not title or not _is_told(title, known):
        title = " ".join(passages[0].text.split())
    for one in reversed(statements(body)):
        said = body[one.start : one.end]
        if not (one.is_code or (_is_told(said, known, LEAST_STATED) if one.is_claim else _leads(said, known))):
            body = _without(body, one)
    has_claim = any(one.is_claim or one.is_code for one in statements(body))
    text = shortened(uncalled(body.strip()), LONGEST_ARTICLE) if has_claim else ""
    return cut(uncalled(title), LONGEST_TITLE), text


def _without(body: str, one: Statement) -> str:
    """Leave a statement out, with its line if that has nothing else but signs of an item."""
    start = body.rfind("\n", 0, one.start) + 1
    is_line = not body[start : one.start].strip(ITEM_SIGNS) and body[one.end : one.end + 1] in {"", "\n"}
    return body[:start] + body[one.end + 1 :] if is_line else body[: one.start] + body[one.end :]


def _leads(said: str, known: Collection[str]) -> bool:
    """Return whether what states nothing leads to what follows, and has words of the thread."""
    return said.rstrip("*_ ").endswith((":", "\uff1a")) and _is_told(said, known)


def _is_told(said: str, known: Collection[str], least: float = LEAST_KNOWN) -> bool:
    """Return whether enough of the telling words of what is said are known, by their beginnings."""
    telling = [one for one in folded(said).split() if len(one) >= LEAST_LETTERS and not _NO_BLANKS.search(one)]
    return sum(one[:BEGINNING] in known for one in telling) >= least * len(telling)
