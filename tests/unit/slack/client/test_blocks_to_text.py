from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.client.blocks_to_text import flat

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


def styled(text: str, *styles: str) -> dict[str, Any]:
    return word(text) | {"style": dict.fromkeys(styles, True)}


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


@pytest.mark.parametrize(
    ("pieces", "written"),
    [
        (
            [word("plan: "), styled("deploy on Friday", "strike"), word(" on Monday")],
            "plan: ~~deploy on Friday~~ on Monday",
        ),
        ([styled("a", "bold"), styled(" and ", "bold"), styled("b", "bold", "italic")], "**a and** **_b_**"),
        ([word("run "), styled("ls -l", "code"), word(" now")], "run `ls -l` now"),
        ([styled("a`b", "code")], "``a`b``"),
        ([styled("`", "code")], "`` ` ``"),
        ([styled("one\ntwo ", "bold"), word("three")], "**one**\n**two** three"),
        (
            [word("2 * 3, snake_case, **no** and `x`"), styled("yes", "bold")],
            "2 * 3, snake_case, \\**no\\** and \\`x\\`**yes**",
        ),
        ([word("literal ** stays")], "literal ** stays"),
        (
            [{"type": "link", "url": "https://x.example", "text": "docs", "style": {"bold": True}}],
            "**docs (https://x.example)**",
        ),
        ([{"type": "link", "url": "mailto:a@b.example", "text": "a@b.example"}], "a@b.example"),
        ([{"type": "link", "url": "mailto:a@b.example", "text": "Ada"}], "Ada (a@b.example)"),
        ([{"type": "user", "user_id": "U1", "style": {"bold": True}}, word(" hi")], "<@U1> hi"),
        ([{"type": "date", "timestamp": 1764460800, "format": "{date}"}], "2025-11-30 00:00 UTC"),
        ([{"type": "date", "timestamp": 1, "fallback": "the epoch"}], "the epoch"),
        ([{"type": "color", "value": "#F405B3"}, {"type": "broadcast", "range": "here"}], "#F405B3@here"),
        ([{"type": "hologram", "label": {"type": "plain_text", "text": "kept"}, "some_id": "X1"}], "kept"),
    ],
)
def test_styles_become_markdown(pieces: list[dict[str, Any]], written: str) -> None:
    assert flat(rich(section(*pieces))) == written


def test_names_come_from_the_text() -> None:
    channel, group = {"type": "channel", "channel_id": "C1"}, {"type": "usergroup", "usergroup_id": "S1"}
    said = rich(section(channel, word(" and "), group))
    assert flat(said | {"text": "<#C1|general> and <!subteam^S1|@oncall>"}) == "#general and @oncall"
    assert flat(said | {"text": "<#C1|> and <!subteam^S1>"}) == "<#C1> and <!subteam^S1>"
    assert flat({"text": "<#C1|> and <!subteam^S1>"}) == "<#C1> and <!subteam^S1>"


def test_lists_and_quotes_nest() -> None:
    message = rich(
        {"type": "rich_text_list", "style": "bullet", "elements": [section(word("a"))]},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "elements": [section(word("b\nc"))]},
        {"type": "rich_text_list", "style": "bullet", "border": 1, "elements": [section(word("said"))]},
        {"type": "rich_text_quote", "elements": [word("x\n\ny")]},
        {"type": "rich_text_preformatted", "elements": [word("```\n**raw**"), styled("z", "bold")]},
    )
    assert flat(message) == "- a\n    3. b\n      c\n> - said\n> x\n>\n> y\n````\n```\n**raw**z\n````"


def test_controls_tell_their_labels() -> None:
    def named(text: str) -> dict[str, str]:
        return {"type": "plain_text", "text": text}

    overflow = {"type": "overflow", "options": [{"text": named("Edit"), "value": "1"}]}
    select = {
        "type": "static_select",
        "placeholder": named("Team"),
        "option_groups": [{"options": [{"text": named("Apps")}]}],
    }
    button = {"type": "button", "text": named("Runbook"), "url": "https://x.example/r", "action_id": "a", "value": "v"}
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*High*"}, "accessory": button},
        {"type": "actions", "elements": [overflow, select, {"type": "button", "text": named("Approve"), "value": "v"}]},
        {"type": "input", "label": named("Why?"), "element": {"type": "plain_text_input", "initial_value": "because"}},
    ]
    assert flat({"blocks": blocks}) == (
        "**High**\nRunbook (https://x.example/r)\n\n[Edit] [Team: Apps] [Approve]\n\nWhy?: [because]"
    )
    assert flat({"text": "Deploy?", "blocks": blocks[1:2]}) == "Deploy?\n\n[Edit] [Team: Apps] [Approve]"
    assert flat({"text": "Deploy?", "blocks": blocks[1:2]}, has_controls=False) == "Deploy?"


def test_an_unheard_block_keeps_its_text() -> None:
    card = {
        "type": "card",
        "title": {"type": "plain_text", "text": "Disk full"},
        "body": {"lines": ["on db-1"]},
        "card_id": "X",
    }
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "Incident"}}, card]
    assert flat({"text": "Incident", "blocks": blocks}) == "Incident\n\nDisk full\non db-1"
    assert flat({"text": "Paged: Kim", "blocks": blocks}) == "Paged: Kim\n\nIncident\n\nDisk full\non db-1"


def test_footers_and_previews_are_read() -> None:
    attachment = {
        "author_name": "Kim",
        "author_subname": "Support",
        "text": "It burns",
        "footer": "Posted in #ops",
        "ts": "1764460800",
        "from_url": "https://x.example/p1",
        "actions": [{"type": "button", "text": "Open", "url": "https://x.example/o"}],
        "preview": {"title": {"type": "plain_text", "text": "Canvas"}, "type": "canvas", "can_remove": True},
    }
    assert flat({"attachments": [attachment]}) == (
        "Kim Support\nIt burns\nOpen (https://x.example/o)\nPosted in #ops · 2025-11-30 00:00 UTC\nCanvas\nhttps://x.example/p1"
    )
    video = {
        "type": "video",
        "title": {"type": "plain_text", "text": "Demo"},
        "title_url": "https://x.example/v",
        "alt_text": "a demo",
    }
    assert flat({"blocks": [video]}) == "Demo: a demo (https://x.example/v)"


@pytest.mark.parametrize(
    ("wire", "read"),
    [
        ("deploy on ~Friday~ Monday", "deploy on ~~Friday~~ Monday"),
        ("*a* _b_ ~c~.", "**a** _b_ ~~c~~."),
        ("(*b ~s~ `*x*`*) &gt; *<@U1> hi*", "(**b ~~s~~ `*x*`**) > **<@U1> hi**"),
        ("_*x*_ *_x_* ~*x*~", "_**x**_ **_x_** ~~**x**~~"),
        ("```\n*x*\n``` *y* `~z~`", "```\n*x*\n``` **y** `~z~`"),
        ("```\ncut *off*", "```\ncut *off*"),
        ("<https://x.example/*a*|*b*>", "*b* (https://x.example/*a*)"),
        *(
            (text, text)
            for text in ("2*3*4", "**x**", "* a * *b *", "*.py and *.js", "*a\nb*", "~/a ~/b", "a_*b*_c", "~~x~~")
        ),
    ],
)
def test_marks_count_where_slack_shows_them(wire: str, read: str) -> None:
    mrkdwn = {"type": "mrkdwn", "text": wire}
    assert flat({"text": wire}) == read
    assert flat({"blocks": [{"type": "section", "text": mrkdwn}]}) == read
    assert flat({"blocks": [{"type": "section", "fields": [mrkdwn]}]}) == read
    assert flat({"blocks": [{"type": "context", "elements": [mrkdwn]}]}) == read
    assert flat({"attachments": [{"text": wire}]}) == read


def test_plain_texts_have_no_marks() -> None:
    assert flat({"text": "*a*", "mrkdwn": False}) == "*a*"
    assert flat({"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "*a*"}}]}) == "*a*"
    attachment = {"pretext": "*p*", "text": "*a*", "title": "*t*", "fields": [{"title": "*f*", "value": "*v*"}]}
    assert flat({"attachments": [attachment]}) == "**p**\n*t*\n**a**\n*f*: **v**"
    assert flat({"attachments": [attachment | {"mrkdwn_in": ["text"]}]}) == "*p*\n*t*\n**a**\n*f*: *v*"
