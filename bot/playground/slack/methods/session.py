"""Methods for agent sessions: status, title, suggested prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.method import Arguments, Method, tier
from bot.playground.slack.rules import SPECIAL
from bot.playground.slack.wire import ApiError, Json

if TYPE_CHECKING:
    from bot.playground.slack.workspace import Workspace

STATES = frozenset({"active", "processing", "suspended", "closed"})
LOADING_MESSAGES = 10
LOADING_MESSAGE = 50
PROMPTS = 4
TITLE = 200


def set_state(workspace: Workspace, channel_id: str, thread_ts: str, state: str) -> None:
    """Set a session's state; while it is processing, it shows that."""
    if state not in STATES:
        raise ApiError("invalid_arguments", f"[ERROR] must be one of {', '.join(sorted(STATES))}: status")
    workspace.session(channel_id, thread_ts).state = state
    workspace.set_status(channel_id, thread_ts, "Working…" if state == "processing" else "")


def set_session_status(workspace: Workspace, arguments: Arguments) -> Json:
    """Set an agent session's state; a new session takes the title, too.

    Source: https://docs.slack.dev/reference/methods/agents.sessions.setStatus
    """
    channel, thread_ts = _place(workspace, arguments)
    title, state = arguments.text("title"), arguments.text("status")
    if len(title) > TITLE:
        raise ApiError("invalid_arguments", f"[ERROR] must be at most {TITLE} characters: title")
    is_new = not workspace.session(channel, thread_ts).state
    set_state(workspace, channel, thread_ts, state)
    if title and is_new:
        workspace.set_title(channel, thread_ts, title)
    answer = {"status": state, "agent_status": state, "title": workspace.session(channel, thread_ts).title}
    if state == "processing" and "agent_session_stopped" not in workspace.rules.subscriptions:
        return answer | {"warning": "missing_agent_session_stopped_event_subscription"}
    return answer


def rename(workspace: Workspace, arguments: Arguments) -> Json:
    """Give a session a title; raises `session_not_found` if there is none."""
    place = _place(workspace, arguments)
    if not 1 <= len(arguments.text("title")) <= TITLE:
        raise ApiError("invalid_arguments", f"[ERROR] must be 1 to {TITLE} characters: title")
    if not workspace.session(*place).state:
        raise ApiError("session_not_found")
    workspace.set_title(*place, arguments.text("title"))
    return {"title": arguments.text("title")}


def set_title(workspace: Workspace, arguments: Arguments) -> Json:
    """Give a thread with the app a title, with the older method."""
    workspace.set_title(*_place(workspace, arguments), arguments.text("title"))
    return {}


def set_status(workspace: Workspace, arguments: Arguments) -> Json:
    """Show free text as a thread's status, or loading messages in turn; "" clears it."""
    loading = arguments.structure("loading_messages") or []
    if len(loading) > LOADING_MESSAGES or any(len(text) > LOADING_MESSAGE for text in loading):
        raise ApiError(
            "invalid_arguments", f"[ERROR] at most {LOADING_MESSAGES} of {LOADING_MESSAGE}: loading_messages"
        )
    if "status" not in arguments.values:
        raise ApiError("invalid_arguments", "[ERROR] missing required field: status")
    workspace.set_status(*_place(workspace, arguments), arguments.text("status"), loading)
    return {}


def set_prompts(workspace: Workspace, arguments: Arguments) -> Json:
    """Suggest prompts in a user's direct messages."""
    prompts = arguments.structure("prompts")
    match prompts:
        case list() if len(prompts) <= PROMPTS and all(
            prompt.get("title") and prompt.get("message") for prompt in prompts
        ):
            workspace.set_prompts(*_place(workspace, arguments), prompts)
            return {}
        case _:
            raise ApiError("invalid_arguments", f"[ERROR] at most {PROMPTS}, each with title and message: prompts")


def _place(workspace: Workspace, arguments: Arguments) -> tuple[str, str]:
    channel = workspace.joined_channel(arguments.text("channel_id"))
    thread_ts = arguments.text("thread_ts")
    if thread_ts:
        workspace.message(channel.id, thread_ts, missing="thread_not_found")
    return channel.id, thread_ts


_WRITE = ("assistant:write",)
_ASSISTANT = ("assistant:write", "chat:write")
METHODS = (
    Method("agents.sessions.setStatus", set_session_status, ("channel_id", "status"), ("chat:write",), tier(3)),
    Method("agents.sessions.rename", rename, ("channel_id", "title"), ("chat:write",), tier(3)),
    Method("assistant.threads.setStatus", set_status, ("channel_id", "thread_ts"), _ASSISTANT, SPECIAL),
    Method("assistant.threads.setTitle", set_title, ("channel_id", "thread_ts", "title"), _WRITE, SPECIAL),
    Method("assistant.threads.setSuggestedPrompts", set_prompts, ("channel_id", "prompts"), _WRITE, SPECIAL),
)
