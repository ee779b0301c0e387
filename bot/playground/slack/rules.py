"""Every limit, delay and lifetime of Slack's that the local workspace enforces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

# Requests per minute of Slack's rate limit tiers; special limits are where a method is declared.
TIERS: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
# Messages: about one a second in a channel, "short bursts" beyond that, "several hundred" a minute in a workspace. What
# Slack leaves open is set conservatively here.
POSTS_PER_SECOND = 1.0
POSTS_AT_ONCE = 5.0
POSTS_PER_MINUTE = 300
# Real-time search: "10+" a minute; the longest query is not documented.
SEARCHES_PER_MINUTE = 10
SEARCH_QUERY = 500
SEARCH_RESULTS = 20
# Methods with a limit of their own: "hundreds a minute" for most of them.
SPECIAL = 300

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "mpim:history",
    "reactions:read",
    "reactions:write",
    "search:read.public",
    "users:read",
)
# Those that an app may ask for as optional; one that is not among a workspace's `scopes` was declined there.
OPTIONAL_SCOPES = frozenset({"canvases:write", "search:read.public", "usergroups:read"})

SUBSCRIPTIONS = (
    "agent_session_stopped",
    "agent_session_title_changed",
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "tokens_revoked",
)


@dataclass(frozen=True, slots=True)
class Rules:
    """How the workspace behaves; the defaults are Slack's own. Times are in seconds."""

    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)  # before each further attempt to deliver an event
    trigger_lifetime: float = 3.0
    response_url_lifetime: float = 1800.0
    response_url_uses: int = 5
    stream_lifetime: float | None = 300.0  # None: forever
    no_streams_in: frozenset[Literal["im", "group", "channel"]] = frozenset()
    connections: int = 10  # of Socket Mode
    history_page: int | None = None  # the most messages per page of history, 15 for the apps that Slack limits
    token_lifetime: float | None = None  # with token rotation; 43,200 with Slack
    action_token_lifetime: float = 1800.0  # Slack does not say
    no_search: Literal["", "feature_not_enabled", "assistant_search_context_disabled"] = ""  # how a search is refused
    has_ai_search: bool = True
    is_free: bool = False  # a free plan: a canvas stands in a channel's tabs, or nowhere
    tiers: bool = False  # whether each method has the rate limit of its tier
    missing_methods: frozenset[str] = frozenset()  # answered with `unknown_method`
    scopes: frozenset[str] = field(default=frozenset(SCOPES))
    subscriptions: frozenset[str] = field(default=frozenset(SUBSCRIPTIONS))


# The limits of a canvas.
CANVAS_TABLE_CELLS = 300
CANVAS_HEADINGS = 3
# The limits of a message.
TEXT_CUT_AT = 40_000
UPDATE_TEXT = 4_000
MARKDOWN_TEXT = 12_000
TASK_TEXT = 256
STREAM_WITH_TASKS = 11_000  # bytes: see `streams.py`
ALL_BLOCK_TEXT = 13_200
BLOCKS = 50
