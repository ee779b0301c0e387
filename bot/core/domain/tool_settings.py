"""The settings of what the bot can look up and note."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.core.domain import typed_values
from bot.core.domain.setting_field import IN_WORKSPACES, NOT_IN_THREADS, Shown
from bot.language import N_, _

MOST_DOMAINS = 50
# Letters of other scripts can look like these, so a domain is written in ASCII; a path would never match a page.
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_SCHEME = re.compile(r"\Ahttps?://", re.IGNORECASE)


class ToolSettings(BaseModel):
    """Which tools a place has, and how far they go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    web: Annotated[bool, Shown(N_("Search the web"), places=NOT_IN_THREADS, probe=True)] = Field(
        default=False, description=N_("whether I may search the web and read pages; each search costs a cent")
    )
    web_domains: Annotated[
        tuple[str, ...],
        Shown(
            N_("Only these websites"),
            "area",
            places=NOT_IN_THREADS,
            accepts=N_("up to 50 domains, such as `python.org, example.com`"),
        ),
    ] = Field(
        default=(),
        max_length=MOST_DOMAINS,
        description=N_("if set, I search and read only these domains and what is below them"),
    )
    web_in_private: Annotated[bool, Shown(N_("Search the web in private conversations"), places=IN_WORKSPACES)] = Field(
        default=False,
        description=N_(
            "whether the web can be on in private channels and direct messages, where what people say in private could "
            "become part of a search"
        ),
    )
    memory: Annotated[bool, Shown(N_("Memory"), places=NOT_IN_THREADS)] = Field(
        default=False,
        description=N_("whether I keep notes here that people want remembered, and know them in new threads"),
    )
    knowledge: Annotated[bool, Shown(N_("Knowledge"), places=NOT_IN_THREADS)] = Field(
        default=True,
        description=N_("whether I answer from the knowledge that was added here, with the source of each statement"),
    )
    tool_rounds: Annotated[int, Shown(N_("Rounds of looking things up"), places=NOT_IN_THREADS)] = Field(
        default=6, ge=1, le=20, description=N_("how many times in a row I may look things up for one answer")
    )

    _typed_domains = field_validator("web_domains", mode="before")(typed_values.words)

    @field_validator("web_domains", mode="after")
    @classmethod
    def _are_domains(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Require domains; an address is taken for its domain."""
        bare = tuple(_SCHEME.sub("", value).rstrip("/").lower() for value in values)
        if wrong := [value for value in bare if not _DOMAIN.fullmatch(value)]:
            raise ValueError(_("“{name}” is not a domain", name=typed_values.echo(wrong[0])))
        return tuple(dict.fromkeys(bare))
