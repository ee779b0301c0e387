"""Parse what was typed after `/code`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.command import check_options, check_text
from bot.core.commands import CODE
from bot.core.domain.programming_language import named_first
from bot.core.prompt_data import quoted
from bot.errors import UsageError
from bot.language import _

_COLON = re.compile(r"\s*:\s*")
_THING = re.compile(r"(?:me|us|up|mir|uns)\s+", re.IGNORECASE)
_REQUEST = re.compile(r"(?:an?|some|ein(?:e|en)?)\s+\S+", re.IGNORECASE)
_PURPOSE = re.compile(r"(?:that|which|to|for|der|die|das|um|für)\s+\S+\s+\S+", re.IGNORECASE)
_IN = re.compile(r"in\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a user wants written. `language` is the one it begins with, "" if only its words tell, or nothing does."""

    text: str
    language: str = ""


def parse(typed: str) -> CodeRequest:
    """Parse `[language] <request>`. Raises `UsageError` for nothing, and for a language alone."""
    text = check_text(CODE, typed)
    check_options(text, ("--private",), _("say the rest in words"), may_end_so=True)
    language, rest = named_first(text)
    if language and not rest:
        raise UsageError(
            _(
                "What should the {language} code do? Type it after the language: `/code {typed} <request>`.",
                language=language,
                typed=text,
            )
        )
    return CodeRequest(text, language)


def spoken(said: str, *, is_written: bool = False) -> str:
    """Return what would be typed for what follows “code” in a message, "" where it asks for something else.

    “code: …”, “code a script”, “code in Go a …”, “code Go: …”; not “code review etiquette?”. `is_written`: after
    “write code”, what it is for is a request, too.
    """
    if match := _COLON.match(said):
        return said[match.end() :].strip()
    match = _THING.match(said)
    text = said[match.end() :] if match else said
    after = _IN.match(text)
    language, rest = named_first(text[after.end() :] if after else text)
    has_language = bool(language and rest) and (bool(after) or text.removesuffix(rest).rstrip().endswith(":"))
    is_request = has_language or _REQUEST.match(text) or (is_written and _PURPOSE.match(text))
    return text.strip() if is_request else ""


def prompt(request: CodeRequest, *, usual: str = "") -> str:
    """Word the request; what was typed goes in as data. `usual`: the language if the text names none."""
    language = {"language": request.language} if request.language else {"usual_language": usual} if usual else {}
    asked = "Write the code for this request."  # not for people: told to the model
    return f"{asked}\n\n{quoted('request', language | {'text': request.text})}"
