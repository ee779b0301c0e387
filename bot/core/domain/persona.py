"""Personas: named prompts of a workspace that channels share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from bot.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE_SUCH = N_("There is no persona “{name}”.")
MOST = 20
LONGEST_NAME = 40  # characters
LONGEST_PROMPT = 3_000


class Persona(BaseModel):
    """A named prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    prompt: str = Field(min_length=1, max_length=LONGEST_PROMPT)


def find(name: str, personas: Iterable[Persona]) -> Persona | None:
    """Return the persona with a name, ignoring case."""
    return next((one for one in personas if one.name.casefold() == name.strip().casefold()), None)
