"""Slack as the chat platform of the use cases: each call uses the token of the place's workspace.

answers.py    answers: streamed into a thread, or for one person alone
directory.py  channels and people, looked up before anything is read for anyone
documents.py  documents of ours beside messages: canvases and files
files.py      files that people posted: what they are, where they were shared, and their bytes
history.py    Slack's history: threads and channels, read page by page as messages
names.py      what people, user groups and channels are called
posts.py      messages of ours that stand for something and change with it, reactions, and files
search.py     Slack's real-time search, on behalf of the person who asks
views.py      what people see of the bot beside messages: its home tab, and forms
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.ports import Chat
from bot.slack.chat.answers import SlackAnswers
from bot.slack.chat.directory import SlackDirectory
from bot.slack.chat.documents import SlackDocuments
from bot.slack.chat.files import SlackFiles
from bot.slack.chat.history import SlackHistory
from bot.slack.chat.names import SlackNames
from bot.slack.chat.posts import SlackPosts
from bot.slack.chat.search import SlackSearch
from bot.slack.chat.views import SlackViews

if TYPE_CHECKING:
    import aiohttp

    from bot.core.ports import FileReader
    from bot.slack.client.rate_limit import Budget
    from bot.slack.workspaces import WorkspaceClients


def slack_chat(
    workspaces: WorkspaceClients, session: aiohttp.ClientSession, budget: Budget, file_reader: FileReader
) -> Chat:
    """Return what use cases can do in each of these workspaces."""
    return Chat(
        answers=SlackAnswers(workspaces, session, budget),
        posts=SlackPosts(workspaces, session, budget),
        history=SlackHistory(workspaces),
        search=SlackSearch(workspaces, budget),
        directory=SlackDirectory(workspaces),
        names=SlackNames(workspaces),
        files=SlackFiles(workspaces, session),
        documents=SlackDocuments(workspaces),
        views=SlackViews(workspaces),
        file_reader=file_reader,
    )
