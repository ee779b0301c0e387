"""Code without a model: a few templates, otherwise an honest skeleton."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.playground.rehearsal.text import STOPWORDS, shorten, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN_OF_REQUEST = 160  # characters
MAX_WORDS_OF_NAME = 3
SKELETON_NOTE = (
    "This is only a skeleton: the rehearsal model has no template for this request. Claude would write the whole file."
)


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language: its fence tag, file extension, and comment delimiters."""

    tag: str
    extension: str
    comment: str
    comment_end: str = ""

    def remark(self, text: str) -> str:
        """Return a one-line comment; the text can't close it early."""
        if self.comment_end:
            text = text.replace(self.comment_end.strip(), "")
        return f"{self.comment} {text}{self.comment_end}"


PYTHON = Language("python", "py", "#")
JAVASCRIPT = Language("javascript", "js", "//")
TYPESCRIPT = Language("typescript", "ts", "//")
GO = Language("go", "go", "//")
CPP = Language("cpp", "cpp", "//")
CSHARP = Language("csharp", "cs", "//")
BASH = Language("bash", "sh", "#")
SQL = Language("sql", "sql", "--")

LANGUAGES = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "js": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "ts": TYPESCRIPT,
    "golang": GO,
    "rust": Language("rust", "rs", "//"),
    "java": Language("java", "java", "//"),
    "kotlin": Language("kotlin", "kt", "//"),
    "c++": CPP,
    "cpp": CPP,
    "c#": CSHARP,
    "csharp": CSHARP,
    "ruby": Language("ruby", "rb", "#"),
    "php": Language("php", "php", "//"),
    "bash": BASH,
    "shell": BASH,
    "sql": SQL,
    "html": Language("html", "html", "<!--", " -->"),
    "css": Language("css", "css", "/*", " */"),
}
# Names that are also words or letters count only after "in".
AMBIGUOUS = {
    "go": GO,
    "c": Language("c", "c", "//"),
    "r": Language("r", "r", "#"),
    "swift": Language("swift", "swift", "//"),
}

_NAMED = re.compile(
    rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in LANGUAGES)})(?![\w+#])"
    rf"|(?<=\bin )(?:{'|'.join(AMBIGUOUS)})(?![\w+#])",
    re.IGNORECASE,
)

# Words that must all be in the request, and the template that they select; the first match wins.
TEMPLATES = (
    ({"circle", "area"}, PYTHON, "circle_area"),
    ({"fibonacci"}, PYTHON, "fibonacci"),
    ({"palindrome"}, PYTHON, "palindrome"),
    ({"csv"}, PYTHON, "read_csv"),
    ({"http"}, PYTHON, "http_get"),
    ({"fetch", "url"}, PYTHON, "http_get"),
    ({"download", "url"}, PYTHON, "http_get"),
    ({"debounce"}, JAVASCRIPT, "debounce"),
    ({"sql", "top"}, SQL, "top_customers"),
    ({"sql", "largest"}, SQL, "top_customers"),
)
# Words of a request that don't say what the code is for.
COURTESIES = frozenset(
    (
        *("write", "create", "code", "function", "script", "program", "class", "method", "query", "snippet", "file"),
        *("generate", "implement", "build", "calculate", "handle", "simple", "small", "short", "new", "using"),
    )
)


def load_templates() -> Mapping[str, str]:
    """Read the templates by name; each is a fenced block with an explanation."""
    folder = files("bot.playground.rehearsal") / "templates"
    names = {name for _, _, name in TEMPLATES}
    return {name: (folder / f"{name}.md").read_text(encoding="utf-8").strip() for name in names}


def write_code(request: str, templates: Mapping[str, str]) -> str:
    """Answer a request for code with the template that fits, in the language requested, or with a skeleton."""
    language = named_language(request)
    asked = {stem(word) for word in words(request)}
    for needed, written_in, name in TEMPLATES:
        if {stem(word) for word in needed} <= asked and language in (None, written_in):
            return templates[name]
    return skeleton(request, language or PYTHON)


def named_language(request: str) -> Language | None:
    """Return the first programming language that a request names."""
    match = _NAMED.search(request)
    if match is None:
        return None
    name = match[0].lower()
    return LANGUAGES.get(name) or AMBIGUOUS[name]


def skeleton(request: str, language: Language) -> str:
    """Return a file that says what the code would do, and that it does not do it."""
    asked = "".join(character for character in shorten(request, SHOWN_OF_REQUEST) if character.isprintable())
    lines = [
        file_name(request, language),
        f"TODO: {asked}",
        "TODO: check the input, and fail with a message that says what was wrong with it",
        "TODO: do the work, and return the result",
    ]
    code = "\n".join(language.remark(line) for line in lines)
    return f"```{language.tag}\n{code}\n```\n\n{SKELETON_NOTE}"


def file_name(request: str, language: Language) -> str:
    """Name a file after the first meaningful words of a request."""
    skipped = STOPWORDS | COURTESIES | LANGUAGES.keys() | AMBIGUOUS.keys()
    telling = [word for word in words(request) if word not in skipped and word.isascii() and word.isalpha()]
    return f"{'_'.join(telling[:MAX_WORDS_OF_NAME])[:40] or 'snippet'}.{language.extension}"
