"""Check the API key and the model without asking the model anything."""

# not for people: operators read it

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anthropic import AuthenticationError, NotFoundError, PermissionDeniedError

from bot.claude.errors import FOREIGN, translate
from bot.claude.models import lacks_web

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

    from bot.claude.catalog import ModelCard


@dataclass(frozen=True, slots=True)
class AccessFinding:
    """The result of a check: a sentence for the operator, and what to do about it, "" for nothing."""

    ok: bool
    sentence: str
    remedy: str = ""


async def check(anthropic: AsyncAnthropic, card: ModelCard) -> AccessFinding:
    """Ask the API whether it accepts the key and offers the model. The caller sets the deadline."""
    try:
        info = await anthropic.models.retrieve(card.id)
        lifecycle, retires_at = info.lifecycle, info.retires_at
    except FOREIGN as error:
        return _refused(error, card, str(anthropic.base_url))
    if lifecycle == "active":
        without = ", which can't search the web" if lacks_web(info) else ""
        return AccessFinding(ok=True, sentence=f"Claude accepts the API key and offers {card.id}{without}.")
    end = f" and retires on {retires_at:%Y-%m-%d}" if retires_at else ""
    return AccessFinding(
        ok=lifecycle != "retired",
        sentence=f"Claude accepts the API key; {card.id} is {lifecycle}{end}.",
        remedy=f"Set CLAUDE_MODEL to {card.replacement or 'a newer model'}.",
    )


def _refused(error: Exception, card: ModelCard, base_url: str) -> AccessFinding:
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        sentence = f"Claude does not accept the API key (status {error.status_code})."
        remedy = "Set ANTHROPIC_API_KEY to a valid key from the Claude Console."
    elif isinstance(error, NotFoundError) and error.type == "not_found_error":
        sentence = f"Claude does not offer {card.id} to this API key."
        remedy = f"Set CLAUDE_MODEL to {card.replacement or 'a model that the key can use'}."
    else:
        sentence = f"Claude can't be reached at {base_url}: {translate(error)}."
        remedy = "Check the network, ANTHROPIC_BASE_URL and status.claude.com."
    return AccessFinding(ok=False, sentence=sentence, remedy=remedy)
