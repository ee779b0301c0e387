"""The settings of what is asked of those who post feedback."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.core.domain import needs, typed_values
from bot.core.domain.needs import Need  # noqa: TC001 (pydantic reads the annotation)
from bot.core.domain.setting_field import Shown
from bot.language import N_


class FeedbackSettings(BaseModel):
    """What a report has to tell, and whether a post can be several."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    needs: Annotated[
        tuple[Need, ...],
        Shown(
            N_("What reports have to tell"),
            kind="area",
            forms=("triage",),
            accepts=N_("up to 30 categories, one per line, such as `Bug report: version, steps`"),
        ),
    ] = Field(
        default=(),
        max_length=needs.MOST,
        description=N_(
            "what a report of a category has to tell, such as `Bug report: version, steps`, one category per line; I "
            "ask the person who posted, once, for what is missing"
        ),
    )

    split_posts: Annotated[bool, Shown(N_("Split posts"), forms=("triage",))] = Field(
        default=True, description=N_("whether a post about things that are plainly apart becomes a record for each")
    )

    _typed_needs = field_validator("needs", mode="before")(typed_values.needs)
