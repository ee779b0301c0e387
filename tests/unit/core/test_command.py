from __future__ import annotations

import pytest

from bot.core.command import SHOWN_OF_REQUEST, check_options, check_text, opening, take_private
from bot.core.commands import BY_NAME
from bot.core.domain.command import Command
from bot.core.domain.message import Place, Role
from bot.core.domain.people import Requester
from bot.core.domain.thread import FinishedAnswer
from bot.errors import UsageError


def command(text: str, *, is_private: bool = False) -> Command:
    return Command("c1", "code", text, Place("T1", "C1", "1.0"), Requester("U0ADA", "T1"), is_private)


@pytest.mark.parametrize(
    ("typed", "text", "is_private"),
    [
        ("--private hello", "hello", True),
        ("hello --private", "hello", True),
        ("hello —private", "hello", True),
        ("hello \u2013private", "hello", True),
        ("one\n--private\ntwo", "one\n--private\ntwo", False),
        ("explain the --private flag", "explain the --private flag", False),
        ("one\n--private", "one", True),
        ("--private", "", True),
        ("--privately hello", "--privately hello", False),
        ("x--private hello", "x--private hello", False),
        ("-private hello", "-private hello", False),
        ("  hello  ", "hello", False),
        ("", "", False),
    ],
)
def test_private_is_taken_off(typed: str, text: str, is_private: bool) -> None:  # noqa: FBT001 (a column of the table)
    assert take_private(typed) == (text, is_private)


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_typed_gets_the_usage(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_text(BY_NAME[name], " \n")
    assert caught.value.sentence == BY_NAME[name].help


@pytest.mark.parametrize("typed", ["help", " Help ", "?", "--help", "—help", "hilfe"])
def test_a_command_explains_itself(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_text(BY_NAME["code"], typed)
    assert caught.value.sentence == BY_NAME["code"].help
    assert check_text(BY_NAME["code"], "help me sort a list") == "help me sort a list"


def test_the_opening_quotes_the_request() -> None:
    assert opening(command("one\ntwo"), "<@U0ADA>") == "<@U0ADA> asked `/code`\n> one\n> two"


def test_a_long_request_is_shown_shortened() -> None:
    shown = opening(command("x" * (SHOWN_OF_REQUEST + 1)), "Ada")
    assert shown.endswith("x…")
    assert shown.count("x") == SHOWN_OF_REQUEST


def test_a_command_begins_a_conversation() -> None:
    record = command("an area function").record(FinishedAnswer("Here.", "2.0"))
    asked, answered = record.messages
    assert (asked.role, asked.author, asked.text, asked.id) == (Role.USER, "U0ADA", "/code an area function", "1.0")
    assert (answered.role, answered.text, answered.id) == (Role.ASSISTANT, "Here.", "2.0")
    assert record.began_with_bot


def test_a_private_command_leaves_no_words() -> None:
    assert command("a secret", is_private=True).record(FinishedAnswer("Here.", "")).messages == ()


KNOWN = ("--multi", "--private")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("--bogus crash", "There is no option `--bogus` here. I know `--multi` and `--private`; quote it."),
        ("crash --bogus", "There is no option `--bogus` here."),
        ("\u2013mutli crash", "There is no option `\u2013mutli` here. Did you mean `--multi`?"),
        ("crash —privat", "There is no option `—privat` here. Did you mean `--private`?"),
        ("--lang=go web server", "There is no option `--lang=go` here."),
        ("web server —lang=go", "There is no option `—lang=go` here."),
        ("--multi=yes crash", "`--multi` takes no value: leave out `=yes`."),
        ("--column=text crash", "There is no option `--column=text` here. Did you mean `column=`?"),
        ("--bogus\ncrash", "There is no option `--bogus` here."),
    ],
)
def test_an_unknown_option_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_options(typed, KNOWN, "quote it", beside=("column=",))
    assert caught.value.sentence.startswith(sentence)


@pytest.mark.parametrize(
    "typed",
    [
        *("-- said Bob", "- item", "— he said, we go", "—Hola, dijo", "—I think so", "it crashes —anna", "--", "—"),
        *("—said Anna, we met", "\u2013bogus crash"),
        *("it needs --verbose to run", "crash\n--bogus", "--multi crash", "crash --private", "2--3 items", ""),
    ],
)
def test_a_text_may_begin_with_dashes(typed: str) -> None:
    check_options(typed, KNOWN, "quote it")


def test_code_may_end_with_an_option() -> None:
    check_options("a clone of ls --color=auto", KNOWN, "quote it", may_end_so=True)
    with pytest.raises(UsageError):
        check_options("a clone of ls --privat", KNOWN, "quote it", may_end_so=True)


def test_private_said_twice_counts_once() -> None:
    assert take_private("7d --private --private") == ("7d", True)
