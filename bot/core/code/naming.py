"""What a block's file is called: what the answer says before it, at its fence or in its first comment; else a guess.

A name keeps its folders. It leads nowhere else: of an absolute one, or one with `..`, only the last part is taken.
"""

from __future__ import annotations

import re

from bot.core.code.language import UNKNOWN, find, of_file, usual_extension

MAX_NAME = 60  # characters of a name that is guessed, its extension not counted
LONGEST_PART, LONGEST = 120, 240  # characters of a part of a name that is said, and of all of it
LONGEST_LINE = 1_000  # characters; what is longer says more than a name

# Windows can't save these, whatever their extension; https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_PART = re.compile(r"[\w.+@$()\[\]=,&!~^'%#-]+(?<![.])")
_WITH_EXTENSION = re.compile(r"(?:.*[^.]|)\.[^\W\d_][\w+-]{0,14}", re.DOTALL)
_BARE = frozenset(
    (
        *(
            "Appfile",
            "AUTHORS",
            "Berksfile",
            "Brewfile",
            "Caddyfile",
            "Capfile",
            "CODEOWNERS",
            "Containerfile",
            "COPYING",
        ),
        *("Dangerfile", "Dockerfile", "Earthfile", "Fastfile", "Gemfile", "GNUmakefile", "Guardfile", "Jenkinsfile"),
        *("Justfile", "justfile", "LICENCE", "LICENSE", "Makefile", "Pipfile", "Podfile", "Procfile", "Rakefile"),
        *("SConstruct", "Snakefile", "Thorfile", "Tiltfile", "Vagrantfile"),
    )
)
_LABEL = r"(?:file(?:[ _]?name)?|path|title|datei(?:name)?|fichier|archivo)"
_LABELLED = re.compile(
    rf"(?<![\w-]){_LABEL}\s*[=:]\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<w>[^\s}}]+))", re.IGNORECASE
)
# A first line that says nothing but the file's name, which is what the prompt asks for.
_COMMENT = re.compile(
    r"\s*(?:#+|//+|--+|/\*+|<!--|;+|%+|\"\"\"|'''|\(\*|\{#|\{/\*|<%--|\{\{!--|!|\"|'|@?rem(?=\s)|::|dnl(?=\s))\s*"
    rf"(?P<label>{_LABEL}\s*[:=]\s*)?(?P<said>\S+)(?:\s+\((?:new|updated|neu)\))?"
    r"\s*(?:\*+/\}?|-->|--%>|--\}\}|#\}|\"\"\"|'''|\*\))?\s*",
    re.IGNORECASE,
)
_CLOSERS = re.compile(r"(?:\*+/\}?|-->|--%>|--\}\}|#\}|\"\"\"|'''|\*\))\Z")
_PREAMBLE = re.compile(
    r"(?:(?:#!.*|<\?php[ \t]*|<\?xml.*|<!doctype.*|# -\*- .*|---[ \t]*|['\"]use \w{5,10}['\"];?)\n){0,3}",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"[\s>#*+-]*+(?:\d{{1,3}}[.)]\s+)?+[*`\"]*+(?P<label>{_LABEL}(?:\s*:|\s)[*`\s]*+)?[*`\"]*+(?P<said>[^\s*`\"]+)"
    r"[*`\"]*+:?+[*`]*+\s*+(?:\((?:new|updated|neu)\))?+:?+\s*+",
    re.IGNORECASE,
)
_BY_TAG = {"dotenv": ".env", "env": ".env", "gitignore": ".gitignore", "dockerignore": ".dockerignore"}
_DEFINITION = re.compile(
    r"^[ \t]*(?:export\s+|default\s+|public\s+|static\s+|async\s+|abstract\s+|pub\s+|final\s+)*"
    r"(?:def|class|function|func|fn|interface|struct|trait|enum|module|const|let"
    r"|(?i:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|FUNCTION)(?:\s+IF\s+NOT\s+EXISTS)?))"
    r"\s+(?P<name>[A-Za-z]\w*)",
    re.MULTILINE,
)
_VERB = re.compile(r"^(?:calculate|compute|calc)_(?=[a-z])")


def said(info: str, code: str, before: str = "") -> str:
    """Return the name that a fence's info string, the first comment or the line before the block says, "" for none."""
    tag, _, rest = info.replace(":", " ", 1).strip().partition(" ")
    for words in (_of_info(info, rest), _of_comment(code), _of_heading(before, tag)):
        if words:
            return words
    return proper(tag) if usual_extension(tag.lower()) == UNKNOWN else ""


def guessed(tag: str, code: str) -> str:
    """Name a file after its language, and what it defines first."""
    if find(tag) in {"Dockerfile", "Makefile"}:
        return find(tag)
    if dotted := _BY_TAG.get(tag.casefold()):
        return dotted
    extension = usual_extension(tag.lower())
    if not (defined := _DEFINITION.search(code)):
        return f"snippet.{extension}"
    # Java wants a file to have its class's very name.
    stem = defined["name"] if extension == "java" else _VERB.sub("", _snake(defined["name"]))
    return _permitted(f"{stem[:MAX_NAME]}.{extension}")


def distinct(name: str, taken: set[str]) -> str:
    """Return a name that none of those `taken` is, in whatever case; with a number where it must be."""
    folder, slash, last = name.rpartition("/")
    stem, dot, extension = last.rpartition(".") if "." in last.lstrip(".") else (last, "", "")
    candidate, count = name, 1
    while candidate.casefold() in taken:
        count += 1
        candidate = f"{folder}{slash}{stem}_{count}{dot}{extension}"
    return candidate


def proper(words: str, *, is_labelled: bool = False) -> str:
    """Return words as a file's name, "" where they are none. `is_labelled`: they were said to be one.

    Folders stay, by slashes. A name that is said to be one may do without an extension.
    """
    words = words.strip().strip("\"'`*").rstrip(":,;")
    if words[:1] == "(" and words[-1:] == ")":
        words = words[1:-1]
    if not words or "://" in words or len(words) > LONGEST_LINE:
        return ""
    path = re.sub(r"\A[A-Za-z]:", "/", words.replace("\\", "/"))
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if path.endswith("/") or not parts:
        return ""
    if path[0] in "/~" or ".." in parts:  # it leads outside
        parts = parts[-1:]
    if not all(_PART.fullmatch(part) for part in parts):
        return ""
    is_name = _WITH_EXTENSION.fullmatch(parts[-1]) or parts[-1] in _BARE or (is_labelled and len(parts) > 1)
    return _fitting([_permitted(part) for part in parts]) if is_name else ""


def _fitting(parts: list[str]) -> str:
    short = [part if len(part) <= LONGEST_PART else _cut(part) for part in parts]
    path = "/".join(short)
    return path if len(path) <= LONGEST else short[-1]


def _cut(part: str) -> str:
    stem, dot, extension = part.rpartition(".")
    return f"{stem[: LONGEST_PART - len(extension) - 1]}{dot}{extension}" if stem else part[:LONGEST_PART]


def _of_info(info: str, rest: str) -> str:
    if labelled := _LABELLED.search(info):
        words = labelled["d"] or labelled["s"] or labelled["w"] or ""
        return proper("_".join(words.split()), is_labelled=True)
    return next(filter(None, (proper(word) or proper(word.strip("{}")) for word in rest.split())), "")


def _of_comment(code: str) -> str:
    first = code[_match_end(_PREAMBLE, code) :].split("\n", 1)[0][:LONGEST_LINE]
    match = _COMMENT.fullmatch(first)
    return proper(_CLOSERS.sub("", match["said"]), is_labelled=match["label"] is not None) if match else ""


def _of_heading(before: str, tag: str) -> str:
    """Return the name in the line before a block; not where that is of another language than the block."""
    match = _HEADING.fullmatch(before[:LONGEST_LINE])
    name = proper(match["said"], is_labelled=match["label"] is not None) if match else ""
    spoken, meant = find(tag), of_file(name)
    return "" if spoken and meant and spoken != meant else name


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _permitted(name: str) -> str:
    stem, dot, rest = name.partition(".")
    return f"{stem}_{dot}{rest}" if _RESERVED.fullmatch(stem) else name
