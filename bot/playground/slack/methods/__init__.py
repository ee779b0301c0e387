"""The Web API's methods, one module per area; each module ends with its table of methods.

app.py           methods about the app itself: its token, its identity, its sockets
canvas.py        methods about canvases: documents of their owner's alone, until they are shared
chat.py          methods that post, change and delete messages
conversation.py  methods about channels, their members and their history
file.py          methods that upload files, in Slack's three steps, and describe them
oauth.py         the method that issues tokens, for an authorization code or a refresh token
search.py        real-time search: messages that a user may find from where they ask, by their words
session.py       methods for agent sessions: status, title, suggested prompts
stream.py        methods that stream a message into a thread
user.py          methods about users and their reactions
view.py          methods that open modals and publish the home tab
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.methods import (
    app,
    canvas,
    chat,
    conversation,
    file,
    oauth,
    search,
    session,
    stream,
    user,
    view,
)

if TYPE_CHECKING:
    from bot.playground.slack.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for module in (app, oauth, chat, stream, session, conversation, user, file, canvas, view, search)
    for method in module.METHODS
}
