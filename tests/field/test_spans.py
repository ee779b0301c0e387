"""Spans and options as people type them: understood or asked back, never taken for the text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.core.classify import parse as classify
from bot.core.code import parse as code
from bot.core.code.diff import count, diff
from bot.core.domain.code_file import CodeFile
from bot.core.settings import triage_command
from bot.core.settings.triage_command import FeedbackQuery
from bot.core.spend import usage
from bot.core.summarize import parse as summarize
from bot.core.time_span.times import explained, resolve
from bot.errors import UsageError

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=BERLIN)  # a Wednesday
FOLDER = "a report in a public tracker"
VARIANT = "a variant of the others"

# words, the day on which they begin, the day with which they end, where somebody had trouble with such words
DAYS = [
    ("since last week", "2026-11-18", "2026-11-25", FOLDER),
    ("last Monday", "2026-11-23", "2026-11-23", FOLDER),
    ("since Nov 20", "2026-11-20", "2026-11-25", FOLDER),
    ("2 hours ago", "2026-11-25", "2026-11-25", FOLDER),
    ("seit Montag", "2026-11-23", "2026-11-25", FOLDER),
    ("this month", "2026-11-01", "2026-11-25", FOLDER),
    ("the last 3 weeks", "2026-11-04", "2026-11-25", "https://github.com/wit-ai/wit/issues/19"),
    ("this week", "2026-11-23", "2026-11-25", "https://github.com/athombv/homey/issues/504"),
    ("Tuesday of Last Week", "2026-11-17", "2026-11-17", "https://github.com/microsoft/Recognizers-Text/issues/1527"),
    ("1 week ago", "2026-11-18", "2026-11-25", "https://github.com/benjypng/logseq-datenlp-plugin/issues/42"),
    ("last weekend", "2026-11-21", "2026-11-22", "https://github.com/neilgupta/Sherlock/issues/15"),
    ("last monday at 3pm", "2026-11-23", "2026-11-25", "https://github.com/neilgupta/Sherlock/issues/15"),
    ("12am last monday", "2026-11-23", "2026-11-25", "https://github.com/scrapinghub/dateparser/issues/898"),
    ("last week on Monday", "2026-11-16", "2026-11-16", "https://github.com/scrapinghub/dateparser/issues/898"),
    ("last friday", "2026-11-20", "2026-11-20", "https://github.com/bear/parsedatetime/issues/2"),
    ("since last month", "2026-10-26", "2026-11-25", "https://github.com/snipsco/snips-nlu-ontology/issues/121"),
    ("last tuesday", "2026-11-24", "2026-11-24", "https://github.com/wanasit/chrono/issues/256"),
    ("Previous Monday", "2026-11-23", "2026-11-23", "https://github.com/wanasit/chrono/issues/167"),
    ("this past monday", "2026-11-23", "2026-11-23", "https://github.com/joestelmach/natty/issues/98"),
    ("tue", "2026-11-24", "2026-11-24", "https://github.com/wanasit/chrono/issues/230"),
    ("from last 2 weeks", "2026-11-11", "2026-11-25", "https://github.com/wanasit/chrono/issues/159"),
    ("past 2 weeks", "2026-11-11", "2026-11-25", "https://github.com/wanasit/chrono/issues/169"),
    ("in november", "2026-11-01", "2026-11-25", "https://github.com/robertwilczynski/nChronic/issues/18"),
    ("letzte Woche", "2026-11-18", "2026-11-25", "https://github.com/wanasit/chrono/issues/236"),
    ("vor 3 Tagen", "2026-11-22", "2026-11-25", "https://github.com/wanasit/chrono/issues/236"),
    ("la semaine dernière", "2026-11-18", "2026-11-25", "https://github.com/microsoft/Recognizers-Text/issues/1742"),
    (
        "au cours des dix derniers jours",
        "2026-11-15",
        "2026-11-25",
        "https://github.com/microsoft/Recognizers-Text/pull/3073",
    ),
    ("desde el lunes", "2026-11-23", "2026-11-25", VARIANT),
    ("between Nov 1 and Nov 5", "2026-11-01", "2026-11-05", VARIANT),
    ("1. bis 5. November", "2026-11-01", "2026-11-05", VARIANT),
    ("the last 24h", "2026-11-24", "2026-11-25", VARIANT),
    ("this week so far", "2026-11-23", "2026-11-25", VARIANT),
    ("so far this month", "2026-11-01", "2026-11-25", VARIANT),
    ("month to date", "2026-11-01", "2026-11-25", VARIANT),
    ("wtd", "2026-11-23", "2026-11-25", VARIANT),
    ("today's messages", "2026-11-25", "2026-11-25", VARIANT),
    ("last week's posts", "2026-11-18", "2026-11-25", VARIANT),
    ("today and yesterday", "2026-11-24", "2026-11-25", VARIANT),
    ("yesterday and today", "2026-11-24", "2026-11-25", VARIANT),
    ("Saturday and Sunday", "2026-11-21", "2026-11-22", VARIANT),
    ("this week and last week", "2026-11-18", "2026-11-25", VARIANT),
    ("from Monday to Friday", "2026-11-16", "2026-11-20", VARIANT),
    ("Mon-Tue", "2026-11-23", "2026-11-24", VARIANT),
    ("Friday to Monday", "2026-11-20", "2026-11-23", VARIANT),
    ("Nov 20 to Dec 5", "2026-11-20", "2026-11-25", VARIANT),
    ("1 day and 12 hours", "2026-11-24", "2026-11-25", VARIANT),
]
# words, what the sentence has, where
ASKED = [
    ("1mon ago", "in quotes", "https://github.com/scrapinghub/dateparser/issues/1123"),
    ("last few days", "in quotes", VARIANT),
    ("since Novembr 20", "in quotes", VARIANT),
    ("since the launch", "in quotes", VARIANT),
    ("last wek", "in quotes", VARIANT),
    ("last week in support", "`#channel`", VARIANT),
    ("support last week", "`#channel`", VARIANT),
    ("a few hours ago", "in quotes", VARIANT),
    ("a week", "in quotes", VARIANT),
    ("a while ago", "in quotes", VARIANT),
    ("half an hour", "in quotes", VARIANT),
    ("KW 47", "in quotes", VARIANT),
    ("W47", "in quotes", VARIANT),
    ("week 47", "in quotes", VARIANT),
    ("tonight", "in quotes", VARIANT),
    ("Mo-Fr", "in quotes", VARIANT),
    ("late last night", "in quotes", VARIANT),
    ("last week or so", "in quotes", VARIANT),
    ("the last hours", "in quotes", VARIANT),
    ("in den letzten Tagen", "in quotes", VARIANT),
    ("vor ein paar Tagen", "in quotes", VARIANT),
    ("il y a quelques jours", "in quotes", VARIANT),
    ("last summer", "in quotes", VARIANT),
    ("yesterday or today", "in quotes", VARIANT),
    ("7-14 days", "in quotes", VARIANT),
    ("after the release", "in quotes", VARIANT),
    ("2026-11", "in quotes", VARIANT),
    ("#general a few hours ago", "in quotes", VARIANT),
    ("a few hours ago in #general", "in quotes", VARIANT),
    ("#general since the release", "in quotes", VARIANT),
    ("#general before the big launch", "in quotes", VARIANT),
    ("#general from last night", "in quotes", VARIANT),
    ("(#general) tonight", "in quotes", VARIANT),
    ("#general yesterday afternoon", "`#channel`", VARIANT),
    ("yesterday from 9am to 5pm", "`#channel`", VARIANT),
    ("last week #general #random", "one channel", VARIANT),
    ("#general and #random today", "one channel", VARIANT),
    ("#general #random", "one channel", VARIANT),
]
REFUSED = [
    ("last quarter", "30 days", "https://github.com/microsoft/Recognizers-Text/issues/1606"),
    ("Q3", "2026-07-01", "https://github.com/awesomemotive/easy-digital-downloads/issues/9502"),
    ("next week", "begin in the past", "https://github.com/rilldata/rill/issues/5061"),
    ("tomorrow", "begin in the past", VARIANT),
    ("11/05", "2026-11-05 or 2026-05-11", "https://github.com/scrapinghub/dateparser/issues/1054"),
    ("since Feb 30", "a date or time that doesn't exist", VARIANT),
    ("hier", "could mean", VARIANT),
    ("ytd", "30 days", VARIANT),
    ("year to date", "30 days", VARIANT),
    ("Monday and Friday", "a gap between them", VARIANT),
]
TEXTS = [
    ("Since Monday the app crashes", VARIANT),
    ("Yesterday the export failed", VARIANT),
    ("Last update broke login", VARIANT),
    ("friday at half past 3 it hung", "https://github.com/chhoumann/quickadd/pull/1727"),
    ("Letzte Aktualisierung fehlt seit gestern leider", "https://github.com/wanasit/chrono/issues/635"),
    ('"last week"', VARIANT),
    ("#general is down", VARIANT),
    ("#general Since Monday the app crashes", VARIANT),
    ("So far so good", VARIANT),
    ("After the update the app crashes", VARIANT),
    ("Today's update broke login again", VARIANT),
    ("The second one is better", VARIANT),
]


@pytest.mark.parametrize(("words", "first", "last", "source"), DAYS)
def test_words_mean_these_days(words: str, first: str, last: str, source: str) -> None:
    assert source
    span = resolve(classify.parse(words).span, NOW, BERLIN)
    assert span.start is not None
    assert span.start.astimezone(BERLIN).date().isoformat() == first
    assert datetime.fromtimestamp(span.end.timestamp() - 1, BERLIN).date().isoformat() == last


@pytest.mark.parametrize("words", [row[0] for row in DAYS])
def test_channels_stand_before_or_behind(words: str) -> None:
    for said in (words, f"#support {words}", f"{words} #support", f"{words} in #support"):
        wish, ask = classify.parse(said), summarize.parse(said)
        assert (wish.lines, ask.text) == ((), "")
        assert wish.span == ask.span != ""
        assert wish.channel == ask.channel == ("support" if "support" in said else "")
        resolve(wish.span, NOW, BERLIN)
    assert classify.parse(f"the #support channel {words}").channel == "support"
    assert summarize.parse(f"{words} in the #support channel").channel == "support"
    assert summarize.parse(f"{words}, short").span
    assert summarize.parse(f"short: {words}").span
    assert classify.parse(f"everything {words} into: Bug, Praise").span


# words, from when until when, on Monday, November 30th at 15:30
HOURS = [
    ("1h30m", "30 14:00", "30 15:30"),
    ("1 hour 30 minutes ago", "30 14:00", "30 15:30"),
    ("from Monday to Friday", "23 00:00", "28 00:00"),
    ("Mon-Fri", "23 00:00", "28 00:00"),
    ("Monday to Monday", "23 00:00", "30 15:30"),
    ("between 9am and 11am", "30 09:00", "30 11:00"),
    ("yesterday 9am to 5pm", "29 09:00", "29 17:00"),
    ("9am to 5pm yesterday", "29 09:00", "29 17:00"),
    ("yesterday 10pm to 2am", "29 22:00", "30 02:00"),
    ("Friday 9am to Sunday 5pm", "27 09:00", "29 17:00"),
]


@pytest.mark.parametrize(("words", "first", "last"), HOURS)
def test_a_span_ends_where_said(words: str, first: str, last: str) -> None:
    span = resolve(words, datetime(2026, 11, 30, 15, 30, tzinfo=BERLIN), BERLIN)
    assert span.start is not None
    assert (f"{span.start.astimezone(BERLIN):%d %H:%M}", f"{span.end.astimezone(BERLIN):%d %H:%M}") == (first, last)


SEPARATORS = ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e")


@pytest.mark.parametrize("separator", SEPARATORS)
def test_only_line_ends_part_items(separator: str) -> None:
    wish = classify.parse(
        f"The app crashes{separator}and is slow\r\nLove it\rMeh\ninto:\nBug{separator}report: fails\nPraise"
    )
    assert wish.lines == (f"The app crashes{separator}and is slow", "Love it", "Meh")
    assert [(one.name, one.definition) for one in wish.categories] == [("Bug report", "fails"), ("Praise", "")]
    before, after = (CodeFile("a.py", f'x = "{word}{separator}b"\r\ny = 1\r\n') for word in ("a", "c"))
    assert count(before, after) == "+1 -1"
    assert diff(before, after)[0].split("\n")[1:] == [f'-x = "a{separator}b"', f'+x = "c{separator}b"', " y = 1"]


@pytest.mark.parametrize(("words", "says", "source"), ASKED)
def test_what_may_be_a_span_is_asked(words: str, says: str, source: str) -> None:
    assert source
    for parse in (classify.parse, summarize.parse):
        with pytest.raises(UsageError) as caught:
            parse(words)
        assert says in caught.value.sentence


@pytest.mark.parametrize(("words", "says", "source"), REFUSED)
def test_a_span_is_refused_in_words(words: str, says: str, source: str) -> None:
    assert source
    assert (classify.parse(words).lines, summarize.parse(words).text) == ((), "")
    with pytest.raises(UsageError) as caught:
        resolve(words, NOW, BERLIN)
    assert says in caught.value.sentence


@pytest.mark.parametrize(("text", "source"), TEXTS)
def test_a_sentence_stays_a_text(text: str, source: str) -> None:
    assert source
    assert classify.parse(text).lines == (text.strip('"'),)
    assert summarize.parse(text).text == text


def test_unknown_options_are_no_text() -> None:
    for parse in (classify.parse, summarize.parse, code.parse):
        for said in ("--verbos the app crashes", "the app crashes --privat"):
            with pytest.raises(UsageError) as caught:
                parse(said)
            assert "no option" in caught.value.sentence
    assert code.parse("a tool that takes --verbose").text
    assert classify.parse('"it needs --verbose"').lines == ("it needs --verbose",)
    assert classify.parse("first\nit needs --verbose").lines == ("first", "it needs --verbose")
    assert classify.parse_options("this file, please").lines == ()


def test_usage_and_trends_take_the_same_words() -> None:
    now = NOW.astimezone(UTC)
    assert usage.parse("usage workspace since Monday", now).days == 3
    assert usage.parse("usage last month", now).days == 30
    assert triage_command.parse("trends 2 weeks").days == 14
    for typed in ("trends #support 14d", "trends 2 weeks in #support", "trends in the channel #support, last 14 days"):
        assert triage_command.parse(typed) == FeedbackQuery("trends", 14, "support")
    assert triage_command.parse("trends #support") == FeedbackQuery("trends", 7, "support")
    for typed in ("trends #support rising", "trends this thread", "trends https://a.example/1"):
        with pytest.raises(UsageError, match="usage") as caught:
            triage_command.parse(typed)
        assert "`/parley trends #channel 14d`" in caught.value.sentence
    for typed in ("usage yesterday", "usage next week", "usage --all"):
        with pytest.raises(UsageError):
            usage.parse(typed, now)
    with pytest.raises(UsageError):
        triage_command.parse("trends Q9")


def test_clocks_that_change_lose_no_hour() -> None:
    monday = datetime(2026, 10, 26, 9, tzinfo=BERLIN)  # the day after the clocks went back
    since = resolve("since yesterday", monday, BERLIN)
    assert since.start is not None
    assert (since.end - since.start).total_seconds() == 34 * 3600
    assert explained("since Friday", monday, BERLIN) == "since Friday (Fri Oct 23 to Mon Oct 26)"
    late = datetime(2026, 11, 26, 3, tzinfo=UTC)  # Wednesday evening in Seattle
    assert explained("Wednesday", late, ZoneInfo("America/Los_Angeles")) == "Wednesday (Wed Nov 25)"


async def test_nothing_doubtful_is_posted(dialogue: Dialogue, model: ScriptedModel) -> None:
    before = len(dialogue.workspace.workspace.messages(dialogue.general))
    for command in ("/summarize", "/classify"):
        for typed in ("since last wek", "last week in support", "--private --foo since last week"):
            reply = await dialogue.workspace.command(dialogue.general, command, typed)
            assert reply.text  # to the asker alone
    await dialogue.until_idle()
    assert len(dialogue.workspace.workspace.messages(dialogue.general)) == before
    assert model.requests == []
