"""The sources of an answer: no title and no address gets out of its link."""

from __future__ import annotations

from bot.core.domain.tool import SourceLink
from bot.core.tools.sources import Sources


def test_odd_addresses_stay_in_links() -> None:
    sources = Sources()
    mark = sources.cite(
        SourceLink("https://a.example/x)\n\n[now](https://evil.example/`y|z", "A [title](https://b.example)")
    )
    assert mark == " [1](https://a.example/x%29%0A%0A%5Bnow%5D%28https://evil.example/%60y%7Cz)"
    assert sources.listed() == f"\n\nSources: 1: [A title https://b.example]({mark[5:]}"
