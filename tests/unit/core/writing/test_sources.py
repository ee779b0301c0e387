"""The sources of an answer: no title and no address gets out of its link."""

from __future__ import annotations

import pytest

from bot.core.domain.tool import SourceLink, Step
from bot.core.writing.sources import Sources
from bot.slack.outbound.tasks import Tasks

EVIL = "https://evil.example/x"


def test_odd_addresses_stay_in_links() -> None:
    sources = Sources()
    mark = sources.cite(SourceLink("https://a.example/x)\n\n[now](https://evil.example/`y|z", "A [title](of `more`)"))
    assert mark == " [1](https://a.example/x%29%0A%0A%5Bnow%5D%28https://evil.example/%60y%7Cz)"
    assert sources.listed() == f"\n\nSources: 1: [A title of more]({mark[5:]}"


@pytest.mark.parametrize(
    "title",
    [
        "https://accounts.acme.com/login",
        "Sign in: accounts.acme.com",
        "www.acme.example",
        "accounts.acme.com @ evil.example",
        "accounts\uff0eacme\uff0ecom",
        "accounts.acme\u200b.com",
        "accounts.acme.c\u00adom",
        "\u202emoc.emca.stnuocca",
    ],
)
def test_no_title_poses_as_another_address(title: str) -> None:
    source = SourceLink(EVIL, title)
    sources, tasks = Sources([source]), Tasks()
    tasks.step(Step("1", "Searched", sources=(source,)), 0)
    assert sources.listed() == f"\n\nSources: 1: [evil.example]({EVIL})"
    assert tasks.news()[0][1]["sources"] == [{"type": "url", "url": EVIL, "text": "evil.example"}]


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Hotels | Booking.com", "https://www.booking.com/hotels"),
        ("Node.js and main.py, explained", EVIL),
        ("Größe: 價格 & שלום", EVIL),
        ("क्\u200dष 👩\u200d💻", EVIL),
    ],
)
def test_honest_titles_stay_as_they_are(title: str, url: str) -> None:
    tasks = Tasks()
    tasks.step(Step("1", "Searched", sources=(SourceLink(url, title),)), 0)
    assert tasks.news()[0][1]["sources"][0]["text"] == title
