"""The bot's sentences in the language of their reader."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot import errors, language
from bot.core.dates import short_date
from bot.core.money import dollars
from bot.language import _, and_list, ngettext, number, or_list, percent, speak
from tests.support.spoken import said


@pytest.mark.parametrize(
    ("tag", "found"),
    [("de-DE", "de"), ("de_AT", "de"), ("DE", "de"), ("en-GB", "en"), ("fr-FR", ""), ("", ""), ("../../etc", "")],
)
def test_locales_name_a_language(tag: str, found: str) -> None:
    assert language.supported(tag) == found


def test_english_is_spoken_unless_set() -> None:
    assert _("The message no longer exists.") == "The message no longer exists."
    assert said(lambda: _("The message no longer exists.")) == "Die Nachricht gibt es nicht mehr."
    assert language.spoken() == "en"


def test_a_task_keeps_its_language() -> None:
    async def task(spoken: str) -> str:
        speak(spoken)
        await asyncio.sleep(0)
        return language.spoken()

    async def two() -> tuple[str, str]:
        first, second = await asyncio.gather(task("de"), task("en"))
        return first, second

    assert asyncio.run(two()) == ("de", "en")


def test_claude_is_told_in_english() -> None:
    def told() -> tuple[str, str]:
        with language.in_english():
            first = number(1234)
        return first, number(1234)

    assert said(lambda: " ".join(told())) == "1,234 1.234"


def test_numbers_and_days_follow_the_language() -> None:
    assert (number(1234567), short_date(date(2026, 11, 3))) == ("1,234,567", "Nov 3")
    assert (said(lambda: number(1234567)), said(lambda: short_date(date(2026, 11, 3)))) == ("1.234.567", "3. Nov.")
    assert _("{n:,} of {of}", n=1234, of="{n}") == "1,234 of {n}"
    assert said(lambda: _("{n:,} of {of:>3}", n=1234, of=7)) == "1.234 of   7"


def test_shares_and_decimals_follow_the_language() -> None:
    assert (percent(0.3), _("{a:,.1f} {b:.0%}", a=1234, b=0.25)) == ("30%", "1,234.0 25%")
    assert said(lambda: percent(0.3)) == "30\N{NO-BREAK SPACE}%"
    assert said(lambda: _("{a:,.1f} {b:.0%}", a=1234, b=0.25)) == "1.234,0 25\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("amount", "english", "german"),
    [
        (0.02, "$0.02", "0,02\xa0$"),
        (0.0234, "$0.0234", "0,0234\xa0$"),
        (12345.678, "$12,345.68", "12.345,68\xa0$"),
        (0.00001, "less than $0.0001", "weniger als 0,0001\xa0$"),
    ],
)
def test_money_follows_the_language(amount: float, english: str, german: str) -> None:
    assert (dollars(amount), said(lambda: dollars(amount))) == (english, german)


@pytest.mark.parametrize(("n", "expected"), [(1, "in 1 Sekunde"), (0, "in 0 Sekunden"), (2000, "in 2.000 Sekunden")])
def test_plurals_follow_the_language(n: int, expected: str) -> None:
    one, many = "Please try again in {n:,} second.", "Please try again in {n:,} seconds."
    assert expected in said(lambda: ngettext(one, many, n))


def test_lists_end_with_a_word() -> None:
    assert [and_list("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert said(lambda: or_list(["a", "b", "c"])) == "a, b oder c"


def test_errors_speak_to_their_reader() -> None:
    busy = errors.ModelBusyError("429", retry_after=90)
    assert busy.sentence == "Claude is busy. Please try again in 90 seconds."
    assert said(lambda: busy.sentence) == "Claude ist ausgelastet. Bitte versuch es in 90 Sekunden noch einmal."
    assert said(lambda: errors.UsageError("Ach so.").sentence) == "Ach so."
