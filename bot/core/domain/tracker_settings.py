"""The settings of what comes back from trackers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.core.domain.setting_field import Shown
from bot.language import N_


class TrackerSettings(BaseModel):
    """What the author of a post is told when its issue is closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcomes: Annotated[Literal["off", "short", "comment"], Shown(N_("Tell people the outcome"), forms=("triage",))] = (
        Field(
            default="comment",
            description=N_(
                "whether people are told in their thread when their feedback is closed in the tracker: off, short, or "
                "with the closing comment"
            ),
        )
    )
