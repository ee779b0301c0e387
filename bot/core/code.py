"""Write code, show it, and save each file of it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from bot.core.command import answering, check_text
from bot.core.conversation import estimate_tokens, shorten
from bot.core.ports import Creativity, Purpose, Request, Role, Turn
from bot.core.quoting import quoted
from bot.core.reply import too_long, write
from bot.errors import ChatError

if TYPE_CHECKING:
    from markdown_it.token import Token

    from bot.core.command import Command
    from bot.core.conversation import Record
    from bot.core.ports import Bookmark, Chat, Model, Store

log = logging.getLogger(__name__)

MAX_OUTPUT = 8_000  # tokens
MAX_NAME = 60  # characters of a file's name, its extension not counted
UNKNOWN = "txt"  # the extension of what is in no known language

# Blocks are all that is needed of it, and the text between them need not be parsed.
_MARKDOWN = MarkdownIt("commonmark").disable(["inline", "text_join"])
_LINE_END = re.compile(r"\r\n|\r|\n")
_FILE_NAME = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_][\w-]{0,60}(?:\.[A-Za-z][\w-]{0,20}){0,2}\.[A-Za-z][A-Za-z0-9]{0,9})(?![\w/\\(]|\.\w)",
    re.ASCII,
)
# A first line that says nothing but the file's name, which is what the prompt asks for.
_COMMENT = re.compile(
    r"\s*(?:#|//|--|/\*+|<!--|;+|%|\"\"\"|\(\*|')\s*(?:file(?:name)?:\s*)?(?P<said>[\w./\\-]+)\s*(?:\*/|-->|\"\"\"|\*\))?\s*",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(r"\A(?:#!.*\n|<\?php[ \t]*\n)")
_DEFINITION = re.compile(
    r"^[ \t]*(?:export\s+|default\s+|public\s+|static\s+|async\s+|abstract\s+|pub\s+|final\s+)*"
    r"(?:def|class|function|func|fn|interface|struct|trait|enum|module|const|let"
    r"|(?i:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|FUNCTION)(?:\s+IF\s+NOT\s+EXISTS)?))"
    r"\s+(?P<name>[A-Za-z]\w*)",
    re.MULTILINE,
)
_VERB = re.compile(r"^(?:calculate|compute|calc)_(?=[a-z])")


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file that the model wrote."""

    name: str
    content: str


def parse(typed: str) -> str:
    """Read the request. Raises `UsageError`."""
    return check_text("code", typed)


def prompt(text: str) -> str:
    """Word the request; what was typed goes in as data."""
    return f"Write the code for this request.\n\n{quoted('request', {'text': text})}"


def files(text: str) -> list[CodeFile]:
    """Take the fenced code blocks of an answer as files, each with a fitting name, no name twice.

    A block that was never closed is what a cut answer leaves, and no file.
    """
    found: list[CodeFile] = []
    lines = _LINE_END.split(text)
    for block in _MARKDOWN.parse(text):
        if block.type == "fence" and _is_closed(block, lines) and (code := block.content.strip("\n")):
            name = _distinct(_name(block.info, code), {file.name for file in found})
            found.append(CodeFile(name, code + "\n"))
    return found


def _is_closed(block: Token, lines: list[str]) -> bool:
    first, end = block.map or (0, 0)
    last = lines[end - 1].strip(" \t>")
    return end - 1 > first and last.startswith(block.markup) and not last.strip(block.markup[0])


def _name(info: str, code: str) -> str:
    """Name a file: as its fence or its first comment says, else after what it defines first."""
    language, _, rest = info.replace(":", " ", 1).strip().partition(" ")
    extension = _extension(language.lower())
    said = _COMMENT.fullmatch(_PREAMBLE.sub("", code).split("\n", 1)[0])
    for hint in (rest, said["said"] if said else "", language if extension == UNKNOWN else ""):
        if match := _FILE_NAME.search(hint):
            return match["name"]
    if not (defined := _DEFINITION.search(code)):
        return f"snippet.{extension}"
    # Java wants a file to have its class's very name.
    stem = defined["name"] if extension == "java" else _VERB.sub("", _snake(defined["name"]))
    return f"{stem[:MAX_NAME]}.{extension}"


def _extension(language: str) -> str:
    """Look up a language's usual file extension."""
    try:
        lexer = find_lexer_class_by_name(language or "text")
    except ClassNotFound:
        return UNKNOWN
    plain = (pattern.removeprefix("*.") for pattern in lexer.filenames if re.fullmatch(r"\*\.\w+", pattern))
    return next(plain, UNKNOWN)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _distinct(name: str, taken: set[str]) -> str:
    stem, dot, extension = name.rpartition(".")
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        candidate = f"{stem}_{count}{dot}{extension}"
    return candidate


def saved(names: list[str], where: str = "") -> str:
    """Tell which files were saved."""
    return f"\n\nCode saved to {', '.join(names)}{where}" if names else ""


async def code(command: Command, *, bookmark: Bookmark, store: Store, model: Model, chat: Chat) -> Record:
    """Write what was asked for, and return what the thread's history should keep. Raises `ChatError`."""
    instructions = await store.instructions(command.place)
    text, cut = shorten(parse(command.text), model.room(MAX_OUTPUT) - estimate_tokens(instructions))
    request = Request(
        purpose=Purpose.CODE,
        turns=(Turn(Role.USER, prompt(text)),),
        max_output=MAX_OUTPUT,
        person=f"{command.place.workspace}/{command.asker.person}",
        creativity=Creativity.LOW,
        instructions=instructions,
    )

    async def save(answer: str) -> str:
        found = files(answer)
        return await _save(found, command, bookmark=bookmark, chat=chat) if found else ""

    async with answering(command, chat=chat, bookmark=bookmark) as visible:
        written = await write(
            request, visible, model=model, reference=bookmark.reference, notes=too_long(characters=cut), after=save
        )
    return command.record(written)


async def _save(found: list[CodeFile], command: Command, *, bookmark: Bookmark, chat: Chat) -> str:
    """Upload the files to the thread, or to the asker's direct messages where the command was private."""
    kept: list[str] = []
    try:
        place = await chat.open_direct(command.place, command.asker) if command.is_private else command.place
        for file in found:
            await chat.upload(place, file.name, file.content, bookmark)
            kept.append(file.name)
    except ChatError as error:  # the answer itself can still be shown
        log.warning("upload failed: %s", error)
    lost = ", ".join(file.name for file in found if file.name not in kept)
    failure = f"\n\n_I could not save {lost}: the upload failed._" if lost else ""
    return saved(kept, " in our direct messages" if command.is_private else "") + failure
