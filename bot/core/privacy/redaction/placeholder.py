"""Placeholders for what is hidden, and how they are turned back."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from bot.core.privacy.redaction.find import PLACEHOLDER, find
from bot.core.privacy.redaction.piece import pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.domain.attachment import Attachment
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.tool import Passage, Round, ToolResult
    from bot.core.ports import Request, Turn
    from bot.core.privacy.redaction.find import SecretKind

T = TypeVar("T")

_BEGUN = re.compile(r"\[[a-z]{0,6}(?:-\d{0,9})?$")  # what may become a placeholder


class Redaction:
    """What is hidden in one request. Numbers go by the order of appearance, so a longer thread keeps those it had."""

    def __init__(self, country: str) -> None:
        self._country = country
        self._counts: Counter[SecretKind] = Counter()
        self._placeholders: dict[str, str] = {}
        self._hidden: dict[str, str] = {}

    def redact(self, text: str) -> str:
        """Return a text with placeholders. Long texts take seconds."""
        return "".join(map(self._redacted, pieces(text)))

    def _redacted(self, text: str) -> str:
        parts, end = [], 0
        for found in find(text, self._country):
            parts += [text[end : found.start], self._placeholder(found.value, found.kind)]
            end = found.end
        return "".join([*parts, text[end:]])

    def request(self, request: Request) -> Request:
        """Return a request of which all text is redacted, the channel's prompt included; not pictures and PDFs.

        What the model wrote in earlier rounds goes back as it was: it knew no more than the placeholders.
        """
        settings = self.settings(request.settings)
        turns, rounds = tuple(map(self._turn, request.turns)), tuple(map(self._round, request.rounds))
        return replace(
            request, settings=settings, turns=turns, rounds=rounds, last=tuple(map(self._turn, request.last))
        )

    def settings(self, settings: ChannelSettings) -> ChannelSettings:
        """Return settings whose prompt is redacted."""
        return settings.model_copy(update={"instructions": self.redact(settings.prompt), "persona": "", "redact": True})

    def restore(self, text: str) -> str:
        """Put back what was hidden."""
        return PLACEHOLDER.sub(lambda match: self._hidden.get(match[0], match[0]), text)

    def fill_in(self, value: T) -> T:
        """Put back what was hidden in all texts of a form. It is not checked again: nothing but words changes."""
        restored: object = value
        if isinstance(value, str):
            restored = self.restore(value)
        elif isinstance(value, BaseModel):
            restored = value.model_copy(update={name: self.fill_in(part) for name, part in value})
        elif isinstance(value, list | tuple):
            restored = type(value)(map(self.fill_in, value))
        elif isinstance(value, dict):
            restored = {key: self.fill_in(part) for key, part in value.items()}
        return restored  # type: ignore[return-value] # each kind of value comes back as it was

    def _turn(self, turn: Turn) -> Turn:
        attachments = tuple(map(self._attachment, turn.attachments))
        passages = tuple(map(self._passage, turn.passages))
        return replace(turn, text=self.redact(turn.text), attachments=attachments, passages=passages)

    def _round(self, one: Round) -> Round:
        return replace(one, results=tuple(map(self._result, one.results)), added=self.redact(one.added))

    def _result(self, result: ToolResult) -> ToolResult:
        passages = tuple(map(self._passage, result.passages))
        return replace(result, content=self.redact(result.content), passages=passages)

    def _passage(self, passage: Passage) -> Passage:
        return replace(passage, title=self.redact(passage.title), text=self.redact(passage.text))

    def _attachment(self, attachment: Attachment) -> Attachment:
        named = replace(attachment, name=self.redact(attachment.name), context=self.redact(attachment.context))
        if attachment.media_type != "text/plain":
            return named
        return replace(named, data=self.redact(attachment.data.decode(errors="replace")).encode())

    def _placeholder(self, value: str, kind: SecretKind) -> str:
        if value not in self._placeholders:
            self._counts[kind] += 1
            placeholder = f"[{kind}-{self._counts[kind]}]"
            self._placeholders[value], self._hidden[placeholder] = placeholder, value
        return self._placeholders[value]


class Restoring:
    """Puts back what was hidden while text streams to `on_text`; a placeholder that a piece cuts waits for the next."""

    def __init__(self, redaction: Redaction, on_text: Callable[[str], None]) -> None:
        self._redaction, self._on_text = redaction, on_text
        self._held = ""

    def write(self, piece: str) -> None:
        """Hand on a piece."""
        text = self._held + piece
        begun = _BEGUN.search(text)
        end = begun.start() if begun else len(text)
        self._held = text[end:]
        self._hand_on(text[:end])

    def close(self) -> None:
        """Hand on what has waited in vain."""
        self._hand_on(self._held)
        self._held = ""

    def _hand_on(self, text: str) -> None:
        if text:
            self._on_text(self._redaction.restore(text))
