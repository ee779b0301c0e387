"""Real-time search: messages that a user may find from where they ask, by their words.

Sources: https://docs.slack.dev/reference/methods/assistant.search.context and
https://docs.slack.dev/apis/web-api/real-time-search-api
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, page, tier
from bot.playground.slack.methods.chat import link
from bot.playground.slack.rules import SEARCH_QUERY, SEARCH_RESULTS, SEARCHES_PER_MINUTE
from bot.playground.slack.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.slack.action_tokens import IssuedToken
    from bot.playground.slack.records import Channel, MessageRecord
    from bot.playground.slack.wire import Json
    from bot.playground.slack.workspace import Workspace

KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im"}
SHORTEST_WORD = 4  # letters; what is shorter says little about what is meant
_WORD = re.compile(r"\w+")


def context(workspace: Workspace, arguments: Arguments) -> Json:
    """Search for messages, the best or the newest first."""
    if code := workspace.rules.no_search:
        raise ApiError(code)
    query = arguments.text("query")
    if not query.strip():
        raise ApiError("missing_query")
    if len(query) > SEARCH_QUERY:
        raise ApiError("query_too_long")
    now = workspace.clock()
    token = workspace.action_tokens.check(arguments.text("action_token"), now)
    if arguments.has("context_channel_id") and arguments.text("context_channel_id") not in workspace.channels:
        raise ApiError("context_channel_not_found")
    if workspace.user(token.user).guest:
        raise ApiError("access_denied")
    if workspace.rules.tiers:
        workspace.action_tokens.count(token.user, now)
    found = _ranked(workspace, arguments, token) if _is_among("messages", arguments, "content_types") else []
    shown, metadata = page(found, arguments, "message_ts", SEARCH_RESULTS, SEARCH_RESULTS)
    return {"results": {"messages": shown}, "response_metadata": metadata}


def info(workspace: Workspace, _: Arguments) -> Json:
    """Tell whether the workspace understands questions, rather than only their words."""
    return {"is_ai_search_enabled": workspace.rules.has_ai_search}


def _ranked(workspace: Workspace, arguments: Arguments, token: IssuedToken) -> list[Json]:
    """Return the messages that have words of the query, with the most of them first."""
    query = _words(arguments.text("query"))
    words = {word for word in query if len(word) >= SHORTEST_WORD} or query
    scored = [
        (len(words & _words(f"{message.text} {message.shown}")), message)
        for channel in _searched(workspace, arguments, token)
        for message in workspace.messages(channel.id)
        if _is_wanted(workspace, message, arguments)
    ]
    hits = [(score, message) for score, message in scored if score]
    by_time = arguments.text("sort") == "timestamp"
    is_falling = arguments.text("sort_dir", "desc") == "desc"
    hits.sort(key=lambda hit: (0 if by_time else hit[0], hit[1].ts), reverse=is_falling)
    with_blocks = arguments.flag("include_message_blocks")
    return [_result(workspace, message, with_blocks=with_blocks) for _, message in hits]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _searched(workspace: Workspace, arguments: Arguments, token: IssuedToken) -> Iterator[Channel]:
    """Yield the channels that a user can search from where they ask."""
    here = workspace.channel(token.channel)
    for channel in workspace.channels.values():
        is_in_reach = channel is here or (channel.kind == "channel" and not here.shared_with)
        is_wanted = _is_among(KINDS[channel.kind], arguments, "channel_types", "public_channel")
        if is_in_reach and is_wanted and (not channel.is_archived or arguments.flag("include_archived_channels")):
            yield channel


def _is_among(kind: str, arguments: Arguments, name: str, default: str = "messages") -> bool:
    """Return whether a list with commas has a kind. A JSON array was seen to be ignored: then all are wanted."""
    wanted = arguments.values.get(name) or default
    return not isinstance(wanted, str) or wanted.startswith("[") or kind in wanted.split(",")


def _is_wanted(workspace: Workspace, message: MessageRecord, arguments: Arguments) -> bool:
    if message.subtype == "tombstone" or (workspace.users[message.user].is_bot and not arguments.flag("include_bots")):
        return False
    at = float(message.ts)
    return at > arguments.number("after", 0) and (not arguments.has("before") or at < arguments.number("before", 0))


def _result(workspace: Workspace, message: MessageRecord, *, with_blocks: bool) -> Json:
    """Describe a message; a workflow's or an incoming webhook's has no user."""
    author = workspace.users[message.user]
    is_named = message.subtype == "bot_message"
    return {
        "author_name": message.username if is_named else author.real_name,
        **({} if is_named else {"author_user_id": author.id}),
        "team_id": workspace.team_of(author),
        "channel_id": message.channel,
        "channel_name": workspace.channel(message.channel).name,
        "message_ts": message.ts,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        "content": message.text,
        "is_author_bot": author.is_bot,
        "permalink": link(workspace, message),
        **({"blocks": message.blocks} if with_blocks and message.blocks else {}),
    }


_SCOPES = ("search:read.public",)
METHODS = (
    Method("assistant.search.context", context, scopes=_SCOPES, per_minute=SEARCHES_PER_MINUTE),
    Method("assistant.search.info", info, scopes=_SCOPES, per_minute=tier(2)),
)
