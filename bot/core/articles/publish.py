"""An approved article becomes a source; the questions that it answers are no gaps any more, and who asked is told."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.domain.article import ArticleState
from bot.core.domain.knowledge import NewSource, ReadPage, SourceKind, SourceState
from bot.core.knowledge import gaps
from bot.core.literal import literal
from bot.core.ports import Chat
from bot.core.ports.knowledge import KnowledgeStore
from bot.errors import ChatError, NotInChannelError
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.article import Article
    from bot.core.domain.knowledge import Gap
    from bot.core.domain.message import Place
    from bot.core.ports import Checkpoint

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=90)  # for questions that an article answers
MOST_TOLD = 5  # people who are told of an article
ANSWERED = N_("{person} Your question has an answer by now: [{title}]({link})")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Makes articles sources."""

    knowledge: KnowledgeStore
    chat: Chat

    async def publish(self, article: Article, checkpoint: Checkpoint) -> Article | None:
        """Make an approved article a source, whatever an earlier try has left; return it as it then stands."""
        now = datetime.now(UTC)
        link = self.chat.history.permalink(article.place, article.thread)
        where = "" if article.for_workspace else article.channel
        new = NewSource(article.workspace, where, SourceKind.ARTICLE, article.address, article.title, article.by)
        source = await self.knowledge.sources.add(new, now)
        begun = await self.knowledge.pages.begin(source, [article.address], now)
        if begun is not None:
            page = ReadPage(article.address, link, article.title, article.text, changed_at=now, people=article.people)
            await self.knowledge.pages.keep(begun, article.address, page, now)
            await self.knowledge.pages.finish(begun, now, now)
        standing = await self.knowledge.sources.find(article.workspace, source.id)
        if standing is None or standing.state is not SourceState.READ:
            return article
        await self._answer_gaps(article, link, checkpoint)
        # Its words are the source's from now on.
        return await self.knowledge.articles.change(article, ArticleState.PUBLISHED, source=source.id, text="")

    async def withdraw(self, place: Place) -> None:
        """Remove the source that a thread was written up as, if there is one: its words are forgotten."""
        address = f"{place.channel}/{place.thread}"
        for source in await self.knowledge.sources.serving(replace(place, thread="")):
            if source.kind is SourceKind.ARTICLE and source.address == address:
                await self.knowledge.sources.remove(place.workspace, source.id)

    async def confine(self) -> None:
        """Let articles that serve their whole workspace serve only their channel, once that is private."""
        for place in await self.knowledge.articles.everywhere():
            try:
                is_private = (await self.chat.directory.venue(place, "")).is_private
            except NotInChannelError:  # only a private channel hides from who is not in it
                is_private = True
            except ChatError as error:
                log.info("it is not known whether a channel is private: %s", error)
                continue
            if is_private:
                await self.knowledge.sources.confine(place)

    async def _answer_gaps(self, article: Article, link: str, checkpoint: Checkpoint) -> None:
        """Tell who asked the same that there is an answer, each once, and drop what had none."""
        place = replace(article.place, thread="")
        open_ = await self.knowledge.gaps.since(place, datetime.now(UTC) - LOOKS_BACK, gaps.MOST)
        here = [one for one in open_ if one.thread == article.thread]
        asked = [article.title, *(one.question for one in here)]
        alike = await asyncio.to_thread(lambda: [one for text in asked for one in gaps.like(text, open_)])
        answered = {one.id: one for one in (*here, *alike)}
        elsewhere = {one.thread: one for one in answered.values() if one.thread not in {"", article.thread}}
        for gap in list(elsewhere.values())[:MOST_TOLD]:
            await self._tell(gap, article, link, checkpoint)
        await self.knowledge.gaps.close(article.workspace, answered.keys())

    async def _tell(self, gap: Gap, article: Article, link: str, checkpoint: Checkpoint) -> None:
        person = self.chat.names.mention(gap.person)
        told = _(ANSWERED, person=person, title=literal(article.title), link=link)
        try:
            await self.chat.posts.post(replace(article.place, thread=gap.thread), told, checkpoint, key=f"gap {gap.id}")
        except ChatError as error:
            if error.is_transient:
                raise
