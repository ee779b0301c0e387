"""Articles as durable work: written once for a thread, shown in it, and made a source once someone approves.

What is decided about an article is decided in the database, before its job: so of two people one counts, and any
replica goes on with it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.actions import APPROVE_ARTICLE
from bot.core.articles import card
from bot.core.articles.publish import Publisher
from bot.core.articles.review import ArticleReview
from bot.core.articles.show import ArticleView
from bot.core.articles.write import ArticleWriter
from bot.core.domain.article import UNDONE, ArticleState, Unwritten
from bot.core.domain.message import Place
from bot.core.domain.people import Requester
from bot.core.domain.thread import Record
from bot.core.ephemeral import send_ephemeral
from bot.errors import ChatError, NotAllowedError, UsageError
from bot.jobs.deliveries import charged_to
from bot.work import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bot.core.domain.article import Article
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.ports import Chat, Checkpoint, Model, Store
    from bot.core.ports.knowledge import KnowledgeStore
    from bot.turn import CostCenter
    from bot.work import Inbox, Job

log = logging.getLogger(__name__)

ARTICLE = "article"
PATIENCE = 86_400.0  # seconds that articles wait for the model and the platform
LOOK_EVERY = 60.0  # seconds: how often to look for what no job goes on with
CONFINE_EVERY = 3_600.0  # seconds: how often to look whether a channel has become private
LATE = timedelta(minutes=1)


class ArticleJobs:
    """Runs everything for articles."""

    def __init__(
        self, inbox: Inbox, knowledge: KnowledgeStore, store: Store, model: Model, chat: Chat, admins: frozenset[str]
    ) -> None:
        self._inbox, self._articles, self._store, self._chat = inbox, knowledge.articles, store, chat
        self._writer = ArticleWriter(knowledge.articles, model, chat)
        self._review = ArticleReview(knowledge, store, chat, admins)
        self._publisher = Publisher(knowledge, chat)
        self._view = ArticleView(knowledge.articles, chat)

    def register(self, inbox: Inbox) -> None:
        """Register the jobs for articles."""
        inbox.handle(ARTICLE, self.run, self.give_up, charge=_charge, patience=PATIENCE)
        inbox.every("articles", LOOK_EVERY, self.look_after)
        inbox.every("article channels", CONFINE_EVERY, self.confine)  # not for people: a name

    # What is done

    async def run(self, job: Job) -> None:
        """Write an article that is wanted, or make one a source that was approved; show how it stands."""
        article, version = await self._found(job), int(job.payload["version"])
        if article is None or article.state is ArticleState.GONE:
            await self._go(article, job)
            return
        if article.version not in {version, version + 1}:
            return
        if article.version == version and article.state in UNDONE:
            job.check()
            article = await self._carried_on(article, job)
        if article is not None:
            if article.state is not ArticleState.WANTED:  # which has a job of its own
                await self._show(article, job)
        elif (left := await self._found(job)) is None or left.state is ArticleState.GONE:
            await self._go(left, job)

    async def _go(self, article: Article | None, job: Job) -> None:
        """Let go of an article that was forgotten or removed, or a message of which was deleted."""
        await self._publisher.withdraw(_place(job.payload))
        if article is not None:
            await self._view.take_down(article, job)
            await self._articles.remove(article)

    async def _carried_on(self, article: Article, job: Job) -> Article | None:
        if article.state is ArticleState.APPROVED:
            return await self._publisher.publish(article, job)
        article = await self._view.take_down(article, job)  # an earlier draft
        settings = await self._store.settings.load(replace(article.place, thread=""))
        return await self._writer.write(article, settings)

    async def _show(self, article: Article, job: Job) -> None:
        """Show an article in its thread, or what became of it; who asked for it is told why there is none."""
        try:
            if article.state is ArticleState.UNWRITTEN and not article.shown:
                asker = Requester(article.person, article.workspace)
                async with self._chat.answers.ephemeral(article.place, asker, job) as visible:
                    await visible.replace(card.reason(article))
            else:
                await self._view.show(article, job)
        except ChatError as error:
            if error.is_transient:
                raise
            log.warning("an article could not be shown: %s", error)

    async def look_after(self, _job: Job) -> None:
        """Go on with what no job goes on with, as when a process died between a decision and its job."""
        for article in await self._articles.undone(datetime.now(UTC) - LATE):
            await self._inbox.accept(_delivery(article))

    async def confine(self, _job: Job) -> None:
        """Let no article serve the whole workspace whose channel has become private."""
        await self._publisher.confine()

    async def give_up(self, job: Job, error: Exception) -> None:
        """Say that there is no article; one that was approved waits for someone to approve it again."""
        log.warning("an article was left undone: %s", type(error).__name__)
        article = await self._found(job)
        if article is None or article.version != job.payload["version"] or article.state not in UNDONE:
            return
        if article.state is ArticleState.GONE:
            await self._articles.remove(article)
            return
        was_wanted = article.state is ArticleState.WANTED
        values = {"reason": Unwritten.FAILED} if was_wanted else {"by": ""}
        state = ArticleState.UNWRITTEN if was_wanted else ArticleState.READY
        if (changed := await self._articles.change(article, state, **values)) is not None:
            await self._show(changed, job)

    async def _found(self, job: Job) -> Article | None:
        return await self._articles.find(str(job.payload["workspace"]), int(job.payload["article"]))

    # What people do

    async def want(self, action: Action, *, checkpoint: Checkpoint) -> Record:  # noqa: ARG002 - every action has one
        """Have a thread written up. Raises `ChatError`."""
        try:
            article, sentence = await self._review.want(action)
        except (NotAllowedError, UsageError) as error:
            sentence = error.sentence
        else:
            await self._inbox.accept(_delivery(article))
        return await send_ephemeral(action.place, action.asker, sentence, answers=self._chat.answers)

    async def decide(self, action: Action, *, checkpoint: Checkpoint) -> Record:
        """Approve or discard an article. Raises `ChatError`."""
        try:
            if action.name == APPROVE_ARTICLE.name:
                article = await self._review.approve(action, is_again=checkpoint.turn.was_begun)
            else:
                article = await self._review.discard(action)
        except (NotAllowedError, UsageError) as error:
            return await send_ephemeral(action.place, action.asker, error.sentence, answers=self._chat.answers)
        await self._inbox.accept(_delivery(article))
        return Record(action.place, action.asker.person)

    async def open_form(self, action: Action) -> Form:
        """Open an article's form. Raises `UsageError`, `NotAllowedError`, `ChatError`."""
        return await self._review.open_form(action)

    async def submit(self, submission: Submission) -> Mapping[str, str]:
        """Take what an article's form says; return its faults by the field. Raises as `open_form` does."""
        article, faults = await self._review.submit(submission)
        if article is not None:
            await self._inbox.accept(_delivery(article))
        return faults

    async def where(self, submission: Submission) -> Place | None:
        """Return the thread whose article a form is about, None if it is gone."""
        return await self._review.where(submission)


def _delivery(article: Article) -> Delivery:
    place = article.place
    payload: dict[str, Any] = {
        "workspace": place.workspace,
        "channel": place.channel,
        "thread": place.thread,
        "person": article.by or article.person,
        "article": article.id,
        "version": article.version,
    }
    key = f"article:{article.id}"  # which a database may give to another one, once this one is gone
    return Delivery(
        f"{key}:{article.version}:{article.changed_at.isoformat()}",
        key,
        ARTICLE,
        payload,
        f"{place.workspace}:{place.channel}",
    )


def _charge(payload: Mapping[str, Any]) -> CostCenter:
    return charged_to(_place(payload), str(payload["person"]))


def _place(payload: Mapping[str, Any]) -> Place:
    return Place(str(payload["workspace"]), str(payload["channel"]), str(payload["thread"]))
