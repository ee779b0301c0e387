"""Cases from the field: what one event says, read by itself. Each input was made anew after the report beside it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.inbound.messages import changed, incoming_message, updated

BOT = "U0BOT"
SAID: dict[str, Any] = {"type": "message", "channel": "C1", "channel_type": "channel", "ts": "2.0", "user": "U0ADA"}
BY_APP: dict[str, Any] = SAID | {"subtype": "bot_message", "user": None, "bot_id": "B0ALERTS", "text": ""}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": False}}


def rich(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "block_id": "b", "elements": list(parts)}]


def line(*pieces: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(pieces)}


def word(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


FORWARDED = {
    "is_share": True,
    "is_msg_unfurl": True,
    "author_name": "Kim",
    "text": f"<@{BOT}> the disk of db-1 is full",
    "from_url": "https://local.slack.com/archives/C2/p1",
}


# source, event, what the bot hears, and whether it is called
HEARD: list[tuple[str, dict[str, Any], str, bool]] = [
    (
        "https://github.com/slack-go/slack/issues/961",
        BY_APP
        | {"attachments": [{"fallback": "[no preview available]", "blocks": [section(f"My event CC <@{BOT}>")]}]},
        "My event CC",
        True,
    ),
    (
        "https://github.com/slackapi/bolt-python/issues/925",
        SAID | {"subtype": "file_share", "text": f"<@{BOT}> see here", "files": [{"id": "F1", "name": "a.pdf"}]},
        "see here",
        True,
    ),
    (
        "https://github.com/slackapi/slack-skills-plugin/issues/24",
        SAID
        | {
            "text": "&gt; `app.py:12` is wrong",
            "blocks": rich(
                {"type": "rich_text_quote", "elements": [word(""), word("app.py:12", code=True), word(" is wrong")]}
            ),
        },
        "> `app.py:12` is wrong",
        False,
    ),
    (
        "https://github.com/caipe-io/ai-platform-engineering/pull/1467",
        BY_APP | {"attachments": [{"color": "#f00", "blocks": [section("*FIRING* high latency")]}]},
        "**FIRING** high latency",
        False,
    ),
    (
        "https://github.com/moazbuilds/claudeclaw/issues/211",
        BY_APP
        | {"attachments": [{"title": "Alert", "text": "api is down.", "fields": [{"title": "Code", "value": "503"}]}]},
        "Alert\napi is down.\nCode: 503",
        False,
    ),
    (
        "https://github.com/ColeMurray/background-agents/pull/1143",
        SAID | {"text": f"<@{BOT}> deal with this", "attachments": [FORWARDED]},
        f"deal with this\n\nKim\n the disk of db-1 is full\n{FORWARDED['from_url']}",
        True,
    ),
    (
        "https://github.com/NousResearch/hermes-agent/pull/108478",
        SAID | {"text": "", "attachments": [FORWARDED]},
        f"Kim\n the disk of db-1 is full\n{FORWARDED['from_url']}",
        False,
    ),
    (
        "https://github.com/Chainlit/chainlit/pull/2844",
        SAID | {"type": "app_mention", "user": None, "bot_id": "B0FLOW", "text": f"<@{BOT}> weekly report"},
        "weekly report",
        True,
    ),
    (
        "https://github.com/dust-tt/dust/pull/32697",
        BY_APP | {"bot_id": None, "username": "Weekly check-in ", "text": f"<@{BOT}> weekly report"},
        "weekly report",
        True,
    ),
    (
        "https://github.com/openclaw/openclaw/pull/41073",
        SAID | {"subtype": "thread_broadcast", "thread_ts": "1.0", "root": {"ts": "1.0"}, "text": "done"},
        "done",
        False,
    ),
    (
        "https://github.com/dust-tt/dust/pull/20456",
        SAID
        | {
            "text": "plan old new",
            "blocks": rich(
                line(word("plan "), word("old", strike=True), word(" new", bold=True)),
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "indent": 0,
                    "elements": [line(word("a")), line(word("b"))],
                },
            ),
        },
        "plan ~~old~~ **new**\n- a\n- b",
        False,
    ),
    (
        "https://github.com/wee-slack/wee-slack/issues/420",
        BY_APP | {"user": "USLACKBOT", "bot_id": "B01", "text": "Reminder: stand-up."},
        "Reminder: stand-up.",
        False,
    ),
    (
        "https://github.com/anthropics/claude-plugins-official/issues/1411",
        BY_APP | {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Page"}}, section("db-1 down")]},
        "Page\n\ndb-1 down",
        False,
    ),
]


@pytest.mark.parametrize(
    "text",
    [
        "hey <@U0EVE> can you send them?",
        "Thanks <@U0EVE>!",
        "hi <@U0EVE>, have a look",
        "Good morning <@U0EVE>",
        "Vielen Dank, <@U0EVE>",
        ":wave: <@U0EVE>, there?",
        "Hello <!subteam^S1|@support>, can you look?",
        "&gt; it is down\n<@U0EVE> is it?",
        "おはよう <@U0EVE>",
    ],
)
def test_a_greeting_may_stand_before_a_mention(text: str) -> None:
    # a variant of the others
    told = (f"{text}\n<@{BOT}> sum it up", f"hey <@{BOT}> and <@U0EVE>", "hello, what does <@U0EVE> do?")
    messages = [incoming_message(SAID | {"text": one}, team="T1", bot=BOT) for one in (text, *told)]
    assert [one.addresses_other for one in messages if one] == [True, False, False, False]


@pytest.mark.parametrize(("source", "event", "text", "is_called"), HEARD, ids=lambda one: str(one)[:60])
def test_an_event_is_read_whole(source: str, event: dict[str, Any], text: str, *, is_called: bool) -> None:
    message = incoming_message(event, team="T1", bot=BOT)
    assert message is not None, source
    assert (message.text, message.mentions_bot) == (text, is_called), source
    assert message.is_bot is (event["user"] != "U0ADA"), source


ROOT = {"type": "message", "user": "U0ADA", "ts": "1.0", "text": f"<@{BOT}> hi", "thread_ts": "1.0", "reply_count": 3}
LINKED = ROOT | {"attachments": [{"from_url": "https://x.example", "title": "A page", "id": 1}]}
CHANGE: dict[str, Any] = {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "3.0", "hidden": True}

# source, event: nothing that anybody said
SILENT: list[tuple[str, dict[str, Any]]] = [
    ("https://github.com/soxtoby/SlackNet/issues/165", CHANGE | {"subtype": "message_replied", "message": ROOT}),
    ("https://github.com/slackapi/bolt-js/issues/2587", CHANGE | {"subtype": None, "message": ROOT}),
    ("https://github.com/slackapi/bolt-js/issues/463", CHANGE | {"message": LINKED, "previous_message": ROOT}),
    (
        "https://github.com/langchain-ai/open-swe/pull/2287",
        CHANGE | {"message": ROOT | {"metadata": {"event_type": "x"}}, "previous_message": ROOT},
    ),
]


@pytest.mark.parametrize(("source", "event"), SILENT)
def test_an_event_says_nothing_new(source: str, event: dict[str, Any]) -> None:
    assert incoming_message(event, team="T1", bot=BOT) is None, source
    assert updated(event, team="T1", bot=BOT) is None, source
    assert changed(event, team="T1", bot=BOT) is None, source


def test_a_change_may_name_no_user() -> None:
    """https://github.com/slackhq/slack-api-docs/issues/27."""
    now = {"type": "message", "subtype": "bot_message", "bot_id": "B0ALERTS", "ts": "2.0", "text": "resolved"}
    found = changed(CHANGE | {"message": now, "previous_message": now | {"text": "firing"}}, team="T1", bot=BOT)
    assert found is not None
    assert (found.author, found.text, found.is_bot) == ("B0ALERTS", "resolved", True)
