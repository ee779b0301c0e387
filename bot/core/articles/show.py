"""An article is shown in its thread, with a canvas or else a file; both go when it goes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.articles import card
from bot.core.domain.article import ArticleState
from bot.core.ports import Chat
from bot.core.ports.knowledge import ArticleStore
from bot.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.core.domain.article import Article
    from bot.core.ports import Checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArticleView:
    """Shows articles where their threads are, and takes down what it showed. All of it raises `ChatError`."""

    articles: ArticleStore
    chat: Chat

    async def show(self, article: Article, checkpoint: Checkpoint) -> None:
        """Show an article that somebody has to decide about, or in the same message what became of it."""
        if article.state is ArticleState.DISCARDED:
            article = await self._without_documents(article, checkpoint)
        if article.shown:
            await self._edit(article, checkpoint)
        elif article.state is ArticleState.READY:
            await self._post(article, checkpoint)

    async def take_down(self, article: Article, checkpoint: Checkpoint) -> Article:
        """Delete what is to be seen of an article, in so far as the platform lets us; return it without that."""
        if article.shown:
            await _gone(self.chat.posts.delete(article.place, article.shown, checkpoint))
            await self.articles.seen(article, shown="")
        return await self._without_documents(replace(article, shown=""), checkpoint)

    async def _post(self, article: Article, checkpoint: Checkpoint) -> None:
        if not article.file:
            article = await self._with_canvas(article, checkpoint)
        if not article.canvas:
            article = await self._with_file(article, checkpoint)
        text, controls = await self._text(article), card.controls(article)
        sent = await self.chat.posts.post(article.place, text, checkpoint, key="article", controls=controls)
        article = replace(article, shown=sent)
        if article.canvas:
            try:
                await self.chat.documents.share(article.place, article.canvas, checkpoint)
            except ChatError as error:
                log.warning("a canvas could not be shared, a file goes instead: %s", error)
                article = await self._with_file(await self._without_documents(article, checkpoint), checkpoint)
                await self._edit(article, checkpoint)
        if not await self.articles.seen(article, shown=sent):  # it was forgotten meanwhile
            await self.take_down(article, checkpoint)

    async def _with_canvas(self, article: Article, checkpoint: Checkpoint) -> Article:
        """Return an article with a canvas, as it is where there can be none."""
        if article.canvas:
            return article
        try:
            canvas = await self.chat.documents.create(article.place, article.title, article.text, checkpoint)
        except ChatError as error:
            log.info("no canvas, a file goes instead: %s", error)
            return article
        await self.articles.seen(article, canvas=canvas)
        return replace(article, canvas=canvas)

    async def _with_file(self, article: Article, checkpoint: Checkpoint) -> Article:
        (file,) = await self.chat.posts.upload(article.place, [card.file(article)], checkpoint)
        await self.articles.seen(article, file=file)
        return replace(article, file=file)

    async def _edit(self, article: Article, checkpoint: Checkpoint) -> None:
        text, controls = await self._text(article), card.controls(article)
        await self.chat.posts.edit(article.place, article.shown, text, checkpoint, controls=controls)

    async def _text(self, article: Article) -> str:
        link = await self.chat.documents.link(article.place, article.canvas) if article.canvas else ""
        return card.message(article, self.chat.names, link)

    async def _without_documents(self, article: Article, checkpoint: Checkpoint) -> Article:
        if not (article.canvas or article.file):
            return article
        if article.canvas:
            await _gone(self.chat.documents.delete(article.place, article.canvas, checkpoint))
        if article.file:
            await _gone(self.chat.documents.delete_file(article.place, article.file, checkpoint))
        await self.articles.seen(article, canvas="", file="")
        return replace(article, canvas="", file="")


async def _gone(deleting: Awaitable[None]) -> None:
    """Wait for a deletion; one that is refused for good stays undone. Raises `ChatError` for one that may pass."""
    try:
        await deleting
    except ChatError as error:
        if error.is_transient:
            raise
        log.warning("something of an article could not be deleted: %s", error)
