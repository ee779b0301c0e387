"""Which addresses belong to a site, how each is written, and which lead nowhere new."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

MOST_PAGES = 10_000  # of a source
MOST_ALIKE = 500  # pages whose addresses differ in numbers alone: calendars, lists of pages
LONGEST_ADDRESS = 1_000  # characters
DEEPEST = 16  # parts of a path
MOST_REPEATS = 3  # of one part of a path
MOST_PARAMETERS = 3

_PORTS = {"http": 80, "https": 443}
# Who sent a visitor, and which visit it is: the page is the same. https://support.google.com/analytics/answer/1033863
_VISIT = re.compile(
    r"utm_\w{1,40}|(?:g|fb|ms|tw|yc|dc|wbra|gbra)clid|_ga|_gl|mc_[ce]id|_hs(?:enc|mi)|mkt_tok|igshid|vero_id|oly_\w{1,40}"
    r"|phpsessid|jsessionid|sid|session_?id|cfid|cftoken|ref|referrer|replytocom|share|return_to",
    re.IGNORECASE,
)
# What shows the same page differently, or does something: forms, feeds, versions, orders.
_VIEW = re.compile(
    r"action|do|cmd|edit|oldid|diff|veaction|print|printable|format|feed|sort|order|orderby|dir|filter\w{0,20}|filters\[.{0,20}"
    r"|q|s|query|search|add-to-cart|login|redirect_to|redirect|next|continue|return|ical|outlook-ical|eventdisplay"
    r"|year|month|day|date|tribe-bar-date|cal\w{0,10}|week|[^%;]{0,60}[%;].{0,900}",  # the last: escaped once too often
    re.IGNORECASE,
)
_NO_PAGE = re.compile(
    r"\.(?:7z|avi|avif|bin|bmp|bz2|css|csv|deb|dmg|docx?|eot|epub|exe|gif|gz|ico|ics|iso|jar|jpe?g|js|json|map|mjs|mov|mp[34]"
    r"|mpe?g|msi|odt|og[gv]|otf|pkg|png|pptx?|rar|rpm|rss|atom|svg|tar|tgz|tiff?|ttf|wasm|wav|web[mp]|whl|woff2?|xlsx?|xml|xz|zip)",
    re.IGNORECASE,
)
_LOGIN = r"log[-_]?in|sign[-_]?in|signon|sso|saml2?|session/new"
_ASKS_FOR_LOGIN = re.compile(rf"/(?:{_LOGIN})(?:[/.?]|$)", re.IGNORECASE)
_ASKS_ELSEWHERE = re.compile(
    rf"(?:^|[/._-])(?:{_LOGIN}|oauth2?|authorize|auth|accounts|idp|adfs)(?:[/._?-]|$)", re.IGNORECASE
)
_UNSAFE = "%/:=&?~#+!$,;'@()*[]"  # what `quote` leaves as it is


def normalized(address: str, base: str = "") -> str:
    """Return an address as it is kept, "" for one that can't be a page: not of the web, with a password, too long."""
    try:
        parts = urlsplit(urljoin(base, address.strip()) if base else address.strip())
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _PORTS or not host or parts.username is not None or re.search(r"[\s\\%]", host):
        return ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    shown = f"[{host}]" if ":" in host else host
    where = shown if port is None or port == _PORTS[parts.scheme] else f"{shown}:{port}"
    path = urljoin("http://site/", re.sub(r"^/+", "/", parts.path) or "/")  # without its dots
    path = quote(path.removeprefix("http://site"), safe=_UNSAFE)
    written = SplitResult(parts.scheme, where, path, _query(parts.query), "").geturl()
    return written if len(written) <= LONGEST_ADDRESS else ""


def _query(query: str) -> str:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return "too=many"  # which `is_page` refuses, as it does that number
    return urlencode(sorted(pair for pair in pairs if not _VISIT.fullmatch(pair[0])))


@dataclass(frozen=True, slots=True)
class SiteScope:
    """The part of a site that a source is: one host, or its `www.` twin, and a path with what is below it."""

    scheme: str
    host: str  # with its port
    path: str

    @classmethod
    def of(cls, address: str) -> SiteScope:
        """Return the scope of a source's address: the folder of `…/index.html`, the whole of `…/guide`."""
        parts = urlsplit(address)
        path, _, last = parts.path.rpartition("/")
        is_file = "." in last or parts.query
        return cls(parts.scheme, parts.netloc, f"{path}/" if is_file else parts.path or "/")

    @property
    def whole(self) -> SiteScope:
        """Return the scope of the whole site."""
        return SiteScope(self.scheme, self.host, "/")

    def own(self, address: str, base: str = "") -> str:
        """Return an address of the site as it is kept, "" for another one's. What can be encrypted is."""
        written = normalized(address, base)
        parts = urlsplit(written)
        if not written or _untwinned(parts.netloc) != _untwinned(self.host):
            return ""
        if parts.scheme == self.scheme:
            return written
        return parts._replace(scheme="https").geturl() if self.scheme == "https" else written

    def holds(self, address: str) -> bool:
        """Return whether an address of the site is in the scope."""
        path = urlsplit(address).path
        return path == self.path or path.startswith(self.path if self.path.endswith("/") else f"{self.path}/")

    def page(self, address: str, base: str = "") -> str:
        """Return the address that a link leads to, if that is a page of the scope; else ""."""
        found = self.own(address, base)
        return found if found and self.holds(found) and is_page(found) else ""


def _untwinned(host: str) -> str:
    return host.removeprefix("www.")


def is_page(address: str) -> bool:
    """Return whether an address may be a page's: not a picture's, a form's, or one of an endless maze."""
    parts = urlsplit(address)
    steps = [step for step in parts.path.split("/") if step]
    if len(steps) > DEEPEST or (steps and max(Counter(steps).values()) > MOST_REPEATS):
        return False
    if steps and (ending := re.search(r"\.[A-Za-z0-9]{2,5}$", steps[-1])) and _NO_PAGE.fullmatch(ending[0]):
        return False
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    return len(names) <= MOST_PARAMETERS and not any(map(_VIEW.fullmatch, names))


def asks_for_login(address: str, *, is_elsewhere: bool) -> bool:
    """Return whether an address looks like the one where people log in, on the same site or elsewhere."""
    parts = urlsplit(address)
    if is_elsewhere:
        return bool(_ASKS_ELSEWHERE.search(f"{parts.hostname}{parts.path}"[:LONGEST_ADDRESS]))
    return bool(_ASKS_FOR_LOGIN.search(parts.path[:LONGEST_ADDRESS]))


@dataclass(slots=True)
class Shapes:
    """Counts the pages whose addresses differ in numbers alone, so that no calendar takes all the room of a source."""

    found: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)

    def has_room(self, address: str) -> bool:
        """Return whether a page can be read in addition to those of its shape."""
        shape = re.sub(r"\d{1,20}", "0", address.partition("//")[2])
        if address in self.known or "0" not in shape:
            return True
        if self.found[shape] >= MOST_ALIKE or len(self.found) > MOST_PAGES:
            return False
        self.known.add(address)
        self.found[shape] += 1
        return True
