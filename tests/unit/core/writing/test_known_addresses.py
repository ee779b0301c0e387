"""Where an address has to stand for an answer to link to it."""

from __future__ import annotations

import json

import pytest

from bot.calls import Purpose
from bot.core.addresses import Addresses
from bot.core.domain.attachment import Attachment
from bot.core.domain.channel_settings import ChannelSettings
from bot.core.domain.message import Role
from bot.core.domain.tool import Passage, Round, ToolResult
from bot.core.ports import Request, Turn
from bot.core.prompt_data import quoted
from bot.core.writing.known_addresses import add_round, known_addresses

PAGE = "https://example.com/page?a=1"


def request(*turns: Turn, instructions: str = "", rounds: tuple[Round, ...] = ()) -> Request:
    settings = ChannelSettings(instructions=instructions)
    return Request(Purpose.ANSWER, turns or (Turn(Role.USER, "Hi"),), 1_000, "p", settings, rounds=rounds)


@pytest.mark.parametrize(
    "asked",
    [
        request(Turn(Role.USER, f"See {PAGE}.")),
        request(Turn(Role.USER, f"[page]({PAGE})[other](https://other.com)")),
        request(Turn(Role.USER, f"<{PAGE}|page>")),
        request(Turn(Role.USER, quoted("earlier", {"summary": f'"{PAGE}"'}))),
        request(Turn(Role.USER, PAGE.replace("&", "&amp;"))),
        request(Turn(Role.USER, "", (Attachment("a.csv", "text/plain", f"a,b\n1,{PAGE}\n".encode(), 9),))),
        request(instructions=f"Point people to {PAGE}"),
        request(Turn(Role.USER, "?"), Turn(Role.ASSISTANT, f"[page]({PAGE})"), Turn(Role.USER, "Again?")),
        request(rounds=(Round("[]", (ToolResult("t", json.dumps({"url": PAGE})),)),)),
        request(rounds=(Round("[]", (), f"And {PAGE}?"),)),
        request(rounds=(Round("[]", (ToolResult("t", "", (Passage("m1", "Ada", f"See {PAGE}."),)),)),)),
        request(rounds=(Round("[]", (ToolResult("t", "", (Passage(PAGE, "Ada", "Yes."),)),)),)),
    ],
)
def test_an_address_in_a_source_is_known(asked: Request) -> None:
    assert PAGE in known_addresses(asked)


CALL = json.dumps([{"type": "tool_use", "id": "t", "name": "find", "input": {"query": PAGE}}])


@pytest.mark.parametrize(
    "asked",
    [
        request(Turn(Role.USER, "Hi"), Turn(Role.ASSISTANT, f"```\ncurl {PAGE}\n```"), Turn(Role.USER, "Again?")),
        request(Turn(Role.USER, "Hi"), Turn(Role.ASSISTANT, f"`curl {PAGE}`"), Turn(Role.USER, "Again?")),
        request(rounds=(Round(CALL, (ToolResult("t", f"Nothing found for {PAGE}", is_error=True),)),)),
        request(rounds=(Round(CALL),)),
        request(rounds=(Round("[]", (ToolResult("t", "", (Passage("m1", "Parley", f"`curl {PAGE}`"),)),)),)),
        request(Turn(Role.USER, "https://example.com/page?a=12 https://example.com/page/a=1 example.com")),
        request(Turn(Role.USER, "", (Attachment("a.png", "image/png", PAGE.encode(), 9),))),
    ],
)
def test_what_the_model_made_is_foreign(asked: Request) -> None:
    assert PAGE not in known_addresses(asked)


def test_known_addresses_grow_with_each_round() -> None:
    known = known_addresses(request())
    add_round(known, Round("[]", (ToolResult("t", PAGE),)))
    assert PAGE in known


def test_an_echo_leaves_known_what_was() -> None:
    known = known_addresses(request(Turn(Role.USER, PAGE)))
    add_round(known, Round(CALL, (ToolResult("t", PAGE),)))
    assert PAGE in known


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("https://EXAMPLE.com", "https://example.com/"),
        ("https://example.com/a#b", "https://example.com/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com/%7euser", "https://example.com/~user"),
        ("https://example.com/ä", "https://example.com/%C3%A4"),
        ("https://bücher.de", "https://xn--bcher-kva.de"),
        ("www.example.com/a", "https://www.example.com/a"),
        ("Ada@Example.com", "mailto:ada@example.com"),
        ("'https://example.com/a'", "https://example.com/a"),
        ("https://en.wikipedia.org/wiki/Rust_(language)", "https://en.wikipedia.org/wiki/Rust_(language)"),
    ],
)
def test_spellings_of_one_address_are_one(source: str, written: str) -> None:
    assert written in Addresses(f"See {source}, please")


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("https://example.com/a", "https://example.com/a/"),
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://example.com/a?"),
        ("https://example.com/a", "https://example.com/a#b"),
        ("https://example.com/a?b=1", "https://example.com/a"),
        ("https://example.com/a?b=1&c=2", "https://example.com/a?c=2&b=1"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com", "https://example.com.evil.com"),
        ("https://example.com", "https://user@example.com"),
        ("https://user@example.com", "https://user@example.com"),
        ("https://example.com", "https://ex%61mple.com"),
        ("https://example.com/a", "javascript:https://example.com/a"),
        ("https://example.com/a", "//example.com/a"),
        ("https://example.com/a", ""),
    ],
)
def test_other_addresses_are_not_known(source: str, written: str) -> None:
    assert written not in Addresses(f"See {source}, please")
