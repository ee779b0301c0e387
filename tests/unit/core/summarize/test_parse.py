from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.summary import Length, Shape, SummaryOptions
from bot.core.summarize.parse import Ask, not_understood, opens_with, parse
from bot.errors import UsageError

LINK = "https://parley.slack.com/archives/C1/p1700000000000100"


@pytest.mark.parametrize(
    ("typed", "text", "options"),
    [
        ("A long text.", "A long text.", SummaryOptions()),
        ("as a literary analyst: A long text.", "A long text.", SummaryOptions(role="a literary analyst")),
        ("As the editor:\nA long\ntext.", "A long\ntext.", SummaryOptions(role="the editor")),
        ("as an analyst: one: two", "one: two", SummaryOptions(role="an analyst")),
        ('"A long text." as a literary analyst', '"A long text."', SummaryOptions(role="a literary analyst")),
        ("“A long text.” as an editor.", "“A long text.”", SummaryOptions(role="an editor")),
        ('"A" is "B" as a rule', '"A" is "B"', SummaryOptions(role="a rule")),
        ("A long text as a literary analyst", "A long text as a literary analyst", SummaryOptions()),
        ("as usual: A long text.", "as usual: A long text.", SummaryOptions()),
        ("as a start see https://example.com/", "as a start see https://example.com/", SummaryOptions()),
        (f"as a {'x' * 90}: A long text.", f"as a {'x' * 90}: A long text.", SummaryOptions()),
        ("as a literary analyst:", "as a literary analyst:", SummaryOptions()),
        ("as a\nliterary analyst: A long text.", "as a\nliterary analyst: A long text.", SummaryOptions()),
        ("short: It rained.", "It rained.", SummaryOptions(length=Length.SHORT)),
        (
            "short, as bullets, for the board, in German: It rained.",
            "It rained.",
            SummaryOptions(Length.SHORT, Shape.BULLETS, audience="the board", language="German"),
        ),
        ("focus on cost and as a table: a, b", "a, b", SummaryOptions(shape=Shape.TABLE, focus="cost")),
        ('"It rained." long as prose', '"It rained."', SummaryOptions(Length.LONG, Shape.PARAGRAPH)),
        ('"today in English"', '"today in English"', SummaryOptions()),
        ("long ago there lived a king", "long ago there lived a king", SummaryOptions()),
        ("short for Elizabeth", "short for Elizabeth", SummaryOptions()),
        ("for the record: it rained", "for the record: it rained", SummaryOptions()),
        ("in the beginning was the word", "in the beginning was the word", SummaryOptions()),
        ("today in Paris it rained", "today in Paris it rained", SummaryOptions()),
        ("#hashtag it rained", "#hashtag it rained", SummaryOptions()),
        ("# A heading\nIt rained.", "# A heading\nIt rained.", SummaryOptions()),
        (f"{LINK} says that it rained", f"{LINK} says that it rained", SummaryOptions()),
        ("24h\nIt rained.", "24h\nIt rained.", SummaryOptions()),
        (f"{LINK} #general", f"{LINK} #general", SummaryOptions()),
    ],
)
def test_a_text_is_told_from_its_options(typed: str, text: str, options: SummaryOptions) -> None:
    assert parse(typed) == Ask(text=text, options=options)


@pytest.mark.parametrize(
    ("typed", "ask"),
    [
        ("24h", Ask(span="24h")),
        ("since yesterday, short", Ask(span="since yesterday", options=SummaryOptions(Length.SHORT))),
        ("#general", Ask(channel="general")),
        ("#general 7d", Ask(channel="general", span="7d")),
        ("7d #general", Ask(channel="general", span="7d")),
        ("last 24 hours in #général-2", Ask(channel="général-2", span="last 24 hours")),
        ("this channel since last read", Ask(span="since last read")),
        ("here today", Ask(span="today")),
        ("short", Ask(options=SummaryOptions(Length.SHORT))),
        ("only actions", Ask(options=SummaryOptions(only_actions=True))),
        (LINK, Ask(link=LINK)),
        (f"{LINK} as bullets.", Ask(link=LINK, options=SummaryOptions(shape=Shape.BULLETS))),
        (f"{LINK}, brief", Ask(link=LINK, options=SummaryOptions(Length.SHORT))),
        (
            "#sales 30d long as table focus on the Acme deal for executives in simple English",
            Ask(
                channel="sales",
                span="30d",
                options=SummaryOptions(Length.LONG, Shape.TABLE, "", "the Acme deal", "executives", "simple English"),
            ),
        ),
        (
            "today as a project manager and focus on deadlines, just the action items",
            Ask(span="today", options=SummaryOptions(role="a project manager", focus="deadlines", only_actions=True)),
        ),
        ("today in german", Ask(span="today", options=SummaryOptions(language="german"))),
    ],
)
def test_a_request_is_read(typed: str, ask: Ask) -> None:
    assert parse(typed) == ask


def test_nothing_typed_gets_the_usage() -> None:
    with pytest.raises(UsageError) as caught:
        parse("\n\t ")
    assert "`/summarize`" in caught.value.sentence


@given(st.text())
def test_no_word_of_a_text_is_lost(typed: str) -> None:
    try:
        ask = parse(typed)
    except UsageError:
        assert "\n" not in typed.strip()
        return
    assert ask.text in typed
    assert ask.link in typed
    assert ask.channel in typed


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
PREFIXES = st.sampled_from(
    ["", "24h", "#general", "today", LINK, "short", "as a table", "for the board", "focus on", "this channel"]
)


@given(st.lists(PREFIXES, max_size=3), WORDS, WORDS)
def test_several_lines_are_always_text(prefixes: list[str], first: str, second: str) -> None:
    typed = f"{' '.join([*prefixes, first.replace(':', '')])}\n{second}"
    if first.strip() and second.strip():
        assert parse(typed).is_text


@given(WORDS.filter(lambda words: not set('"“”\n') & set(words)), PREFIXES)
def test_what_is_quoted_is_always_text(words: str, prefix: str) -> None:
    quoted = f'"{prefix} {words}"'
    assert parse(quoted).text == quoted


@given(
    st.sampled_from(["7d", "today", "since Monday"]),
    st.sampled_from(["", "#general", LINK]),
    st.permutations(["short", "as bullets", "focus on the launch", "for the team", "in French"]),
)
def test_options_come_in_any_order(span: str, source: str, options: list[str]) -> None:
    typed = ", ".join(filter(None, [source, "" if source == LINK else span, *options]))
    ask = parse(typed)
    assert ask.options == SummaryOptions(Length.SHORT, Shape.BULLETS, "", "the launch", "the team", "French")
    assert not ask.is_text


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        (f"{LINK} please be snappy", LINK, "please be snappy"),
        ("#general what happened?", "#general", "what happened?"),
        ("7d, and be snappy", "7d", ", and be snappy"),
        ("It rained in #general", "", "It rained in #general"),
        ("yesterday it rained", "", "yesterday it rained"),
        ("3 days of rain", "", "3 days of rain"),
        ("5dollar notes are rare", "", "5dollar notes are rare"),
        (f"{LINK} {'x' * 300}", "", f"{LINK} {'x' * 300}"),
        ("#general one\ntwo", "", "#general one\ntwo"),
    ],
)
def test_a_request_gone_wrong_is_recognised(text: str, found: str, rest: str) -> None:
    assert opens_with(text) == (found, rest)
    assert "what happened" in not_understood("what happened?").sentence
