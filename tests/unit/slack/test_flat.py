from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.flat import flat

TYPES = ("rich_text", "section", "table", "image", "plan", "task_card", "rich_text_list", "text", "link", "unheard")
NAMES = ("type", "text", "elements", "fields", "rows", "blocks", "attachments", "title", "message_blocks", "style")
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(TYPES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


def rich(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"blocks": [{"type": "rich_text", "elements": list(parts)}]}


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def word(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


@given(st.dictionaries(st.sampled_from(("text", "blocks", "attachments")), JSON))
def test_any_message_can_be_flattened(message: dict[str, Any]) -> None:
    assert isinstance(flat(message), str)


def test_deep_nesting_comes_to_an_end() -> None:
    block: dict[str, Any] = {"type": "plan", "title": {"type": "plain_text", "text": "innermost"}}
    for _ in range(500):
        block = {"type": "plan", "tasks": [block]}
    assert flat({"blocks": [block]}) == ""


def test_plain_text_is_unescaped() -> None:
    assert flat({"text": "a &lt; b &amp; <https://x.example|there>"}) == "a < b & there (https://x.example)"


def test_rich_text_keeps_its_form() -> None:
    message = rich(
        section(word("See "), {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "wave"}),
        {"type": "rich_text_list", "style": "ordered", "elements": [section(word("one")), section(word("two"))]},
        {"type": "rich_text_quote", "elements": [word("said\nso")]},
        {"type": "rich_text_preformatted", "elements": [word("x < 1")]},
    )
    assert flat(message) == "See <@U1>:wave:\n1. one\n2. two\n> said\n> so\n```\nx < 1\n```"


def test_what_was_typed_is_not_said_twice() -> None:
    assert flat({"text": "hello", **rich(section(word("hello")))}) == "hello"


def test_an_unheard_block_leaves_the_text() -> None:
    assert flat({"text": "hello &amp; bye", "blocks": [{"type": "hologram"}]}) == "hello & bye"


def test_buttons_alone_leave_the_text() -> None:
    assert flat({"text": "hello", "blocks": [{"type": "actions", "elements": []}]}) == "hello"


def test_an_app_message_is_read_whole() -> None:
    message = {
        "text": "fallback",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Build"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "a &gt; b"}, "fields": [{"text": "f1"}]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "by CI"}, {"type": "image", "alt_text": "ok"}]},
            {"type": "markdown", "text": "**bold** & more"},
        ],
    }
    assert flat(message) == "Build\n\na > b\nf1\n\nby CI ok\n\n**bold** & more"


def test_a_table_keeps_its_rows() -> None:
    cell = {"type": "rich_text", "elements": [section(word("x"))]}
    rows = [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}], [cell, cell]]
    assert flat({"blocks": [{"type": "table", "rows": rows}]}) == "| a | b |\n| x | x |"


def test_attachments_are_read() -> None:
    attachment = {
        "fallback": "never mind",
        "pretext": "New:",
        "title": "Ticket",
        "title_link": "https://x.example/1",
        "text": "It &amp; burns",
        "fields": [{"title": "Severity", "value": "high"}],
    }
    assert flat({"text": "look", "attachments": [attachment]}) == (
        "look\n\nNew:\nTicket (https://x.example/1)\nIt & burns\nSeverity: high"
    )
    assert flat({"attachments": [{"fallback": "only this"}]}) == "only this"


def test_a_shared_message_is_read() -> None:
    shared = {"author_name": "Sam", "message_blocks": [{"message": rich(section(word("inner")))}], "text": "inner"}
    assert flat({"text": "what of this?", "attachments": [shared]}) == "what of this?\n\nSam\ninner"


def test_what_no_database_takes_goes() -> None:
    assert flat(rich(section(word("a\0b\ud800c")))) == "abc"
