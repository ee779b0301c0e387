"""The settings of how soon feedback is to be answered and resolved."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.core.domain import business_hours, public_holidays, time_limit, typed_values
from bot.core.domain.route import LONGEST_NAME
from bot.core.domain.setting_field import Shown
from bot.language import N_

LONGEST = 500  # characters
MOST_HOLIDAYS = 50
LIMITS = N_("times such as `2h` or `Critical: 30m; High: 2h; 1d`")
HOURS = N_("hours such as `Mon-Fri 09:00-17:00`, or `Mon-Thu 09:00-17:00; Fri 09:00-14:00`")
HOLIDAYS = N_("the code of a country or of a part of it, such as `US` or `DE-BY`, and days such as `2026-12-24`")


class ClockSettings(BaseModel):
    """Until when feedback is to be answered and resolved, and who is told otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_response: Annotated[str, Shown(N_("First response within"), forms=("triage",), accepts=LIMITS)] = Field(
        default="",
        max_length=LONGEST,
        description=N_(
            "how soon someone is to reply to feedback, by severity, such as `Critical: 30m; High: 2h; 1d`; a bare time "
            "is for all others; unset: no limit"
        ),
    )
    resolve: Annotated[str, Shown(N_("Resolve within"), forms=("triage",), accepts=LIMITS)] = Field(
        default="",
        max_length=LONGEST,
        description=N_("how soon feedback is to be resolved, by severity, such as `Critical: 1d; 3d`; unset: no limit"),
    )
    business_hours: Annotated[str, Shown(N_("Business hours"), forms=("triage",), accepts=HOURS)] = Field(
        default="",
        max_length=LONGEST,
        description=N_(
            "when these times run, such as `Mon-Fri 09:00-17:00` in the channel's time zone; unset: around the clock"
        ),
    )
    holidays: Annotated[tuple[str, ...], Shown(N_("Holidays"), forms=("triage",), accepts=HOLIDAYS)] = Field(
        default=(),
        max_length=MOST_HOLIDAYS,
        description=N_("on whose public holidays these times don't run, such as US or DE-BY, and other days off"),
    )
    escalate_to: Annotated[
        str, Shown(N_("Escalate to"), forms=("triage",), accepts=N_("the name of one of the teams"))
    ] = Field(
        default="",
        max_length=LONGEST_NAME,
        description=N_("the team that is told of feedback that is overdue; unset: none"),
    )

    @property
    def has_limits(self) -> bool:
        """Return whether feedback is to be answered or resolved by some time."""
        return bool(self.first_response or self.resolve)

    @field_validator("holidays", mode="before")
    @classmethod
    def _typed_holidays(cls, value: object) -> object:
        """Read what was typed; what is stored was known when it was."""
        typed = typed_values.words(value) if isinstance(value, str) else None
        return tuple(map(public_holidays.check_known, typed)) if isinstance(typed, tuple) else value

    @field_validator("first_response", "resolve")
    @classmethod
    def _are_limits(cls, value: str) -> str:
        return time_limit.written(time_limit.read(value))

    @field_validator("business_hours")
    @classmethod
    def _are_hours(cls, value: str) -> str:
        return business_hours.written(business_hours.read(value))

    @field_validator("holidays")
    @classmethod
    def _are_holidays(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(public_holidays.check_written, value)))
