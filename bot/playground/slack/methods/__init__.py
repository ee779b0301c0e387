"""The Web API's methods, one module per area; each module ends with its table of methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.methods import app, chat, conversation, file, oauth, search, session, stream, user, view

if TYPE_CHECKING:
    from bot.playground.slack.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for module in (app, oauth, chat, stream, session, conversation, user, file, view, search)
    for method in module.METHODS
}
