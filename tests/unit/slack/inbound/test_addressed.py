from __future__ import annotations

import pytest

from bot.slack.inbound import addressed


@pytest.mark.parametrize(
    ("wire", "rest"),
    [
        ("<@U0BOT> hi", "hi"),
        ("<@U0BOT|parley>: hi", "hi"),
        ("  <@U0BOT>,hi", "hi"),
        ("ask <@U0BOT> please", "ask  please"),
        ("<@U0BOT><@U0BOT>", ""),
        ("<@U0BOTTOM> hi", "<@U0BOTTOM> hi"),
    ],
)
def test_the_mention_is_taken_out(wire: str, rest: str) -> None:
    assert addressed.without_mention(wire, "U0BOT") == rest


@pytest.mark.parametrize(
    ("wire", "is_mentioned"),
    [("<@U0BOT>", True), ("a <@U0BOT|parley> b", True), ("<@U0BOTTOM>", False), ("&lt;@U0BOT&gt;", False)],
)
def test_a_mention_is_the_whole_id(wire: str, is_mentioned: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert addressed.mentions(wire, "U0BOT") is is_mentioned


@pytest.mark.parametrize(
    ("wire", "addresses_other"),
    [
        ("<@U0SAM> lunch?", True),
        (" <@U0SAM|sam> lunch?", True),
        ("<@U0BOT> and <@U0SAM>", False),
        ("lunch, <@U0SAM>?", False),
        ("<@U0SAM> did <@U0BOT> answer you?", True),
        ("<@U0SAM>, <@U0BOT> hello", False),
        ("<@U0SAM> &amp; <@U0BOT|parley>: hello", False),
        ("<@U0SAM> look.\n<@U0BOT> sum it up", False),
        ("<@U0SAM> look! <@U0BOT> sum it up", False),
        ("<!here> lunch?", False),
        ("<!subteam^S1|@oncall> can you roll it back?", True),
        ("<!subteam^S1> and <@U0SAM>, please", True),
        ("<!subteam^S1|@oncall>, <@U0BOT>: what happened?", False),
        ("ask <!subteam^S1|@oncall>", False),
    ],
)
def test_the_first_word_addresses(wire: str, addresses_other: bool) -> None:  # noqa: FBT001 (as above)
    assert addressed.addresses_other(wire, "U0BOT") is addresses_other
