"""Name a block's file as the answer does before it, at its fence or in its first comment; else guess.

A name keeps its folders but leads nowhere else: of an absolute path, or one with `..`, only the last part is kept.
"""

from __future__ import annotations

import re
import unicodedata

from bot.core.domain.programming_language import UNKNOWN, find, is_usual, of_file, usual_extension

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
# These are headings and words, too: they are names only if they are said to be names.
_BARE_IF_QUOTED = frozenset(
    (
        *("artisan", "BUILD", "CHANGELOG", "CHANGES", "CNAME", "configure", "CONTRIBUTING", "CONTRIBUTORS", "crontab"),
        *("docker-entrypoint", "entrypoint", "gradlew", "HISTORY", "hosts", "INSTALL", "MAINTAINERS", "MANIFEST"),
        *("mvnw", "NEWS", "NOTICE", "post-commit", "post-merge", "post-receive", "pre-commit", "pre-push", "README"),
        *("commit-msg", "prepare-commit-msg", "SECURITY", "TODO", "VERSION", "WORKSPACE"),
    )
)
_MIME = frozenset(("application", "audio", "font", "image", "message", "model", "multipart", "text", "video"))
_DIFF_TAGS = frozenset(("diff", "patch", "udiff"))
_DIFF = re.compile(r"\s*(?:diff --git |--- [^\n]*\n\+\+\+ )")
# Near enough for one to have the other's name: a header of C++, types in JavaScript.
_KIN = ({"C", "C++"}, {"JavaScript", "TypeScript", "JSON"}, {"HTML", "XML", "PHP"})
_LABEL = r"(?:file(?:[ _]?name)?|path|title|datei(?:name)?|fichier|archivo)"
_LABELED = re.compile(
    rf"(?<![\w-])(?P<label>{_LABEL})\s*[=:]\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<w>[^\s}}]+))", re.IGNORECASE
)
# A first line that says nothing but the file's name, which is what the prompt asks for.
_COMMENT = re.compile(
    r"\s*(?:#+|//+|--+|/\*+|<!--|;+|%+|\"\"\"|'''|\(\*|\{#|\{/\*|<%--|\{\{!--|!(?=\s)|\"|'|@?rem(?=\s)|::|dnl(?=\s))\s*"
    rf"(?P<label>{_LABEL}\s*[:=]\s*)?(?P<said>\S+)(?:\s+\((?:new|updated|neu)\))?"
    r"(?P<about>(?:\s++[-\u2013\u2014|]++|(?<=:))\s.*+)?\s*(?:\*+/\}?|-->|--%>|--\}\}|#\}|\"\"\"|'''|\*\))?\s*",
    re.IGNORECASE,
)
_CLOSERS = re.compile(r"(?:\*+/\}?|-->|--%>|--\}\}|#\}|\"\"\"|'''|\*\))\Z")
_PREAMBLE = re.compile(
    r"(?:(?:#!.*|<\?php[ \t]*|<\?xml.*|<!doctype.*|# -\*- .*|---[ \t]*|['\"]use \w{5,10}['\"];?)\n){0,3}",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"[\s>#*+-]*+(?:\d{{1,3}}[.)]\s+)?[*`\"]*+(?P<label>{_LABEL}(?:\s*:|\s)[*`\s]*+)?[*`\"]*+(?P<said>[^\s*`\"]+)"
    r"[*`\"]*+:?+[*`]*+\s*+(?:\((?:new|updated|neu)\))?:?+\s*+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"`(?P<ticked>[^`\n]+)`|\*\*(?P<bold>[^*\n]+)\*\*")
# What a line says that shows a command, or a use of the file, before a block that is not the file itself.
_SHOWS_USE = re.compile(
    r"\b(?:run|running|execute|launch|start|call|invoke|use|usage|using|import|test|from|output|prints"
    r"|starte|ausf\u00fchren|ejecuta|ex\u00e9cutez|lancez)\b",
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
    if _is_diff(tag, code):  # its first lines name what it changes
        name = _of_info(info, rest) or _of_heading(before, tag)
        return f"{name}.diff" if name and not name.lower().endswith((".diff", ".patch")) else name
    for words in (_of_info(info, rest), _of_comment(code, tag), _of_heading(before, tag)):
        if words:
            return words
    return proper(tag) if usual_extension(tag.lower()) == UNKNOWN else ""


def guessed(tag: str, code: str) -> str:
    """Name a file after its language, and what it defines first."""
    if find(tag) in {"Dockerfile", "Makefile"}:
        return find(tag)
    if dotted := _BY_TAG.get(tag.casefold()):
        return dotted
    if _is_diff(tag, code):
        return "snippet.diff"
    extension = usual_extension(tag.lower())
    if not (defined := _DEFINITION.search(code)):
        return f"snippet.{extension}"
    # Java wants a file to have its class's very name.
    stem = defined["name"] if extension == "java" else _VERB.sub("", _snake(defined["name"]))
    return _permitted(f"{stem[:MAX_NAME]}.{extension}")


def distinct(name: str, taken: set[str]) -> str:
    """Return a name that is not `taken`, ignoring case, with a number added if needed."""
    folder, slash, last = name.rpartition("/")
    stem, dot, extension = last.rpartition(".") if "." in last.lstrip(".") else (last, "", "")
    candidate, count = name, 1
    while candidate.casefold() in taken:
        count += 1
        candidate = f"{folder}{slash}{stem}_{count}{dot}{extension}"
    return candidate


def proper(words: str, *, is_labeled: bool = False) -> str:
    """Return words as a file's name, "" if they are none. `is_labeled`: the answer calls them a name.

    Folders stay, separated by slashes. Words that are called a name need no extension.
    """
    words = unicodedata.normalize("NFC", words).strip().strip("\"'`*").rstrip(":,;")
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
    if not all(_PART.fullmatch(_without_marks(part)) for part in parts):
        return ""
    is_bare = parts[-1] in _BARE or (is_labeled and (len(parts) > 1 or parts[-1] in _BARE_IF_QUOTED))
    is_name = _WITH_EXTENSION.fullmatch(_without_marks(parts[-1])) or is_bare
    return _fitting([_permitted(part) for part in parts]) if is_name else ""


def _without_marks(part: str) -> str:
    """Take out what only changes the letter before it, as vowels do in Hindi and Thai, and what joins letters."""
    return "".join(one for one in part if unicodedata.category(one)[0] != "M" and one not in "\u200c\u200d")


def _is_diff(tag: str, code: str) -> bool:
    return tag.casefold() in _DIFF_TAGS or _DIFF.match(code) is not None


def _fitting(parts: list[str]) -> str:
    short = [part if len(part) <= LONGEST_PART else _cut(part) for part in parts]
    path = "/".join(short)
    return path if len(path) <= LONGEST else short[-1]


def _cut(part: str) -> str:
    stem, dot, extension = part.rpartition(".")
    return f"{stem[: LONGEST_PART - len(extension) - 1]}{dot}{extension}" if stem else part[:LONGEST_PART]


def _of_info(info: str, rest: str) -> str:
    if labeled := _LABELED.search(info):
        words = labeled["d"] or labeled["s"] or labeled["w"] or ""
        is_single = len(words.split()) == 1 and "title" not in labeled["label"].casefold()
        name = proper("_".join(words.split()), is_labeled=True)
        return name or (_single(words) if is_single else "")
    return next(filter(None, (proper(word) or proper(word.strip("{}")) for word in rest.split())), "")


def _single(word: str) -> str:
    """Return a name without folders or an extension, where a word is one."""
    word = unicodedata.normalize("NFC", word.strip())
    return _fitting([_permitted(word)]) if _PART.fullmatch(_without_marks(word)) and len(word) > 1 else ""


def _of_comment(code: str, tag: str) -> str:
    """Return the name in the first comment; where the comment says more, only one that fits the block's language."""
    first = code[_match_end(_PREAMBLE, code) :].split("\n", 1)[0][:LONGEST_LINE]
    match = _COMMENT.fullmatch(first)
    if not match:
        return ""
    is_script = code.startswith("#!")  # which has no extension as a rule
    name = proper(_CLOSERS.sub("", match["said"]), is_labeled=is_script or match["label"] is not None)
    return "" if match["about"] and not _fits(name, tag) else name


def _of_heading(before: str, tag: str) -> str:
    """Return the name in the line before a block; not where that is of another language than the block.

    Of a sentence it is the one name in it that is in backticks or is bold, if it is of the block's language.
    """
    before = before[:LONGEST_LINE]
    match = _HEADING.fullmatch(before)
    if match and (name := proper(match["said"], is_labeled=_is_said(match, tag))):
        return "" if _is_other(tag, name) else name
    found = {one for quoted in _QUOTED.finditer(before) if (one := _of_quoted(quoted["ticked"] or quoted["bold"]))}
    name = found.pop() if len(found) == 1 else ""
    is_use = _SHOWS_USE.search(_QUOTED.sub(" ", before))
    return name if name and not is_use and _fits(name, tag) else ""


def _is_said(match: re.Match[str], tag: str) -> bool:
    """Return whether a heading says by a label or backticks that it is a name.

    A path in backticks may be a folder above its tree, an endpoint above what it returns, or `text/html`.
    """
    folder, slash, _ = match["said"].partition("/")
    is_path = folder not in _MIME and usual_extension(tag.lower()) not in {UNKNOWN, "json", "xml"}
    is_ticked = match.string[: match.start("said")].endswith("`")
    return match["label"] is not None or (is_ticked and (is_path or not slash))


def _of_quoted(words: str) -> str:
    """Return a name that may have blanks in it; none that begins with a language, as commands do."""
    first = words.split()[:1]
    return "" if first and find(first[0]) else proper("_".join(words.split()))


def _is_other(tag: str, name: str) -> bool:
    """Return whether a name is of another language than a block."""
    spoken, meant = find(tag), of_file(name)
    return bool(spoken and meant) and spoken != meant and not any({spoken, meant} <= kin for kin in _KIN)


def _fits(name: str, tag: str) -> bool:
    """Return whether a name is of a block's very language, or of its kin."""
    tag, last = tag.casefold(), name.rpartition("/")[2]
    if tag in _DIFF_TAGS:
        return True
    if find(tag) and of_file(name):
        return not _is_other(tag, name)
    if last in _BARE:
        return bool(tag) and tag != "console" and find(tag) != "Bash"
    return bool(tag) and (last.rpartition(".")[2].casefold() == tag or _BY_TAG.get(tag) == last or is_usual(tag, last))


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _permitted(name: str) -> str:
    stem, dot, rest = name.partition(".")
    return f"{stem}_{dot}{rest}" if _RESERVED.fullmatch(stem) else name
