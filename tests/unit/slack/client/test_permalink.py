from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.client.permalink import Address, parse, permalink

WORKSPACE = "https://acme.slack.com/"
TS, ROOT = "1700000000.000100", "1690000000.000200"


def test_a_permalink_comes_back_whole() -> None:
    assert parse(permalink(WORKSPACE, "C012AB", TS)) == Address("C012AB", TS, "")


def test_a_reply_keeps_its_thread() -> None:
    assert permalink(WORKSPACE, "C012AB", TS, ROOT) == (
        f"https://acme.slack.com/archives/C012AB/p1700000000000100?thread_ts={ROOT}&cid=C012AB"
    )
    assert parse(permalink(WORKSPACE, "C012AB", TS, ROOT)) == Address("C012AB", TS, ROOT)


def test_a_link_in_angles_is_read() -> None:
    link = permalink(WORKSPACE, "C012AB", TS, ROOT).replace("&", "&amp;")
    assert parse(f"<{link}|this>") == Address("C012AB", TS, ROOT)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hello",
        "https://acme.slack.com/archives/C012AB",
        "https://acme.slack.com/archives/C012AB/p17000",
        "https://acme.slack.com/archives/c012ab/p1700000000000100",
        "ftp://acme.slack.com/archives/C012AB/p1700000000000100",
        "https:///archives/C012AB/p1700000000000100",
        "https://[/archives/C012AB/p1700000000000100",
    ],
)
def test_anything_else_is_no_permalink(url: str) -> None:
    assert parse(url) is None


def test_an_odd_thread_is_left_out() -> None:
    assert parse(f"{permalink(WORKSPACE, 'C012AB', TS)}?thread_ts=now") == Address("C012AB", TS, "")


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    address = parse(text)
    assert address is None or address.channel
