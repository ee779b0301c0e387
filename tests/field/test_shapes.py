"""Every field that Slack was ever seen to send, absent, null, empty and odd: nothing is raised, and no text is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.client.blocks_to_text import flat
from bot.slack.client.file_ref import file_refs
from bot.slack.client.history_message import reactions_of, said
from bot.slack.client.message_kinds import is_said
from bot.slack.inbound.messages import changed, incoming_message, updated
from tests.support import shape

if TYPE_CHECKING:
    from collections.abc import Mapping

TEAM, BOT = "T01LOCAL000", "U01PARLEY00"


def element(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields}


INLINE = [
    element("text", text="word1x", style={"bold": True, "strike": True}),
    element("text", text="word2x", style={"code": True}),
    element("link", url="https://word3x.example", text="word4x"),
    element("user", user_id="U01ADA00000"),
    element("channel", channel_id="C01GENERAL0"),
    element("usergroup", usergroup_id="S1"),
    element("emoji", name="word5x", unicode="1f44d"),
    element("broadcast", range="word6x"),
    element("date", timestamp=1764460800, format="{date}", url="https://word7x.example", fallback="word8x"),
    element("color", value="word9x"),
    element("canvas", title="word10x", url="https://word11x.example"),
]
RICH = {
    "type": "message",
    "channel": "C01GENERAL0",
    "user": "U01ADA00000",
    "ts": "1764460800.000100",
    "text": "word1x",
    "blocks": [
        element(
            "rich_text",
            elements=[
                element("rich_text_section", elements=INLINE),
                element(
                    "rich_text_list",
                    style="ordered",
                    indent=1,
                    offset=2,
                    border=1,
                    elements=[element("rich_text_section", elements=[element("text", text="word20x")])],
                ),
                element("rich_text_quote", border=1, elements=[element("text", text="word21x\n\nword22x")]),
                element("rich_text_preformatted", language="python", elements=[element("text", text="word23x")]),
            ],
        ),
        element("table", rows=[[element("raw_text", text="word24x"), element("raw_number", value=4, text="word25x")]]),
        element(
            "video", title=element("plain_text", text="word26x"), title_url="https://word27x.example", alt_text="x"
        ),
        element("card", title=element("mrkdwn", text="word28x"), body=[element("plain_text", text="word29x")]),
        element("markdown", text="# word30x"),
    ],
}


def read_all(event: Mapping[str, Any]) -> str:
    """Read an event in every way there is; return the text that was heard, or read."""
    message, update = incoming_message(event, team=TEAM, bot=BOT), updated(event, team=TEAM, bot=BOT)
    changed(event, team=TEAM, bot=BOT)
    if is_said(event):
        words = flat(event)
        assert said(event, words, {}, is_own=False, us=BOT).words == words
    reactions_of(event, BOT)
    file_refs(event)
    return update.incoming.text if update else message.text if message else ""


def message_in(event: dict[str, Any]) -> tuple[shape.Path_, dict[str, Any]]:
    """Return the message that an event is about, and where it is in it."""
    inner = event.get("message") or event.get("previous_message")
    where = ("message",) if event.get("message") else ("previous_message",)
    return (where, inner) if isinstance(inner, dict) else ((), event)


@pytest.mark.parametrize("name", shape.names())
@settings(max_examples=40)
@given(st.data())
def test_no_field_of_an_event_can_do_harm(name: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(shape.paths(name)))
    read_all(shape.changed(shape.event(name), path, data.draw(st.sampled_from(shape.ODD))))


@pytest.mark.parametrize("name", [name for name in shape.names() if name.startswith(("Message", "AppMention"))])
@settings(max_examples=40)
@given(st.data())
def test_no_odd_field_loses_other_text(name: str, data: st.DataObject) -> None:
    where, message = message_in(shape.event(name))
    inside = [path for path in shape.paths(name) if path[: len(where)] == where and len(path) > len(where)]
    path = data.draw(st.sampled_from(inside))[len(where) :]
    own = shape.words(shape.at(message, path))
    odd = shape.changed(message, path, data.draw(st.sampled_from(shape.ODD)))
    assert shape.words(flat(message)) - own <= shape.words(flat(odd))


RICH_PATHS = list(shape.walk(RICH))


@settings(max_examples=300)
@given(st.sampled_from(RICH_PATHS), st.sampled_from(shape.ODD))
def test_rich_text_keeps_all_its_words(path: shape.Path_, value: object) -> None:
    own = shape.words(shape.at(RICH, path))
    odd = shape.changed(RICH, path, value)
    read_all(odd)
    assert shape.words(flat(RICH)) - own <= shape.words(flat(odd)) | {"word1x"}


def test_all_that_a_person_reads_is_read() -> None:
    for name in ("Message", "MessageBot", "MessageFileShare", "AppMention"):
        event = shape.event(name)
        told = shape.words(read_all({**event, "user": "U01ADA00000"}))
        for block in event["blocks"]:
            shown = [block.get("text"), block.get("title"), block.get("label"), *(block.get("fields") or ())]
            shown += [one.get("text") for one in block.get("elements") or () if isinstance(one, dict)]
            assert shape.words([one for one in shown if one]) <= told
        for part in event.get("attachments") or ():
            fields = ("pretext", "author_name", "title", "title_link", "text", "footer", "from_url", "fields")
            assert shape.words([part.get(field, "") for field in fields]) <= told
