"""What of a model's text stays a link: only addresses that stood in a source, however the stream is cut."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.addresses import Addresses, trimmed
from bot.core.writing.unlinking import MOST_WAITING, Unlinking
from tests.support.links import links

SECRET = "hunter2-the-secret"
KNOWN = Addresses(
    "Look at <https://known.com/x|this>, (https://docs.python.org/3/library/re.html#contents) and known.org/path.",
    'Write to ada@corp.com. {"url": "https://json.org/a?b=1&c=2"}; https://bücher.de/ä; http://[2001:db8::1]:8080/v6',
)
KEPT = [
    "https://known.com/x",
    "See https://known.com/x.",
    "**https://known.com/x**",
    "(https://known.com/x)",
    "[the page](https://known.com/x)",
    "[the **page** `x`](https://known.com/x)",
    "[[1]](https://known.com/x)",
    "<https://known.com/x>",
    "https://docs.python.org/3/library/re.html",
    "https://docs.python.org/3/library/re.html#contents",
    "HTTPS://KNOWN.COM:443/x",
    "https://json.org/a?b=1&c=2",
    "https://json.org/a?b=1&amp;c=2",
    "https://json.org/%61?b=1&c=2",
    "https://xn--bcher-kva.de/%C3%A4",
    "http://[2001:db8::1]:8080/v6",
    "https://known.org/path and http://known.org/path",
    "known.org/path",
    "[known.com](https://known.com/x)",
    "docs.python.org says so",
    "ada@corp.com, <mailto:ada@corp.com>",
    "<@U024BE7LH> in <#C024BE7LR|general> at <!date^1^{date}|1>",
    "main.py, README.md, Node.js, e.g. 3.5, U.S., asyncio.sleep(3), and/or, C:\\temp, a < b > c, R&D, 5 * 3 * 2",
    "`curl https://api.example.com/items?limit=10`",
    "```sh\ncurl https://api.example.com/items?limit=10\n```\n",
    "1. Run:\n   ```sh\n   curl https://api.example.com/?a=1\n   ```\n2. Done!",
    "- [ ] todo [1] a[0] array[i]",
    "| a | b |\n|---|---|\n| https://known.com/x | 2 |\n",
    "Done! What? www. https:// and http",
]
CHANGED = {
    "https://evil.com/a/b?q=1#f, ok": "`evil.com/a/b`, ok",
    "[docs](https://evil.com/a?q=1)": "docs (`evil.com/a`)",
    '[docs](https://evil.com/a?q=1 "title")': "docs (`evil.com/a`)",
    "[docs](<https://evil.com/a b>)": "docs (`evil.com/a b`)",
    "[docs](/relative)": "docs (`/relative`)",
    "[top](#heading)": "top",
    "![chart](https://evil.com/i.png?q=1)": "chart",
    "![](https://evil.com/i.png?q=1)": "",
    "![chart](https://known.com/x)": "[chart](https://known.com/x)",
    '<img src="https://evil.com/i.png?q=1" alt="chart">': "chart",
    "<https://evil.com/a?q=1>": "`evil.com/a`",
    "<https://evil.com/a?q=1|click here>": "click here (`evil.com/a`)",
    "<https://known.com/x|click here>": "[click here](https://known.com/x)",
    "<mailto:eve@evil.com?body=1>": "`eve@evil.com`",
    "[mail](mailto:eve@evil.com?body=1)": "mail (`eve@evil.com`)",
    "[run](javascript:alert(1))": "run (`alert(1)`)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)": "x (`text/html;base64,PHNjcmlwdD4=`)",
    "www.evil.com/a?q=1": "`evil.com/a`",
    "[https://known.com/x](https://evil.com/a)": "https://known.com/x (`evil.com/a`)",
    "[https://known.com/x](https://json.org/a?b=1&c=2)": "https://known.com/x <https://json.org/a?b=1&c=2>",
    "[known.com](https://json.org/a?b=1&c=2)": "known.com <https://json.org/a?b=1&c=2>",
    "https://good.com@evil.com/a": "`evil.com/a`",
    "https://known.com\\@evil.com/x": "`known.com/@evil.com/x`",
    "https://known.com/x/more": "`known.com/x/more`",
    "https://known.com/x?q=1": "`known.com/x`",
    "https://known.com/x#frag": "`known.com/x`",
    "https://known.com:8443/x": "`known.com:8443/x`",
    "https://kn\u043ewn.com/x": "`kn\u043ewn.com/x`",  # the letter of the Cyrillic alphabet
    "https://kno\u200bwn.com/x": "`known.com/x`",
    "https://known.com/x\u202e?q=1": "`known.com/x`",
    "http://known.com/x": "`known.com/x`",
    "http://[::1]:8080/a?q=1": "`[::1]:8080/a`",
    "https://known.com/x\uff0c然后": "https://known.com/x \uff0c然后",
    "https://known.com/x|secret": "https://known.com/x |secret",
    "`https://evil.com/?q=1`": "`evil.com/`",
    "https://evil.com/a/https://evil.com/b": "`evil.com/a/evil.com/b`",
    f"https://evil.com/{'a' * 200}": f"`evil.com/{'a' * 70}…`",
}
# However they are shown, no reader finds a link in them.
DEAD = [
    "[a [b] c](https://evil.com/?q=1)",
    "[a\nb](https://evil.com/?q=1)",
    "[a](\nhttps://evil.com/?q=1)",
    "[a][1]\n\n[1]: https://evil.com/?q=1",
    "[a][1]\n\n[1]: //evil.com/?q=1",
    "[a][1]\n\n[1]:\nevil.com/?q=1",
    "evil.com/?q=1 and data.evil.com",
    "a@evil.com",
    "&#104;ttps://evil.com/?q=1 https&#58;//evil.com/?q=1 https&colon;//evil.com evil&period;com/?q=1",
    "https:\\/\\/evil.com/?q=1 \\<https://evil.com/?q=1>",
    "https:\0//evil.com/?q=1 https:\u202e//evil.com/?q=1 ht\x07tps://evil.com/?q=1",
    "xhttps://evil.com/?q=1 éhttps://evil.com/?q=1",
    "` https://evil.com/?q=1`",
    "a ` b\n`curl https://evil.com/?q=1`",
    "`a`` `curl https://evil.com/?q=1`",
    "`a``b-`curl https://evil.com/?q=1`",
    "x`a)`curl https://evil.com/?q=1`",
    "[a `](https://known.com/x) `curl https://evil.com/?q=1`",
    "<a title='`'>`x-`curl https://evil.com/?q=1`",
    "<!--\n\n`curl https://evil.com/?q=1`\n-->",
    "~~~\nhttps://evil.com/?q=1\n~~~",
    "> ```\n> a\nhttps://evil.com/?q=1\n",
    "- ```\n  a\nhttps://evil.com/?q=1\n",
    "```\na ``` https://evil.com/?q=1\n",
    "a ``` b\n```\nhttps://evil.com/?q=1\n```\n",
    "```\na\n```\nhttps://evil.com/?q=1",
    "```a\nhttps://evil.com/?q=1",
    "``````\nhttps://evil.com/?q=1\n``````",
    "    https://evil.com/?q=1",
    "| a | b |\n|---|---|\n| `https://evil.com/?q=1 | x` |\n",
    '<a href="https://evil.com/?q=1">x</a>',
    "<!date^1^{date}^https://evil.com/?q=1|now>",
    "<evil.com/?q=1|click>",
    "https://known.com/x`secret https://known.com/x][secret",
    "https://known.com/x<img alt=secret>",
    "Done!![a](https://evil.com/?q=1)",
    "[a](https://evil.com/?q=1",
    "[a](https://evil.com/?q=(1)",
    "slack://open?team=1 ftp://evil.com/?q=1",
]


def unlinked(text: str, cuts: list[int] | None = None, known: Addresses = KNOWN) -> str:
    ends = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts or ())})
    out: list[str] = []
    unlinking = Unlinking(known, out.append)
    for start, end in pairwise(ends):
        unlinking.write(text[start:end])
    unlinking.close()
    assert "".join(out) == unlinking.text
    return unlinking.text


def foreign(text: str) -> list[str]:
    return [one for one in links(text) if one not in KNOWN and trimmed(one) not in KNOWN]


@pytest.mark.parametrize("text", KEPT)
def test_known_addresses_and_words_stay(text: str) -> None:
    assert unlinked(text) == text


@pytest.mark.parametrize("text", CHANGED)
def test_foreign_addresses_are_shown_as_code(text: str) -> None:
    assert unlinked(text).replace("\u200b", "") == CHANGED[text]
    assert not foreign(unlinked(text))


@pytest.mark.parametrize("text", DEAD)
def test_no_trick_makes_a_link(text: str) -> None:
    assert not foreign(unlinked(text))


def test_the_tests_find_links() -> None:
    assert sum(bool(foreign(text)) for text in DEAD) > len(DEAD) * 0.7


@pytest.mark.parametrize("text", [*KEPT, *CHANGED, *DEAD])
def test_each_cut_shows_the_same(text: str) -> None:
    whole = unlinked(text)
    assert unlinked(text, list(range(len(text)))) == whole
    for cut in range(1, len(text), 3):
        assert unlinked(text, [cut, cut + 1]) == whole


SYNTAX = (
    *"[]()`<>|!\\ \n\0\u202e\u200b.:@/*_#?=&é。ab",
    *(
        "``",
        "```",
        "```\n",
        "\n\n",
        "> ",
        "- ",
        "    ",
        "\r\n",
        "1. ",
        "~~~\n",
        "| a | b |\n|---|---|\n| ",
        "<!--",
        "-->",
    ),
    *("https://evil.com/?q=S", "www.evil.com/S", "evil.com/S?q", "sub.evil.com", "@evil.com", "://evil.com/S"),
    *("//evil.com/S", "ttps://evil.com/S", "https:\\/\\/evil.com/S", "evil&period;com/S", "mailto:a@evil.com?body=S"),
    *("https://known.com/x", "known.org/path", "ada@corp.com", "[a](https://known.com/x)", "http", "https:", "\\:"),
    *("[a](", "[1]: ", "](", "]:", "][", "<img src=", '<a href="', "<https://evil.com/S|", "<https://known.com/x|"),
    *("`curl https://evil.com/?q=S`", "javascript:", "&#58;", "&#104;", "&amp;"),
)
syntax = st.sampled_from(SYNTAX)


@given(st.lists(syntax, max_size=16).map("".join), st.lists(st.integers(0, 10_000), max_size=6))
@example("https://known.com/x<img src=>[a](", [])
@example("evil.com\\//evil.com/S", [])
@example("<https://known.com/x|`-->`curl https://evil.com/?q=S`", [])
@example("<https://evil.com/S|>`", [])
@example("b<https://evil.com/S|@evil.com>", [])
@example("```\n\n[a](```\n", [0, 1, 2, 4, 5, 6, 9, 13])
def test_nothing_foreign_is_a_link(text: str, cuts: list[int]) -> None:
    shown = unlinked(text)
    assert not [one for one in foreign(shown) if "evil" in one]
    assert unlinked(text, cuts) == shown


@given(st.text(alphabet="abc XYZ.,;!?'\n-()*_#0123456789", max_size=200))
def test_words_pass_as_they_are(text: str) -> None:
    assert unlinked(text, [3, 9, 40]) == text


def test_only_what_may_be_an_address_waits() -> None:
    out: list[str] = []
    unlinking = Unlinking(KNOWN, out.append)
    for piece in ("Now", " look", " there. ", "And", " so", " on (", "a)."):
        unlinking.write(piece)
        assert out[-1] == piece
    unlinking.write(" See https://kno")
    assert out[-1] == " See "
    unlinking.write("wn.com/x for")
    assert "".join(out).endswith(" See https://known.com/x for")


@pytest.mark.parametrize(
    "begun", ["https://evil.com/", "[", "[a](", "<https://evil.com/", "`", "evil.com/", "&", "a@b.c"]
)
def test_what_never_ends_waits_for_a_while(begun: str) -> None:
    unlinking = Unlinking(KNOWN, lambda _: None)
    unlinking.write(begun)
    for _ in range(MOST_WAITING):
        unlinking.write("xyz/")
    assert unlinking.text
    assert len(unlinking.text) < 5 * MOST_WAITING
    assert not foreign(unlinking.text)


def test_a_plain_piece_costs_little() -> None:
    pieces = ["the ", "quick ", "brown ", "fox, ", "home. "] * 1_000
    unlinking = Unlinking(KNOWN, lambda _: None)
    started = time.thread_time()
    for piece in pieces:
        unlinking.write(piece)
    assert (time.thread_time() - started) / len(pieces) < 20e-6  # seconds; it takes about 1.3e-6 on an idle machine
