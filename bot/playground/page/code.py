"""Code in color: HTML whose spans have the classes of Pygments, which the page's style sheet colors."""

from __future__ import annotations

from functools import lru_cache
from html import escape as html_escape
from pathlib import PurePath
from typing import TYPE_CHECKING

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

if TYPE_CHECKING:
    from pygments.lexer import Lexer

# Characters: what is longer stays plain, so that the loop, which the bot shares, is never held up.
LONGEST = 8_000
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True, classprefix="c-")


def warm_up() -> None:
    """Load what the first file takes, a tenth of a second; call it in a thread."""
    for name in ("a.py", "a.ts", "a.txt"):
        kind_of(name)


@lru_cache(maxsize=256)
def code_html(code: str, language: str = "", file_name: str = "") -> str:
    """Return code as HTML, colored if its language is known by its name or the file's."""
    lexer = None if len(code) > LONGEST else _lexer(language, file_name.lower())
    return highlight(code, lexer, _FORMATTER) if lexer else html_escape(code)


def kind_of(file_name: str) -> str:
    """Return what a file is by its name, such as "TypeScript" or "CSV"; "" for one without an extension."""
    lexer = _lexer("", file_name.lower())
    known = str(lexer.name) if lexer else PurePath(file_name).suffix.removeprefix(".").upper()
    return "Plain text" if known == "Text only" else known


@lru_cache(maxsize=64)
def _lexer(language: str, file_name: str) -> Lexer | None:
    try:
        if language:
            return get_lexer_by_name(language, stripnl=False, ensurenl=False)
        return get_lexer_for_filename(file_name, stripnl=False, ensurenl=False) if file_name else None
    except ClassNotFound:
        return None
