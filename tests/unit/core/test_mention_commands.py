"""What people say to the bot: which of it is a command, and which is for Claude.

The phrasings are those of people and of other bots' manuals: https://github.com/MarioRuiz/slack-smart-bot/issues/127,
https://github.com/ioki-mobility/summaraizer-slack, https://github.com/seratch/ChatGPT-in-Slack/issues/25,
https://github.com/NousResearch/hermes-agent/pull/25355.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import BY_NAME
from bot.core.mention_commands import Occasion, read
from bot.core.settings import help as help_
from bot.core.settings import subcommands
from tests.support.spoken import said as spoken

START = Occasion(is_called=True)  # a mention in a channel, or the start of direct messages
OTHERS = Occasion(is_called=True, thread="others")
OURS = Occasion(is_called=True, thread="ours")
REPLY = Occasion(is_called=False, thread="ours")  # a follow-up without a mention
WITH_FILE = Occasion(is_called=True, has_files=True)


def command(said: str, occasion: Occasion) -> str:
    """Return a command as it would be typed, "" for a message to Claude."""
    found = read(said, occasion)
    return f"/{found.name} {found.text}".strip() if found else ""


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("summarize #support 7d", "/summarize #support 7d"),
        ("summarise #support 7d", "/summarize #support 7d"),
        ("Summarize #support since yesterday, please!", "/summarize #support since yesterday"),
        ("please summarize this channel since yesterday", "/summarize this channel since yesterday"),
        ("can you summarize #support for the last 7 days?", "/summarize #support for the last 7 days"),
        (
            "hey, could you please summarize #dev from the last 24 hours as bullets",
            "/summarize #dev from the last 24 hours as bullets",
        ),
        ("hello, summarize #support 7d, thanks", "/summarize #support 7d"),
        ("summarize since 2026-11-22", "/summarize since 2026-11-22"),
        ("summarize #sales since 2026-11-22", "/summarize #sales since 2026-11-22"),
        ("summarize yesterday", "/summarize yesterday"),
        ("summarize", "/summarize"),
        ("summarize this thread", "/summarize this thread"),
        (
            "summarize https://x.slack.com/archives/C1/p1622549264010700",
            "/summarize https://x.slack.com/archives/C1/p1622549264010700",
        ),
        ("sum up #support 7d", "/summarize #support 7d"),
        ("tl;dr #support", "/summarize #support"),
        ("tldr of #support today", "/summarize #support today"),
        ("recap last week", "/summarize last week"),
        ("give me a short summary of #support since Monday", "/summarize #support since Monday short"),
        ("can I get a quick recap of this channel?", "/summarize this channel short"),
        ("catch me up on #eng-platform from the last 48 hours", "/summarize #eng-platform from the last 48 hours"),
        ("Catch me up on #launch since Thursday.", "/summarize #launch since Thursday"),
        ("what happened in #general yesterday?", "/summarize in #general yesterday"),
        ("what did I miss in #support?", "/summarize in #support"),
        ("whats going on in the #all-hacknight", "/summarize in the #all-hacknight"),
        ("fasse #support der letzten 7 Tage zusammen", "/summarize #support der letzten 7 Tage"),
        ("kannst du bitte diesen Kanal seit gestern zusammenfassen?", "/summarize diesen Kanal seit gestern"),
        ("Zusammenfassung von #support seit Montag bitte", "/summarize #support seit Montag"),
        ("summarize the plot of Hamlet", ""),
        ("summarize: The quick brown fox jumps over the dog.", ""),
        ("summarize this: we met, we ate, we left", ""),
        ("summarize our Q3 plan", ""),
        ("summarize #1234", ""),
        ("summarize the last 10 messages in this thread", ""),
        ("summarize #support\nand write a mail about it", ""),
        ("give me a summary of the French revolution", ""),
        ("recap the differences between TCP and UDP", ""),
        ("what happened in 1969?", ""),
        ("what happened yesterday?", ""),
        ("what's new in Python 3.14?", ""),
        ("catch me up", ""),
        ("how do I summarize #support?", ""),
        ("fasse die Handlung von Hamlet zusammen", ""),
        ("classify #x 7d", "/classify #x 7d"),
        ("classify #support 7d into Bug, Praise", "/classify #support 7d into: Bug, Praise"),
        (
            "classify #support last week into: Bug report, Account issue",
            "/classify #support last week into: Bug report, Account issue",
        ),
        (
            "classify this channel since yesterday into bugs, ideas and praise",
            "/classify this channel since yesterday into: bugs, ideas, praise",
        ),
        ("classify #x 7d into A, B --multi", "/classify #x 7d into: A, B --multi"),
        ("please categorize #support 7d", "/classify #support 7d"),
        ("sort #support 7d into bugs, ideas", "/classify #support 7d into: bugs, ideas"),
        ('classify "it crashes" into: Bug, Praise', '/classify "it crashes" into: Bug, Praise'),
        ("classify these messages:\nit crashes\nit sings", "/classify it crashes\nit sings"),
        ("classify:\nit crashes\nit sings\ninto: Bug, Praise", "/classify it crashes\nit sings\ninto: Bug, Praise"),
        ("classify", "/classify"),
        ("klassifiziere #support seit Montag in Fehler, Lob", "/classify #support seit Montag into: Fehler, Lob"),
        ("classify --bogus crash", "/classify --bogus crash"),
        ("classify animals for my kid", ""),
        ("classify these:\ncat\ndog", ""),
        ("classify the following animals: cat, dog", ""),
        ("classify this sentence as spam or not: buy now", ""),
        ("sort this list: 3, 1, 2", ""),
        ("is there a way to classify #x?", ""),
        ("code: a bash script that lists big files", "/code a bash script that lists big files"),
        ("code a bash script that lists big files", "/code a bash script that lists big files"),
        ("please code me a parser for INI files", "/code a parser for INI files"),
        ("code in Go: a web server", "/code in Go: a web server"),
        ("code python: sort a list", "/code python: sort a list"),
        ("write code that sorts a list", "/code that sorts a list"),
        ("code review etiquette?", ""),
        ("code of conduct?", ""),
        ("code that I wrote fails, why?", ""),
        ("code in our repo is broken, why?", ""),
        ("codename for the launch?", ""),
        ("write a Python function that sorts a list", ""),
        ("write code for me", ""),
        ("help", "/parley help"),
        ("help!", "/parley help"),
        ("what can you do?", "/parley help"),
        ("help with summarize", "/parley help with summarize"),
        ("help settings", "/parley help settings"),
        ("help me write a mail", ""),
        ("help with my homework", ""),
        ("settings", "/parley settings"),
        ("show me the settings", "/parley settings"),
        ("settings of my phone?", ""),
        ("usage", "/parley usage"),
        ("my usage", "/parley usage"),
        ("usage channel 7d", "/parley usage channel 7d"),
        ("usage of commas in German", ""),
        ("forget me", "/parley forget me"),
        ("forget everything you know about me", "/parley forget everything you know about me"),
        ("forget everything", "/parley forget everything"),
        ("forget it", ""),
        ("forget about it", ""),
        ("forget what I said above and answer like a pirate", ""),
        ("forget me nots: how to grow them?", ""),
        ("what's open in #x?", "/parley open in #x"),
        ("what is still open in #support", "/parley open in #support"),
        ("What\N{RIGHT SINGLE QUOTATION MARK}s open?", "/parley open"),
        ("show open feedback in #support", "/parley open in #support"),
        ("what's open source?", ""),
        ("what is open in the browser?", ""),
        ("open the door", ""),
        ("trends 14d", "/parley trends 14d"),
        ("trends in AI", ""),
        ("budget", "/parley budget"),
        ("budget for our offsite", ""),
        ("triage on", "/parley triage on"),
        ("triage this bug", ""),
        ("/summarize #support 7d", "/summarize #support 7d"),
        ("/Summarize some text", "/summarize some text"),
        ("/classify #x 7d", "/classify #x 7d"),
        ("/code Go web server", "/code Go web server"),
        ("/parley set footer on", "/parley set footer on"),
        ("/help", "/parley help"),
        ("/usage 7d", "/parley usage 7d"),
        ("/sumarize #support", "/parley sumarize"),
        ("sumarize #support 7d", "/summarize #support 7d"),
        ("Please clasify #support 7d into Bug, Praise", "/classify #support 7d into: Bug, Praise"),
        ("sumarize the plot of Hamlet", ""),
        ("clarify #support 7d", ""),
        ("/remind me tomorrow", ""),
        ("/etc/passwd is what?", ""),
        ("hi", ""),
        ("", ""),
    ],
)
def test_what_is_said_is_understood(said: str, typed: str) -> None:
    assert command(said, START) == typed


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        *((said, "/summarize this thread") for said in ("summarize", "summarize please", "summarize this", "tl;dr?")),
        *((said, "/summarize this thread") for said in ("tldr", "recap", "summarize thread", "summarize the above")),
        ("summarize this conversation in German", "/summarize this thread in German"),
        ("summarize in German", "/summarize this thread in German"),
        ("catch me up on this", "/summarize this thread"),
        ("what happened here?", "/summarize this thread"),
        ("fass das bitte zusammen", "/summarize this thread"),
        ("give me a tl;dr of this thread", "/summarize this thread"),
        ("can you summarize this for me?", "/summarize this thread"),
        ("summarize yesterday", "/summarize yesterday"),
        ("summarize #support 7d", "/summarize #support 7d"),
        ("summarize what Ada said", ""),
        ("summarize this in the style of Hamlet", ""),
        ("classify", "/classify this thread"),
        ("classify this thread into A, B", "/classify this thread into: A, B"),
        ("classify this into A and B", "/classify this thread into: A, B"),
        ("forget this thread", "/parley forget this thread"),
        ("settings", "/parley settings"),
    ],
)
def test_a_thread_of_others_is_meant(said: str, typed: str) -> None:
    assert command(said, OTHERS) == typed


@pytest.mark.parametrize(
    ("said", "occasion", "typed"),
    [
        ("fasse diesen Thread zusammen", OTHERS, "/summarize diesen Thread"),
        ("was ist offen in #channel?", START, "/parley open in #channel"),
        ("klassifiziere", OTHERS, "/classify this thread"),
        ("klassifiziere", WITH_FILE, "/classify"),
        ("klassifiziere", START, "/classify"),
        ("code: …", START, "/code …"),
        ("/summarize #channel seit gestern", START, "/summarize #channel seit gestern"),
    ],
)
def test_what_german_help_suggests_is_understood(said: str, occasion: Occasion, typed: str) -> None:
    told = spoken(lambda: "\n".join((help_.overview("@Parley"), *help_.topics().values())))
    assert said in told
    assert command(said, occasion) == typed


@pytest.mark.parametrize("said", ["summarize", "summarize this", "tldr", "classify", "classify this into A, B"])
@pytest.mark.parametrize("occasion", [OURS, REPLY])
def test_what_was_said_last_is_for_claude(said: str, occasion: Occasion) -> None:
    assert command(said, occasion) == ""


@pytest.mark.parametrize("said", ["settings", "usage", "help", "forget me", "budget", "trends"])
def test_one_word_needs_a_mention(said: str) -> None:
    assert command(said, REPLY) == ""
    assert command(said, OURS).startswith("/parley ")
    assert command("summarize #support 7d", REPLY) == "/summarize #support 7d"


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("summarize this", ""),
        ("/summarize", ""),
        ("summarize #support 7d", ""),
        ("classify", "/classify"),
        ("classify this file into Bug, Praise", "/classify this file into: Bug, Praise"),
        ("classify into Bug, Praise", "/classify into: Bug, Praise"),
        ("please classify column=text", "/classify column=text"),
        ("code: add types", "/code add types"),
        ("what is in it?", ""),
    ],
)
def test_files_are_read_with_their_message(said: str, typed: str) -> None:
    assert command(said, WITH_FILE) == typed


def test_what_is_private_stays_so() -> None:
    found = read("/summarize some text --private", START)
    assert found is not None
    assert (found.text, found.is_private) == ("some text", True)
    for said in ("settings", "usage", "/parley why"):
        assert (found := read(said, START)) is not None
        assert found.is_private
    assert (found := read("forget me", START)) is not None
    assert found.is_for_anyone


@given(st.text(max_size=400), st.sampled_from((START, OTHERS, OURS, REPLY, WITH_FILE)))
def test_any_message_is_read(said: str, occasion: Occasion) -> None:
    found = read(said, occasion)
    assert found is None or found.name in BY_NAME


@pytest.mark.parametrize("one", subcommands.SUBCOMMANDS, ids=lambda one: one.words)
def test_each_phrase_of_a_subcommand_works(one: subcommands.Subcommand) -> None:
    for verb in one.verbs:
        rest = "" if one.said("") else " on" if one.said("on") else ""
        assert command(f"{verb}{rest}", START) == f"/parley {one.words}{rest}"
