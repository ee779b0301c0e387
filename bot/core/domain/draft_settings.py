"""The settings of drafts: answers to feedback that are written from the knowledge."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.core.domain.setting_choices import Drafts
from bot.core.domain.setting_field import Shown
from bot.language import N_


class DraftSettings(BaseModel):
    """Which posts get a draft, and who sends it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    drafts: Annotated[Drafts, Shown(N_("Draft answers"), forms=("triage",))] = Field(
        default=Drafts.OFF,
        description=N_(
            "whether I draft answers from the knowledge to posts that ask for something: off; on: the team sends them; "
            "auto: I send them myself where the team has nearly always sent my drafts unchanged"
        ),
    )
    drafts_outsiders: Annotated[bool, Shown(N_("Send drafts to outsiders by myself"), forms=("triage",))] = Field(
        default=False,
        description=N_("whether `drafts auto` also holds where people from other organizations are in the channel"),
    )
