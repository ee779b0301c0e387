"""Code without a model: a few templates, otherwise an honest skeleton."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from bot.playground.rehearsal.languages import (
    AMBIGUOUS,
    BASH,
    GO,
    JAVASCRIPT,
    LANGUAGES,
    PYTHON,
    SQL,
    TYPESCRIPT,
    Language,
    named_language,
)
from bot.playground.rehearsal.text import STOPWORDS, shorten, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN_OF_REQUEST = 160  # characters
MAX_WORDS_OF_NAME = 3
KNOWN = (
    "circle area, Fibonacci, palindromes, reading a CSV file and an HTTP request in Python; a web server in Go; "
    "debounce in JavaScript and TypeScript; counting lines in Bash; top customers in SQL"
)
SKELETON_NOTE = (
    f"I have no template for this, so the file holds only your request. I have templates for: {KNOWN}. "
    "Claude would write the code."
)

# Words that must all be in the request, and the template that they select if its language fits; the first match wins.
TEMPLATES = (
    ({"circle", "area"}, PYTHON, "circle_area.py"),
    ({"fibonacci"}, PYTHON, "fibonacci.py"),
    ({"palindrome"}, PYTHON, "palindrome.py"),
    ({"csv"}, PYTHON, "read_csv.py"),
    ({"web", "server"}, GO, "web_server.go"),
    ({"http", "server"}, GO, "web_server.go"),
    *(({"http", word}, PYTHON, "http_get.py") for word in ("request", "get", "fetch", "client", "api")),
    ({"fetch", "url"}, PYTHON, "http_get.py"),
    ({"download", "url"}, PYTHON, "http_get.py"),
    ({"debounce"}, JAVASCRIPT, "debounce.js"),
    ({"debounce"}, TYPESCRIPT, "debounce.ts"),
    ({"count", "line"}, BASH, "count_lines.sh"),
    ({"sql", "top"}, SQL, "top_customers.sql"),
    ({"sql", "largest"}, SQL, "top_customers.sql"),
)
# The languages that a request without one can mean.
USUAL = (PYTHON, JAVASCRIPT, BASH, SQL)
# Words of a request that don't say what the code is for.
COURTESIES = frozenset(
    (
        *("write", "create", "code", "function", "script", "program", "class", "method", "query", "snippet", "file"),
        *("generate", "implement", "build", "calculate", "handle", "simple", "small", "short", "new", "using"),
        *("one", "liner", "need", "want", "give", "show"),
    )
)


def load_templates() -> Mapping[str, str]:
    """Read the templates by their file's name; each is a fenced block with an explanation."""
    folder = files("bot.playground.rehearsal") / "templates"
    names = {name for _, _, name in TEMPLATES}
    return {name: (folder / f"{name}.md").read_text(encoding="utf-8").strip() for name in names}


def write_code(request: str, templates: Mapping[str, str]) -> str:
    """Answer a request for code with the template that fits, in the language requested, or with a skeleton."""
    language = named_language(request)
    asked = {stem(word) for word in words(request)}
    for needed, written_in, name in TEMPLATES:
        is_meant = language == written_in or (language is None and written_in in USUAL)
        if is_meant and {stem(word) for word in needed} <= asked:
            return templates[name]
    return skeleton(request, language or PYTHON)


def skeleton(request: str, language: Language) -> str:
    """Return a file that has only the request in it, and say so."""
    asked = "".join(character for character in shorten(request, SHOWN_OF_REQUEST) if character.isprintable())
    code = "\n".join(language.remark(line) for line in (file_name(request, language), f"TODO: {asked}"))
    return f"```{language.tag}\n{code}\n```\n\n{SKELETON_NOTE}"


def file_name(request: str, language: Language) -> str:
    """Name a file after the first meaningful words of a request."""
    skipped = STOPWORDS | COURTESIES | LANGUAGES.keys() | AMBIGUOUS.keys()
    telling = [word for word in words(request) if word not in skipped and word.isascii() and word.isalpha()]
    return f"{'_'.join(telling[:MAX_WORDS_OF_NAME])[:40] or 'snippet'}.{language.extension}"
