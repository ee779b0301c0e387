"""Typed text as Slack's client sends it, in messages and behind slash commands."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.playground.page.typed import as_typed, typed
from bot.playground.page.viewer import Viewer
from bot.playground.slack.blocks import escape, rich_text, text_of
from bot.playground.slack.workspace import Workspace

GENERAL, SUPPORT, LEADS = "<#C01GENERAL0|general>", "<#C01SUPPORT0|support-feedback>", "<#C01LEADS000|>"
ADA, SAM = "<@U01ADA00000>", "<@U01SAM00000>"


def sent(text: str, person: str = "you", *, in_command: bool = False) -> str:
    viewer = Viewer.named(Workspace(), person)
    return as_typed(text, viewer.mentions(in_command=in_command))


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("#general 7d", f"{GENERAL} 7d"),
        ("since yesterday in #support-feedback.", f"since yesterday in {SUPPORT}."),
        ("#General, #LEADS!", f"{GENERAL}, {LEADS}!"),
        ("(#general)", f"({GENERAL})"),
        ("Apps: #general, @ada", f"Apps: {GENERAL}, {ADA}"),
        ("@ada's and @Ada Marsh's", f"{ADA}'s and {ADA}'s"),
        ("@Ada Marsh", ADA),
        ("@ada: @sam; @sam?", f"{ADA}: {SAM}; {SAM}?"),
        ("@here @channel @everyone", "<!here> <!channel> <!everyone>"),
        ("@support, look", "<!subteam^S01SUPPORT0|@support>, look"),
        ("write to ada@example.com.", "write to <mailto:ada@example.com|ada@example.com>."),
        ("see https://a.b/c?d=e&f.", "see <https://a.b/c?d=e&amp;f>."),
        ("https://a.b/?to=@ada#general", "<https://a.b/?to=@ada#general>"),
        ("<#C01GENERAL0|general> & <@U01ADA00000>", "&lt;#C01GENERAL0|general&gt; &amp; &lt;@U01ADA00000&gt;"),
    ],
)
def test_what_is_picked_is_sent_as_slack_does(text: str, wire: str) -> None:
    assert sent(text) == wire


@pytest.mark.parametrize(
    "text",
    [
        "@nobody and #nowhere",
        "#general-eu #generals @ada.lovelace @adam @ada-b",
        "a@ada b#general x/@ada",
        "`@ada` and `#general`",
        "```\n@ada, https://a.b\n```",
    ],
)
def test_what_names_nobody_stays_text(text: str) -> None:
    assert sent(text) == text


def test_the_longer_of_two_names_counts() -> None:
    workspace = Workspace()
    longer = workspace.add_channel("general-eu")
    viewer = Viewer.named(workspace, "you")
    assert as_typed("#general-eu #general", viewer.mentions()) == f"<#{longer.id}|general-eu> {GENERAL}"


def test_a_commands_text_has_peoples_names() -> None:
    wire = sent("teams Apps: #engineering, @Ada Marsh; @support", in_command=True)
    assert wire == "teams Apps: <#C01ENGINEER|engineering>, <@U01ADA00000|ada>; <!subteam^S01SUPPORT0|@support>"


@pytest.mark.parametrize("person", ["gia", "rio"])
def test_nobody_names_what_they_cannot_see(person: str) -> None:
    assert sent("#leads #engineering", person) == "#leads #engineering"
    assert (sent("@support", "rio"), sent("@sam", person)) == ("@support", SAM)


PIECES = st.sampled_from(["@ada", "@Ada Marsh", "#general", "@here", "a@b.c", "https://a.b", "`", "<&>", " ", ".", "x"])


def by_handle(text: str) -> str:
    """Return text with Ada's handle for her whole name, where nothing continues it."""
    return re.sub(r"@ada marsh(?![.-]*\w)", "@ada", text.casefold())


@example("@Ada Marsh0")
@given(st.lists(PIECES | st.text(max_size=4)).map("".join))
def test_typed_text_comes_back_as_typed(text: str) -> None:
    viewer = Viewer.named(Workspace(), "you")
    wire = as_typed(text, viewer.mentions())
    shown = typed(wire, viewer.names())
    assert by_handle(shown) == by_handle(text)
    assert as_typed(shown, viewer.mentions()) == wire


def test_blocks_repeat_what_was_sent() -> None:
    wire = "<@U01ADA00000> <#C01LEADS000|> <!here> <!subteam^S01SUPPORT0|@support> <mailto:a@b.c|a@b.c> &amp;"
    (section,) = rich_text(wire)["elements"]
    kinds = [
        element["type"] for element in section["elements"] if element.get("text", "").strip() or "text" not in element
    ]
    assert kinds == ["user", "channel", "broadcast", "usergroup", "link", "text"]
    assert "<!here> <!subteam^S01SUPPORT0> a@b.c &" in text_of([rich_text(wire)])


def test_escaping_changes_three_characters_only() -> None:
    assert as_typed("1 < 2 & 3 > 2 | *x*", {}) == escape("1 < 2 & 3 > 2 | *x*")
