"""Who may have a thread written up, and what they decide about its article. Of all who decide, the first counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from bot.core.access import check_member
from bot.core.actions import APPROVE_ARTICLE, ARTICLE_FORM, DISCARD_ARTICLE, EDIT_ARTICLE, WRITE_UP
from bot.core.articles import card
from bot.core.domain.article import LONGEST_ARTICLE, LONGEST_TITLE, ArticleState, Unwritten
from bot.core.domain.control_value import ArticleFormRef
from bot.core.domain.interaction import Field
from bot.core.domain.knowledge import SourceKind
from bot.core.domain.message import Place
from bot.core.knowledge.adding import IN_DIRECT
from bot.core.ports import Chat, Store
from bot.core.ports.knowledge import KnowledgeStore
from bot.core.settings.command import check_may_change
from bot.errors import GoneError, UsageError
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.domain.article import Article
    from bot.core.domain.interaction import Action, Form, Submission
    from bot.core.domain.people import Requester

HERE, EVERYWHERE = "here", "workspace"  # choices in the form
MOST_ARTICLES = 50  # that serve a channel
FULL = N_("There are {most} articles here already. Remove one first: `/parley knowledge` lists them.")
GONE = N_("This article no longer exists.")
OLD = N_("This is an old version of the article: the newest is further below in the thread.")
BEGUN = N_("I'm writing this thread up. The article will be in the thread, for someone to approve.")
IS_READY = N_("There is an article about this thread already: it waits in the thread for someone to approve it.")
IS_SOURCE = N_("This thread is written up already, as source {number}. Remove that first, to write it up again.")
DECIDED = N_("{person} has decided about this article already.")
PRIVATE = N_("This channel is private: what was said here can only serve the channel itself.")


@dataclass(frozen=True, slots=True)
class ArticleReview:
    """Takes what people decide. All of it raises `NotAllowedError`, `UsageError` and `ChatError`."""

    knowledge: KnowledgeStore
    store: Store
    chat: Chat
    admins: frozenset[str]

    async def want(self, action: Action) -> tuple[Article, str]:
        """Have a thread written up; return its article, and the sentence that says how it stands."""
        thread = action.choice or WRITE_UP.read(action).thread or action.place.thread
        place = replace(action.place, thread=thread)
        participant = await self.chat.directory.participant(place, action.asker.person)
        if participant.is_direct:
            raise UsageError(_(IN_DIRECT))
        await self._check(place, action.asker)
        serving = await self.knowledge.sources.serving(replace(place, thread=""))
        if sum(one.kind is SourceKind.ARTICLE for one in serving) >= MOST_ARTICLES:
            raise UsageError(_(FULL, most=MOST_ARTICLES))
        article = await self.knowledge.articles.want(place, action.asker.person)
        if article.state is ArticleState.PUBLISHED:
            if await self.knowledge.sources.find(place.workspace, article.source) is not None:
                raise UsageError(_(IS_SOURCE, number=article.source))
            await self.knowledge.articles.change(article, ArticleState.DISCARDED)
            article = await self.knowledge.articles.want(place, action.asker.person)
        if article.state is not ArticleState.WANTED:
            raise UsageError(_(IS_READY))
        return article, _(BEGUN)

    async def approve(self, action: Action, *, is_again: bool) -> Article:
        """Take an article as it is, for it to become a source. `is_again`: an earlier try may have taken it."""
        ref, person = APPROVE_ARTICLE.read(action), action.asker.person
        article = await self._opened(ref.id, action.asker, action.place)
        if is_again and article.by == person and article.state in {ArticleState.APPROVED, ArticleState.PUBLISHED}:
            return article
        return await self._approved(self._seen(article, ref.version), person)

    async def discard(self, action: Action) -> Article:
        """Discard an article."""
        ref, person = DISCARD_ARTICLE.read(action), action.asker.person
        article = await self._opened(ref.id, action.asker, action.place)
        if article.state is ArticleState.DISCARDED and article.by == person:
            return article
        return await self._change(self._seen(article, ref.version), ArticleState.DISCARDED, by=person, text="")

    async def open_form(self, action: Action) -> Form:
        """Return the form in which an article is edited and approved."""
        pressed = EDIT_ARTICLE.read(action)
        article = await self._opened(pressed.id, action.asker, action.place)
        self._check_ready(self._seen(article, pressed.version))
        ref = ArticleFormRef(workspace=article.workspace, id=article.id, version=article.version)
        choices = (HERE, _("This channel")), (EVERYWHERE, _("The whole workspace"))
        return ARTICLE_FORM.form(
            _("Edit the article"),
            (
                Field("title", _("Title"), "text", article.title, max_length=LONGEST_TITLE),
                Field("text", _("Text"), "area", article.text, max_length=LONGEST_ARTICLE),
                Field("serves", _("Where I answer from it"), "choice", HERE, choices),
            ),
            ref,
            _("Approve"),
        )

    async def submit(self, submission: Submission) -> tuple[Article | None, Mapping[str, str]]:
        """Take an article as a form has it; return it, and faults by field."""
        ref = ARTICLE_FORM.read(submission)
        article = await self._opened(ref.id, submission.asker, Place(ref.workspace, ""))
        answers = {name: str(value).strip() for name, value in submission.answers.items()}
        article = self._seen(article, ref.version)
        title, text = " ".join(answers.get("title", "").split()), answers.get("text", "")
        missing = {name: _("Write something here.") for name, value in (("title", title), ("text", text)) if not value}
        if missing:
            return None, missing
        is_for_all = answers.get("serves") == EVERYWHERE
        if is_for_all:
            venue = await self.chat.directory.venue(replace(article.place, thread=""), submission.asker.person)
            if venue.is_private:
                return None, {"serves": _(PRIVATE)}
            everywhere = Place(article.workspace, "")
            await check_may_change(everywhere, submission.asker, admins=self.admins, directory=self.chat.directory)
        return await self._approved(
            article, submission.asker.person, title=title, text=text, for_workspace=is_for_all
        ), {}

    async def where(self, submission: Submission) -> Place | None:
        """Return the thread whose article a form is about, None if it is gone."""
        ref = ARTICLE_FORM.read(submission)
        article = await self.knowledge.articles.find(ref.workspace, ref.id)
        return article.place if article is not None else None

    async def _opened(self, id_: int, asker: Requester, place: Place) -> Article:
        """Return an article that someone may decide about: the number of a control must not be trusted.

        Once an article is gone, its number may be another one's: that of another thread than the control's.
        """
        article = await self.knowledge.articles.find(place.workspace, id_)
        if article is None or article.state is ArticleState.GONE or place.thread not in {"", article.thread}:
            raise UsageError(_(GONE))
        await self._check(article.place, asker)
        return article

    async def _check(self, place: Place, asker: Requester) -> None:
        """Raise `NotAllowedError` unless a person is of the channel's team, or may add knowledge to it."""
        channel = replace(place, thread="")
        settings = await self.store.settings.load(channel)
        team = {*settings.agents, *(person for one in settings.teams for person in one.people)}
        if asker.person in team:
            await check_member([channel], asker.person, self.chat.directory)
        else:
            await check_may_change(channel, asker, admins=self.admins, directory=self.chat.directory)

    async def _approved(self, article: Article, person: str, **values: Any) -> Article:  # noqa: ANN401 - as the port has it
        self._check_ready(article)
        try:
            async for _page in self.chat.history.thread(article.place):
                break
        except GoneError:
            await self.knowledge.articles.change(article, ArticleState.UNWRITTEN, reason=Unwritten.GONE, text="")
            raise UsageError(_(card.UNWRITTEN[Unwritten.GONE])) from None
        return await self._change(article, ArticleState.APPROVED, by=person, **values)

    async def _change(self, article: Article, state: ArticleState, **values: Any) -> Article:  # noqa: ANN401 - as the port has it
        """Change an article, unless someone else was first."""
        self._check_ready(article)
        changed = await self.knowledge.articles.change(article, state, **values)
        if changed is None:
            now = await self.knowledge.articles.find(article.workspace, article.id)
            self._refuse(now)
        return changed

    def _seen(self, article: Article, version: int) -> Article:
        """Return an article if it is as people see it. Raises `UsageError`."""
        if article.version != version:
            self._refuse(article)
        return article

    def _check_ready(self, article: Article) -> None:
        if article.state is not ArticleState.READY or not article.text:
            self._refuse(article)

    def _refuse(self, article: Article | None) -> NoReturn:
        """Say what became of an article. Raises `UsageError`."""
        if article is not None and article.state is ArticleState.UNWRITTEN:
            raise UsageError(_(card.UNWRITTEN[Unwritten(article.reason)]))
        if article is not None and article.state is ArticleState.READY and article.text:
            raise UsageError(_(OLD))
        if article is None or not article.by:
            raise UsageError(_(GONE))
        raise UsageError(_(DECIDED, person=self.chat.names.mention(article.by)))
