"""Methods about what the bot shows beside a thread's messages: status, title, suggested prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.method import Arguments, Method, tier
from bot.playground.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.workspace import Workspace

STATES = frozenset({"active", "processing", "suspended", "closed"})
LOADING_MESSAGES = 10
LOADING_MESSAGE = 50
PROMPTS = 4


def set_state(workspace: Workspace, channel_id: str, thread_ts: str, state: str) -> None:
    """Put a session into a state; a session that is processing shows it."""
    if state not in STATES:
        raise ApiError("invalid_arguments", f"[ERROR] must be one of {', '.join(sorted(STATES))}: status")
    workspace.session(channel_id, thread_ts).state = state
    workspace.set_status(channel_id, thread_ts, "Working…" if state == "processing" else "")


def set_session_status(workspace: Workspace, arguments: Arguments) -> Json:
    """Set an agent session's state."""
    channel, thread_ts = _place(workspace, arguments)
    set_state(workspace, channel, thread_ts, arguments.text("status"))
    if arguments.has("title"):
        workspace.session(channel, thread_ts).title = arguments.text("title")
    return {}


def rename(workspace: Workspace, arguments: Arguments) -> Json:
    """Give a session a title."""
    workspace.session(*_place(workspace, arguments)).title = arguments.text("title")
    return {}


def set_status(workspace: Workspace, arguments: Arguments) -> Json:
    """Show free text as a thread's status; "" takes it off."""
    loading = arguments.structure("loading_messages") or []
    if len(loading) > LOADING_MESSAGES or any(len(text) > LOADING_MESSAGE for text in loading):
        raise ApiError(
            "invalid_arguments", f"[ERROR] at most {LOADING_MESSAGES} of {LOADING_MESSAGE}: loading_messages"
        )
    if "status" not in arguments.values:
        raise ApiError("invalid_arguments", "[ERROR] missing required field: status")
    workspace.set_status(*_place(workspace, arguments), arguments.text("status"))
    return {}


def set_prompts(workspace: Workspace, arguments: Arguments) -> Json:
    """Suggest what to ask."""
    prompts = arguments.structure("prompts")
    if not isinstance(prompts, list) or len(prompts) > PROMPTS:
        raise ApiError("invalid_arguments", f"[ERROR] must be a list of at most {PROMPTS}: prompts")
    workspace.session(*_place(workspace, arguments)).prompts = prompts
    return {}


def _place(workspace: Workspace, arguments: Arguments) -> tuple[str, str]:
    channel = workspace.joined_channel(arguments.text("channel_id"))
    thread_ts = arguments.text("thread_ts")
    if thread_ts:
        workspace.message(channel.id, thread_ts, missing="thread_not_found")
    return channel.id, thread_ts


_ASSISTANT = ("assistant:write", "chat:write")
METHODS = (
    Method("agents.sessions.setStatus", set_session_status, ("channel_id", "status"), ("chat:write",), tier(3)),
    Method("agents.sessions.rename", rename, ("channel_id", "title"), ("chat:write",), tier(3)),
    Method("assistant.threads.setStatus", set_status, ("channel_id", "thread_ts"), _ASSISTANT),
    Method("assistant.threads.setTitle", rename, ("channel_id", "thread_ts", "title"), ("assistant:write",)),
    Method("assistant.threads.setSuggestedPrompts", set_prompts, ("channel_id", "prompts"), ("assistant:write",)),
)
