"""Programming languages: what people call them, what their files are called."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN = "txt"  # the extension of what is in no known language

# A language's name, what else people call it, and the extensions of its files, the usual one first.
_LANGUAGES = (  # not for people: names and extensions
    ("Bash", "sh shell", "sh bash"),
    ("C", "", "c h"),
    ("C#", "csharp", "cs"),
    ("C++", "cpp", "cpp cc cxx hpp"),
    ("CSS", "", "css"),
    ("Dart", "", "dart"),
    ("Dockerfile", "", ""),
    ("Elixir", "", "ex exs"),
    ("Erlang", "", "erl"),
    ("F#", "fsharp", "fs"),
    ("Go", "golang", "go"),
    ("Groovy", "", "groovy"),
    ("Haskell", "", "hs"),
    ("HTML", "", "html htm"),
    ("Java", "", "java"),
    ("JavaScript", "js node node.js nodejs", "js mjs cjs jsx"),
    ("JSON", "", "json"),
    ("Julia", "", "jl"),
    ("Kotlin", "", "kt kts"),
    ("Lua", "", "lua"),
    ("Makefile", "", "mk"),
    ("OCaml", "", "ml"),
    ("Perl", "", "pl pm"),
    ("PHP", "", "php"),
    ("PowerShell", "", "ps1"),
    ("Python", "py python3", "py pyi"),
    ("R", "", "r"),
    ("Ruby", "", "rb"),
    ("Rust", "", "rs"),
    ("Scala", "", "scala"),
    ("SQL", "postgresql mysql sqlite", "sql"),
    ("Swift", "", "swift"),
    ("Terraform", "hcl", "tf"),
    ("TOML", "", "toml"),
    ("TypeScript", "ts", "ts mts cts"),
    ("XML", "", "xml"),
    ("YAML", "yml", "yaml yml"),
    ("Zig", "", "zig"),
)
# The languages in the menu “Translate to…”; people can ask for any other in words.
OFFERED = (
    *("Bash", "C#", "C++", "Go", "Java", "JavaScript", "Kotlin", "PHP", "Python", "Ruby", "Rust", "SQL", "Swift"),
    "TypeScript",
)
NAMES = tuple(name for name, _, _ in _LANGUAGES)
_SPOKEN = {word.lower(): name for name, words, _ in _LANGUAGES for word in (name, *words.split())}
_BY_EXTENSION = {extension: name for name, _, extensions in _LANGUAGES for extension in extensions.split()}
_USUAL = {name: extensions.split()[0] for name, _, extensions in _LANGUAGES if extensions}

_FIRST = re.compile(
    rf"(?P<name>{'|'.join(re.escape(word) for word in sorted(_SPOKEN, key=len, reverse=True))})(?=\s|:|,|\Z)",
    re.IGNORECASE,
)
# "go through each line" and "swift as a bird" ask for no language.
_SENTENCE = re.compile(
    r"\s+(?:ahead|and|as|back|by|down|for|from|in|into|on|over|through|to|up)(?:\s|\Z)", re.IGNORECASE
)
_IN_SENTENCES = {"Dart", "Go", "Swift"}


def find(name: str) -> str:
    """Return a language's proper name for what someone calls it, "" where that is none that we know."""
    return _SPOKEN.get(name.strip().lower(), "")


def named_first(text: str) -> tuple[str, str]:
    """Return the language that a text begins with, and what follows it: `Go web server`, `python: sort a list`.

    The language is "" where it begins with none.
    """
    match = _FIRST.match(text)
    if not match:
        return "", text
    name, rest = find(match["name"]), text[match.end() :]
    if name in _IN_SENTENCES and _SENTENCE.match(rest):
        return "", text
    return name, rest.lstrip(":, \t\n")


def of_file(name: str) -> str:
    """Return the language of a file by its name, "" where that is none that we know."""
    name = name.rpartition("/")[2]
    _, _, extension = name.rpartition(".")
    return _BY_EXTENSION.get(extension.lower(), "") or find(name if name in {"Dockerfile", "Makefile"} else "")


def usual_extension(tag: str) -> str:
    """Return the usual extension of a language's files, by its tag at a fence; `txt` for a tag that no one knows."""
    if known := _USUAL.get(find(tag)):
        return known
    plain = (pattern.removeprefix("*.") for pattern in _patterns(tag or "text") if re.fullmatch(r"\*\.\w+", pattern))
    return next(plain, UNKNOWN)


def is_usual(tag: str, name: str) -> bool:
    """Return whether files in a language, by its tag at a fence, are called such: `nginx.conf` for `nginx`."""
    return any(fnmatchcase(name, pattern) for pattern in _patterns(tag))


def _patterns(tag: str) -> Sequence[str]:
    from pygments.lexers import find_lexer_class_by_name  # noqa: PLC0415 (it takes 0.1 s, for the few tags left)
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return find_lexer_class_by_name(tag).filenames
    except ClassNotFound:
        return ()
