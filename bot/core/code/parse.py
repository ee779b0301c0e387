"""Parse what was typed after `/code`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.command import check_options, check_text
from bot.core.commands import CODE
from bot.core.domain.language import named_first
from bot.core.prompt_data import quoted
from bot.errors import UsageError


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a user wants written. `language` is the one it begins with, "" if only its words tell, or nothing does."""

    text: str
    language: str = ""


def parse(typed: str) -> CodeRequest:
    """Parse `[language] <request>`. Raises `UsageError` for nothing, and for a language alone."""
    text = check_text(CODE, typed)
    check_options(text, ("--private",), "say the rest in words", may_end_so=True)
    language, rest = named_first(text)
    if language and not rest:
        raise UsageError(f"What should the {language} code do? Type it after the language: `/code {text} <request>`.")
    return CodeRequest(text, language)


def prompt(request: CodeRequest, *, usual: str = "") -> str:
    """Word the request; what was typed goes in as data. `usual`: the language if the text names none."""
    language = {"language": request.language} if request.language else {"usual_language": usual} if usual else {}
    return f"Write the code for this request.\n\n{quoted('request', language | {'text': request.text})}"
