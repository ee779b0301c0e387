"""Read a page of a site: what it is about, without the menus around it, as Markdown.

Trafilatura finds the text of any page, and loses headings and code of documentation. So it decides where most of a page
is something else; otherwise the page's main element is written as it stands (figures: docs/decisions.md).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from bot.core.documents import web_page
from bot.core.documents.document import text_of
from bot.core.documents.markdown import markdown
from bot.core.domain.page import PageText

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_TEXT = 500_000  # characters
LONGEST_TITLE = 200
MOST_LINKS = 5_000
LEAST_MAIN = 50  # words of a main element that is one
MOSTLY = 0.5  # the share of a page's letters from which on its main element is written as it stands
LEAST_TEXT = 200  # letters of a page that needs no script to show something

_ASIDE = frozenset(("aside", "button", "dialog", "footer", "nav", "select"))
_ASIDE_ROLES = frozenset(("banner", "complementary", "contentinfo", "navigation", "search"))
_CONSENT = re.compile(
    r"cookie[-_]?(?:banner|bar|consent|law|message|notice|popup)|onetrust|cookiebot|usercentrics|didomi", re.IGNORECASE
)
_FENCE = re.compile(r"^[ >]{0,40}```", re.MULTILINE)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].{0,40})?", re.IGNORECASE)
_REFRESH = re.compile(r"\d{0,4}\s{0,9}[;,]\s{0,9}url\s{0,9}=\s{0,9}['\"]?(?P<address>[^'\"\s]{1,1000})", re.IGNORECASE)


def read(text: str, address: str) -> PageText:
    """Read a page. It accepts anything and may take any time and memory, so call it where both are bounded."""
    root, _is_whole = web_page.parsed(text)
    if root is None:
        return PageText("", "")
    base = _base(root, address)
    names = {one.strip().lower() for said in _metas(root, "robots", "parley") for one in said.split(",")}
    links = () if names & {"nofollow", "none"} else tuple(_links(root, base))
    stands_for, title, language = _stands_for(root, base), _title(root), _language(root)
    changed_at, has_script = _changed_at(text), root.find(".//script") is not None
    web_page.cleaned(root)
    main, heading = _main(root)
    letters = sum(map(str.isalnum, main))
    return PageText(
        title=(heading or title)[:LONGEST_TITLE],
        text=main[:LONGEST_TEXT],
        language=language,
        changed_at=changed_at,
        links=links,
        stands_for=stands_for,
        is_private=bool(names & {"noindex", "none"}),
        needs_script=has_script and letters < LEAST_TEXT,
    )


def _main(root: etree._Element) -> tuple[str, str]:
    """Return a page's text as Markdown, and its one heading of the first level."""
    whole = etree.tostring(root, method="html", encoding="unicode")
    element = _main_element(root)
    for one in list(_around(element)):
        web_page.drop(one)
    headings = [" ".join(text_of(one).split()) for one in element.iter("h1")]
    element.tail = None
    heading = headings[0] if len(headings) == 1 else ""
    written = markdown(element)
    found = _extracted(whole)
    is_mostly_text = _letters(found) >= MOSTLY * _letters(written)
    loses_code = len(_FENCE.findall(found)) < len(_FENCE.findall(written))
    return (written if is_mostly_text or loses_code else found), heading


def _extracted(page: str) -> str:
    import trafilatura  # noqa: PLC0415 (it takes a tenth of a second to load, and only a child needs it)

    found = trafilatura.extract(
        page,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_links=True,
        include_formatting=True,
    )
    return found or ""


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _main_element(root: etree._Element) -> etree._Element:
    """Return the element that holds what a page is about, as its author has marked it."""
    articles = list(root.iter("article"))
    roles = (one for one in root.iter("div", "section", "td") if one.get("role") == "main")
    marked = [*(articles if len(articles) == 1 else []), *root.iter("main"), *roles]
    return next((one for one in marked if len(text_of(one).split()) >= LEAST_MAIN), root)


def _around(root: etree._Element) -> Iterator[etree._Element]:
    """Yield what is beside the text: menus, footers, marks that link a heading to itself."""
    walk = etree.iterwalk(root, events=("start",))
    for _event, element in walk:
        if element is root or not isinstance(element.tag, str):
            continue
        is_mark = element.tag == "a" and not any(map(str.isalnum, text_of(element))) and len(element) == 0
        asks = element.tag == "div" and _CONSENT.search(f"{element.get('id', '')} {element.get('class', '')}"[:500])
        if element.tag in _ASIDE or element.get("role") in _ASIDE_ROLES or is_mark or asks:
            yield element
            walk.skip_subtree()


def _metas(root: etree._Element, *names: str) -> Iterator[str]:
    for one in root.iter("meta"):
        if str(one.get("name") or one.get("property") or one.get("http-equiv") or "").lower() in names:
            yield str(one.get("content") or "")


def _title(root: etree._Element) -> str:
    titled = root.find(".//title")
    found = text_of(titled) if titled is not None else next(_metas(root, "og:title"), "")
    return " ".join(found.split())


def _language(root: etree._Element) -> str:
    said = root.get("lang") or root.get("xml:lang") or next(_metas(root, "content-language"), "")
    match = _LANGUAGE.fullmatch(str(said).strip())
    return match[1].lower() if match else ""


def _base(root: etree._Element, address: str) -> str:
    based = root.find(".//base[@href]")
    return _joined(address, str(based.get("href"))) if based is not None else address


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return base


def _links(root: etree._Element, base: str) -> Iterator[str]:
    seen: set[str] = set()
    for one in root.iter("a", "area"):
        address = str(one.get("href") or "").partition("#")[0]
        if not address or len(seen) >= MOST_LINKS:
            continue
        if (found := _joined(base, address)) not in seen:
            seen.add(found)
            yield found


def _stands_for(root: etree._Element, base: str) -> str:
    for one in root.iter("link"):
        if str(one.get("rel") or "").lower() == "canonical" and one.get("href"):
            return _joined(base, str(one.get("href")))
    for said in _metas(root, "refresh"):
        if match := _REFRESH.match(said.strip()):
            return _joined(base, match["address"])
    return ""


def _changed_at(text: str) -> datetime | None:
    """Return when a page says that it was changed last, to the day; None where it does not, or says a day to come."""
    from htmldate import find_date  # noqa: PLC0415 (as above)

    found = find_date(text, extensive_search=False, original_date=False, outputformat="%Y-%m-%d")
    if not found:
        return None
    moment = datetime.strptime(found, "%Y-%m-%d").replace(tzinfo=UTC)
    return moment if moment <= datetime.now(UTC) else None
