"""Text of a model in which only known addresses are links, while it is written.

Whatever Slack, or another reader of Markdown, may take for a link is decided here in one pass, on the strict side:
what can be read in two ways is no code, and no link. Code stays as it is: it hides no address behind a label, nobody's
client fetches what it names, and it has to be copied.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.addresses import (
    BREAK,
    LONGEST,
    Addresses,
    apart,
    is_host,
    misleads,
    parted,
    shown,
    trimmed,
    unopened,
)
from bot.core.writing.disguised_signs import entity, escape
from bot.core.writing.labeled_links import FARTHEST, Link, in_angles, in_brackets, is_label
from bot.core.writing.plain_pieces import is_plain
from bot.core.writing.strict_fence import TICKS, StrictFence, may_end, opening

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WAITING = FARTHEST  # characters that wait; then they are decided as they are
LOOK_BACK = 300  # characters before a place that decide what it is
MOST_AT_ONCE = 4_000  # characters of a piece
SOME = 64  # characters that are looked through at each piece

_UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u202d\u202e\ufeff]")  # removed later on, which would join the rest
_TRIGGER = re.compile(
    r"(?P<ticks>`++)"
    r"|(?P<target>(?<=\])\\?\()"
    r"|(?P<escape>\\)"
    r"|(?P<link>(?:(?<![\w!])!)?\[)"
    r"|(?P<definition>(?<=\]):)"
    r"|(?P<angle><)"
    r"|(?P<entity>&)"
    r"|(?P<bare>(?<![a-z0-9])(?:https?://|www\.))"
    r"|(?P<scheme>(?<=[a-z0-9]:/)/)"
    r"|(?P<host>(?<=[\w-][.@])[^\W_])"
    r"|(?P<begun>(?<![a-z0-9])(?:https?:?/?|ht?t?|w{1,3})\Z|(?<![\w!])!\Z)",
    re.IGNORECASE,
)
# What is left of a link with brackets in its label; what would define the address of a label; `ftp://` and its like.
_KEPT_APART = {"target": " (", "definition": f"{BREAK}:", "scheme": f"{BREAK}/"}
_CODE = re.compile(r"[^`\n]*+")
_NO_CODE = re.compile(r"\s|.*(?:\]\(|[|<])|.*\s\Z")  # what makes a span of code doubtful
_LONE = re.compile(r"(?:https?://|www\.)\S++", re.IGNORECASE)
_TAG = re.compile(r"[a-z/]", re.IGNORECASE)
# What goes on over empty lines.
_LONG_TAG = re.compile(r"!(?!channel|date|everyone|here|subteam)|\?|/?(?:pre|script|style|textarea)\b", re.IGNORECASE)
_RUN = re.compile(r"[^\s<>`|]*+")
_PATH = re.compile(r"[^\s<>`|\\\[\]]*+")
_STRANGE = re.compile(r"[^\w\-.~:/?#\[\]@!$&()+,;=%]", re.ASCII)  # what no address holds
_HOST = re.compile(r"[\w.@+-]*+")
_HOST_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.%+@-"
_SIGNS_BEFORE = ("`", "\\")  # what would change what a backtick after it means
_WORD = re.compile(r"\S++\Z")
_MAY_DECIDE = re.compile(r"[^\w.%/=?+~;-]")

Decided = tuple[str, int] | None
"""What is passed on, and where it ends in what was read; None for what waits."""


class Unlinking:
    """Passes on an answer in which only known addresses are links.

    Any other address is shown as code, without what it could carry out. What may yet become an address waits for its
    end, `MOST_WAITING` characters at most.
    """

    def __init__(self, known: Addresses, on_text: Callable[[str], None]) -> None:
        self._known, self._on_text = known, on_text
        self._passed: list[str] = []
        self._tail = ""  # the last characters of what was passed on
        self._held = ""
        self._fence: StrictFence | None = None
        self._trusts_fences = True  # until there is one that may be read in two ways
        self._doubts_code = False  # until the paragraph ends: a backtick in it may be read in two ways
        self._waits = False  # whether a piece has to be read whatever it holds
        self._is_odd = False  # the number of backticks in the last line
        self._skips = False  # the rest of an address that was too long to wait for

    def write(self, piece: str) -> None:
        """Pass on a piece, or as much of it as is decided."""
        if not self._waits and is_plain(piece, self._tail[-1:]):
            self._pass(piece)
            return
        for start in range(0, len(piece), MOST_AT_ONCE):
            text = self._held + _UNSEEN.sub("", some := piece[start : start + MOST_AT_ONCE])
            if len(self._held) > SOME and len(text) <= MOST_WAITING and not _MAY_DECIDE.search(some):
                self._held = text
            else:
                self._take(text, is_over=False)

    def close(self) -> None:
        """Pass on what is waiting."""
        self._take(self._held, is_over=True)

    @property
    def text(self) -> str:
        """What was passed on."""
        self._passed = ["".join(self._passed)]
        return self._passed[0]

    def _pass(self, text: str) -> None:
        if not text:
            return
        if self._doubts_code and self._trusts_fences and "\n\n" in self._tail[-1:] + text:
            self._doubts_code = False
        if "`" in text or "\n" in text:
            _, new_line, end = text.rpartition("\n")
            self._is_odd = (self._is_odd and not new_line) ^ (end.count("`") % 2 == 1)
        self._tail = (self._tail + text)[-LOOK_BACK:]
        self._passed.append(text)
        self._on_text(text)

    def _take(self, text: str, *, is_over: bool) -> None:
        self._held = ""
        while text:
            read = self._tail + text
            start, decided = self._next(read, len(self._tail), is_over=is_over)
            if decided is None and len(read) - start > MOST_WAITING:
                start, decided = self._next(read, start, is_over=True)
            if decided is None:
                self._held = read[start:]
                break
            self._pass(decided[0])
            text = read[decided[1] :]
        self._waits = bool(self._held or self._fence or self._skips)

    def _next(self, read: str, at: int, *, is_over: bool) -> tuple[int, Decided]:
        """Pass on what comes before the next thing to decide; return where that is, and what is decided."""
        if self._skips:
            end = _RUN.match(read, at).end()  # type: ignore[union-attr] # it matches anything
            self._skips = end == len(read)
            return at, ("", end)
        if self._fence is not None:
            return at, self._line(read, at, self._fence, is_over=is_over)
        found = _TRIGGER.search(read, at)
        if found is None:
            return at, (read[at:], len(read))
        self._pass(read[at : found.start()])
        if instead := _KEPT_APART.get(found.lastgroup or ""):
            return found.start(), (instead, found.end())
        if found.lastgroup == "begun":
            return found.start(), (found[0], found.end()) if is_over else None
        decide = getattr(self, f"_{found.lastgroup}")
        return found.start(), decide(read, found, is_over=is_over)

    # Code

    def _line(self, read: str, at: int, fence: StrictFence, *, is_over: bool) -> Decided:
        """Read a line, or a part of one, in a block of code."""
        end = read.find("\n", at)
        line, after = (read[at:], len(read)) if end < 0 else (read[at:end], end + 1)
        begins = self._tail.endswith("\n")
        if end < 0 and not is_over:
            if begins and may_end(line):
                return None
            line = line.rstrip("`")
            after = at + len(line)
        if begins and fence.holds(line) and fence.ends_with(line):
            self._fence = None
            return read[at:after], after
        if (doubtful := 0 if begins and not fence.holds(line) else line.find(TICKS)) >= 0:
            self._distrust_fences()
            after = at + doubtful
        return (read[at:after], after) if after > at or self._fence is None else None

    def _ticks(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        """Read a code span, the beginning of a block of code, or a backtick."""
        start, end = found.span()
        if end == len(read) and not is_over:
            return None
        if found[0].startswith(TICKS):
            return self._opening(read, found, is_over=is_over)
        if end - start == 1 and not self._doubts_code:
            inside = _CODE.match(read, end)[0]  # type: ignore[index] # it matches anything
            stop = end + len(inside)
            if stop + 1 >= len(read) and not is_over and "\n" not in read[stop:]:
                return None
            after = read[stop : stop + 2]
            beside = read[start - 1 : start] + after[1:]
            if after[:1] == "`" and not (_is_word(beside) or _NO_CODE.match(inside or " ")):
                if _LONE.fullmatch(inside) and inside not in self._known:
                    return self._shown(inside), stop + 1
                return read[start : stop + 1], stop + 1
        self._doubts_code = True
        return (" " if read[start - 1 : start] == "`" else "") + found[0], end

    def _opening(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        line = _CODE.match(read, found.end()).end()  # type: ignore[union-attr] # it matches anything
        fence = opening(read[: found.start()]) if self._trusts_fences and found[0] == TICKS else None
        if fence and line == len(read) and not is_over:
            return None
        if fence and read[line : line + 1] == "\n":
            self._fence = fence
            return read[found.start() : line + 1], line + 1
        self._distrust_fences()
        return (" " if read[found.start() - 1 : found.start()] == "`" else "") + found[0], found.end()

    def _distrust_fences(self) -> None:
        self._fence, self._trusts_fences, self._doubts_code = None, False, True

    # Links with a label

    def _link(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        """Read `[label](address)`, or an image."""
        link = in_brackets(read, found.start())
        if not isinstance(link, Link):
            return None if link and not is_over else (found[0], found.end())
        self._doubts_code = self._doubts_code or "`" in link.label
        if link.address not in self._known:
            return self._unlinked(link), link.end
        # What has an exclamation mark before it is an image, unless it is kept apart.
        before = BREAK if not link.is_image and read[found.start() - 1 : found.start()] == "!" else ""
        return before + self._labeled(link), link.end

    def _angle(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        """Read `<address>`, `<address|label>`, an image of HTML, or whatever begins with that sign."""
        link = in_angles(read, found.start())
        if isinstance(link, Link):
            self._doubts_code = self._doubts_code or "`" in link.label
            if link.address in self._known:
                return self._gap().strip(BREAK) + self._labeled(link), link.end
            return self._unlinked(link), link.end
        if link and not is_over:
            return None
        self._doubts_code = self._doubts_code or bool(_TAG.match(read, found.end()))
        if _LONG_TAG.match(read, found.end()):
            self._distrust_fences()
        return "<", found.end()

    def _labeled(self, link: Link) -> str:
        """Return a link to a known address; its label may not pretend to be another one."""
        label, address = link.label, link.address
        target = f"<{address}>" if {"(", ")"} & set(address) else address
        is_plain = self._inner(label) == label and is_label(label)
        if not label:
            return f"<{address}>"
        if label.rstrip("/") == address.rstrip("/") or (is_plain and not misleads(label, address)):
            return f"[{label}]({target})"
        return f"{self._text_of(label)} <{address}>"

    def _unlinked(self, link: Link) -> str:
        """Return the text of a link, and the address where that is not all."""
        label, code = self._text_of(link.label), self._shown(link.address)
        text = label.strip(f"`*_ {BREAK}")
        if link.is_image or not shown(link.address) or text == shown(link.address):
            return label + BREAK
        return f"{label} ({code})" if text else code

    def _text_of(self, label: str) -> str:
        """Return what stays of a label without its link: text that does not become an address with what is around."""
        return self._gap() + self._inner(label).strip()

    def _gap(self) -> str:
        """Return what keeps the next text apart from the word before it, which may be an address."""
        word = _WORD.search(self._tail)
        return "" if word is None else " " if len(word[0]) == LOOK_BACK or set(word[0]) & set("/.@:") else BREAK

    def _inner(self, text: str) -> str:
        inner = Unlinking(self._known, lambda _: None)
        inner._doubts_code = self._doubts_code or self._is_odd
        inner.write(text)
        inner.close()
        return inner.text

    def _shown(self, address: str) -> str:
        """Return an address as code; two backticks, where its line has a lone one."""
        ticks = "``" if self._is_odd else "`"
        text = parted(shown(address)) if self._doubts_code else shown(address)
        return f"{' ' if self._tail.endswith(_SIGNS_BEFORE) else ''}{ticks}{text or '…'}{ticks}"

    # Addresses in the text

    def _bare(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        """Read an address that begins as one."""
        start, run = found.start(), _RUN.match(read, found.start())[0]  # type: ignore[index] # it matches anything
        end = start + len(run)
        if end == len(read) and not is_over:
            return None
        if len(run) > LONGEST:
            self._skips = True
            return self._shown(run), end
        address = trimmed(run)
        if len(address) <= len(found[0]):
            return parted(found[0]) if read[found.end() : found.end() + 1].strip() else found[0], found.end()
        if address in self._known:
            return address + apart(read, end), start + len(address)
        strange = _STRANGE.search(run)
        for stop in (strange.start() if strange else end, unopened(run)):
            if (shorter := trimmed(run[:stop])) in self._known and len(shorter) > len(found[0]):
                return f"{shorter} ", start + len(shorter)
        return self._shown(address), start + len(address)

    def _host(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        """Read what goes on after a dot or an @: it may be an address without a scheme, or a mail address."""
        start, chunk = found.start(), read[max(0, found.start() - LOOK_BACK) : found.start()]
        before = chunk[len(chunk.rstrip(_HOST_SIGNS)) :]
        rest = chunk[: len(chunk) - len(before)]
        host = _HOST.match(read, start)[0]  # type: ignore[index] # it matches anything
        end = start + len(host)
        path = _PATH.match(read, end)[0] if read[end : end + 1] in {"/", "?", "#", ":"} else ""  # type: ignore[index] # as above
        if end + len(path) == len(read) and not is_over:
            return None
        if rest[-1:] == "/" and not rest.endswith(("//", f"/{BREAK}/")) and "@" not in before + host:
            return host, end  # in a path
        whole = trimmed(before + host + path)
        goes_on = path and read[end + len(path) : end + len(path) + 1].strip()
        has_path = len(whole) > len(before + host) or bool(goes_on)
        if has_path and whole in self._known:
            return whole[len(before) :] + apart(read, end + len(path)), start + len(whole) - len(before)
        hosts = (before + host).strip("_.@+-").split("@")
        is_one = "@" in before + host and is_host(before + host, has_path=False)
        if whole in self._known or not (is_one or any(is_host(one, has_path=has_path) for one in hosts)):
            return host, end
        self._skips = end + len(path) == len(read) and len(path) > LONGEST
        return BREAK + parted((host + path)[:LONGEST]), end + len(path)

    def _entity(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        return entity(read, found.start()) or ((found[0], found.end()) if is_over else None)

    def _escape(self, read: str, found: re.Match[str], *, is_over: bool) -> Decided:
        self._doubts_code = self._doubts_code or read.startswith("`", found.end())
        return escape(read, found.start()) or ((found[0], found.end()) if is_over else None)


def unlinked(text: str, known: Addresses) -> str:
    """Return a whole text in which only known addresses are links."""
    unlinking = Unlinking(known, lambda _: None)
    unlinking.write(text)
    unlinking.close()
    return unlinking.text


def _is_word(signs: str) -> bool:
    return any(sign.isalnum() or sign in "_`" for sign in signs)
