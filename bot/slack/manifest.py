"""The manifest that creates the Slack app in one paste: what the code listens to, and the scopes that it needs."""

# not for people: Slack shows one manifest to all, in English

from __future__ import annotations

from typing import Any

from bot.core.actions import SHORTCUTS
from bot.core.commands import COMMANDS
from bot.slack.inbound import agent, uninstall
from bot.slack.inbound.http import PATH, REDIRECT_PATH

NAME = "Parley"

SCOPES = {
    "app_mentions:read": "hear when it is mentioned",
    "assistant:write": "be an agent: the status while it thinks",
    "channels:history": "hear follow-ups in threads of public channels, and read what came before",
    "channels:read": "see who is a member of a public channel, before a setting is changed",
    "chat:write": "answer",
    "commands": "slash commands",
    "files:read": "read files that people post; see whether one was saved before, when a turn is tried again",
    "files:write": "save code to files",
    "groups:history": "hear follow-ups in threads of private channels, and read what came before",
    "groups:read": "see who is a member of a private channel, before a setting is changed",
    "im:history": "hear direct messages",
    "im:read": "see who is in a direct conversation, before a setting is changed",
    "im:write": "send a private command's file to the user",
    "mpim:history": "hear follow-ups in group messages",
    "mpim:read": "see who is in a group message, before a setting is changed",
    "reactions:write": "show under a post of feedback what it was sorted as",
    "users:read": "know people by name; see who is an admin, before a setting is changed",
}

# Which an admin may decline: each with what the bot could do besides.
OPTIONAL_SCOPES = {
    "canvases:write": "show the draft of an article as a canvas instead of a file",
    "search:read.public": "find messages of all public channels, also those that it is not in, for whoever asks",
    "usergroups:read": "call user groups by their names where Slack sends only ids",
}

EVENTS = (
    *agent.EVENTS,
    *uninstall.EVENTS,
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
)


def manifest(url: str = "", prefix: str = "") -> dict[str, Any]:
    """Return the manifest, for Socket Mode, or for HTTP if the bot's public address is given.

    `prefix` is before the names of the slash commands.

    Several workspaces also install it from that address. Token rotation stays off until the app's owner turns it on,
    which can't be undone: it is of no use to one workspace whose token was set by hand.
    """
    address = {"url": url.rstrip("/") + PATH} if url else {}
    redirects = {"redirect_urls": [url.rstrip("/") + REDIRECT_PATH]} if url else {}
    request = {"request_url": address["url"]} if url else {}
    return {
        "display_information": {
            "name": NAME,
            "description": "A self-hosted Claude for your team's Slack",
            "background_color": "#2b2a33",
        },
        "features": _features(address, prefix),
        "oauth_config": {**redirects, "scopes": _scopes()},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **request},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _scopes() -> dict[str, list[str]]:
    """Return the scopes; Slack wants the optional ones in both lists.

    https://docs.slack.dev/authentication/installing-with-oauth#optional-scopes
    """
    return {"bot": sorted({*SCOPES, *OPTIONAL_SCOPES}), "bot_optional": sorted(OPTIONAL_SCOPES)}


def _features(address: dict[str, str], prefix: str) -> dict[str, Any]:
    """Return what people see of the app; `address` is where commands go over HTTP."""
    return {
        "agent_view": {
            "agent_description": "Ask Claude, summarize channels, sort messages, write code. AI can make mistakes.",
            "suggested_prompts": [{"title": title, "message": message} for title, message in agent.PROMPTS],
        },
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "shortcuts": [
            {"callback_id": one.name, "name": one.label, "type": "message", "description": one.description}
            for one in SHORTCUTS
        ],
        "slash_commands": [
            {
                "command": f"/{prefix}{command.name}",
                "description": command.description,
                "usage_hint": command.usage_hint,
                "should_escape": True,
                **address,
            }
            for command in COMMANDS
        ],
    }
