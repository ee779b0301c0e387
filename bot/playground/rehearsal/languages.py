"""The programming languages that a request can name."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A programming language: its name, fence tag, file extension, and comment delimiters."""

    name: str
    tag: str
    extension: str
    comment: str
    comment_end: str = ""

    def remark(self, text: str) -> str:
        """Return a one-line comment; the text can't close it early."""
        if self.comment_end:
            text = text.replace(self.comment_end.strip(), "")
        return f"{self.comment} {text}{self.comment_end}"


PYTHON = Language("Python", "python", "py", "#")
JAVASCRIPT = Language("JavaScript", "javascript", "js", "//")
TYPESCRIPT = Language("TypeScript", "typescript", "ts", "//")
GO = Language("Go", "go", "go", "//")
CPP = Language("C++", "cpp", "cpp", "//")
CSHARP = Language("C#", "csharp", "cs", "//")
BASH = Language("Bash", "bash", "sh", "#")
SQL = Language("SQL", "sql", "sql", "--")

LANGUAGES = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "js": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "ts": TYPESCRIPT,
    "golang": GO,
    "rust": Language("Rust", "rust", "rs", "//"),
    "java": Language("Java", "java", "java", "//"),
    "kotlin": Language("Kotlin", "kotlin", "kt", "//"),
    "scala": Language("Scala", "scala", "scala", "//"),
    "c++": CPP,
    "cpp": CPP,
    "c#": CSHARP,
    "csharp": CSHARP,
    "ruby": Language("Ruby", "ruby", "rb", "#"),
    "php": Language("PHP", "php", "php", "//"),
    "perl": Language("Perl", "perl", "pl", "#"),
    "lua": Language("Lua", "lua", "lua", "--"),
    "haskell": Language("Haskell", "haskell", "hs", "--"),
    "elixir": Language("Elixir", "elixir", "ex", "#"),
    "powershell": Language("PowerShell", "powershell", "ps1", "#"),
    "bash": BASH,
    "shell": BASH,
    "sql": SQL,
    "html": Language("HTML", "html", "html", "<!--", " -->"),
    "css": Language("CSS", "css", "css", "/*", " */"),
}
# Names that are also words or letters: they count where the text around them speaks of code.
AMBIGUOUS = {
    "go": GO,
    "c": Language("C", "c", "c", "//"),
    "r": Language("R", "r", "r", "#"),
    "swift": Language("Swift", "swift", "swift", "//"),
}

_ENDS = r"(?![\w+#&'-])"
_CODE = (
    r"(?:web|http|rest|grpc|cli|api|app|bot|tool|code|program|script|server|client|function|method|class|struct|"
    r"module|package|library|test|snippet|file|service|worker|parser|loop|macro|interface|routine|example|template|"
    r"handler|version|implementation|one-liner)s?\b"
)
# What follows the verb: "Go through the list", "go get it".
_VERBS_OBJECT = r"(?:through|to|over|on|and|into|up|down|from|via|back|ahead|get|away|with|by|for|as|the|a|an)\b"
_NAMED = re.compile(
    rf"(?<![\w-])(?i:(?P<sure>{'|'.join(re.escape(name) for name in LANGUAGES)})){_ENDS}"
    rf"|\b(?i:in|using|with)\s+(?P<after>(?i:go|c|r|swift)){_ENDS}"
    rf"|(?<![\w-])(?P<before>(?i:go|c|r|swift))\s+(?=(?i:{_CODE}))"
    rf"|(?<![\w-])(?P<capital>Go|Swift){_ENDS}(?!\s+{_VERBS_OBJECT})"
    rf"|\A\s*(?P<first>[CR]){_ENDS}"
)


def named_language(request: str) -> Language | None:
    """Return the first programming language that a request names."""
    match = _NAMED.search(request)
    if match is None or match.lastgroup is None:
        return None
    name = match[match.lastgroup].lower()
    return LANGUAGES.get(name) or AMBIGUOUS[name]
