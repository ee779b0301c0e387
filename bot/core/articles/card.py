"""What the team reads of an article, in the thread that it is about: it says no more than that does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.actions import APPROVE_ARTICLE, DISCARD_ARTICLE, EDIT_ARTICLE
from bot.core.domain.article import ArticleState, Unwritten
from bot.core.domain.control_value import ArticleRef
from bot.core.domain.message import Upload
from bot.core.literal import literal
from bot.language import N_, _

if TYPE_CHECKING:
    from bot.core.domain.article import Article
    from bot.core.domain.interaction import Control
    from bot.core.ports import Mentions

HEAD = N_("**Draft of an article for the knowledge**")
CANVAS = N_("As a canvas: [{title}]({link})")
READY = N_("_Nothing of it is used until someone approves it. I left out the names and secrets that I found._")
SENTENCES = {
    ArticleState.APPROVED: N_("_{person} approved it: I'm adding it to the knowledge…_"),
    ArticleState.DISCARDED: N_("_{person} discarded this article._"),
}
PUBLISHED = N_("_{person} approved it: it is source {number} now._")
UNWRITTEN = {
    Unwritten.NO_ANSWER: N_("I can't write this up: no one but the person who asked has replied."),
    Unwritten.UNSUPPORTED: N_("I can't write this up: the replies don't answer the question."),
    Unwritten.BUDGET: N_("I can't write this up: a budget is used up."),
    Unwritten.GONE: N_("I can't write this up: the thread was deleted."),
    Unwritten.EDITED: N_("This article is out of date: the thread was edited after it was written."),
    Unwritten.FAILED: N_("I couldn't write this up. Please try again later."),
}
_NO_FILE_NAME = re.compile(r"[^\w-]+")
LONGEST_FILE_NAME = 60  # characters


def message(article: Article, names: Mentions, link: str = "") -> str:
    """Return the message that shows an article. `link`: its canvas's address."""
    person = names.mention(article.by) if article.by else ""
    canvas = _(CANVAS, title=literal(article.title), link=link) if link else ""
    match article.state:
        case ArticleState.READY:
            shown = "\n".join(f"> {line}" for line in f"**{literal(article.title)}**\n\n{article.text}".splitlines())
            return "\n\n".join(filter(None, (_(HEAD), shown, canvas, _(READY))))
        case ArticleState.UNWRITTEN:
            return f"_{reason(article)}_"
        case ArticleState.PUBLISHED:
            told = _(PUBLISHED, person=person, number=article.source)
        case _:
            told = _(SENTENCES[article.state], person=person)
    title = canvas or (f"**{literal(article.title)}**" if article.title else "")
    return "\n\n".join(filter(None, (_(HEAD), title, told)))


def reason(article: Article) -> str:
    """Return the sentence that says why there is no article."""
    return _(UNWRITTEN[Unwritten(article.reason)])


def controls(article: Article) -> tuple[Control, ...]:
    """Return the controls below that message."""
    if article.state is not ArticleState.READY:
        return ()
    ref = ArticleRef(id=article.id, version=article.version)
    return APPROVE_ARTICLE.button(ref, style="primary"), EDIT_ARTICLE.button(ref), DISCARD_ARTICLE.button(ref)


def file(article: Article) -> Upload:
    """Return an article as a Markdown file."""
    name = _NO_FILE_NAME.sub("-", article.title).strip("-").lower()[:LONGEST_FILE_NAME] or "article"
    return Upload(f"{name}.md", f"# {article.title}\n\n{article.text}\n".encode())
