"""A channel's settings: the fields, and the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from bot.core.domain import accepted, category, route, typed_values
from bot.core.domain.category import Category  # noqa: TC001 (pydantic reads the annotation)
from bot.core.domain.clock_settings import ClockSettings
from bot.core.domain.draft_settings import DraftSettings
from bot.core.domain.feedback_settings import FeedbackSettings
from bot.core.domain.persona import LONGEST_NAME, Persona
from bot.core.domain.persona import MOST as MOST_PERSONAS
from bot.core.domain.persona import find as find_persona
from bot.core.domain.route import Route, Team  # noqa: TC001 (as above)
from bot.core.domain.setting_choices import Answers, Creativity, Outsiders
from bot.core.domain.setting_field import IN_CHANNELS, IN_WORKSPACES, NOT_IN_THREADS, Shown
from bot.core.domain.tool_settings import ToolSettings
from bot.core.domain.tracker_settings import TrackerSettings
from bot.core.domain.typed_values import Agents, Channels, People, Switchable  # noqa: TC001 (as above)
from bot.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_INSTRUCTIONS = 10_000  # characters
MODEL = "model"  # the setting
PARLEY = "parley"  # who changed what the bot changes by itself
BOTH: tuple[Literal["settings", "triage"], ...] = ("settings", "triage")  # forms
Dollars = Annotated[float | None, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class ChannelSettings(DraftSettings, FeedbackSettings, ToolSettings, TrackerSettings, ClockSettings):
    """The settings that hold in one place, in the order of their form.

    A field's description is what people read of it; `Shown` says how it is shown in a form, and where it can be set.
    """

    instructions: Annotated[str, Shown(N_("Instructions"), "area")] = Field(
        default="",
        max_length=MAX_INSTRUCTIONS,
        description=N_("what I should always keep in mind here: a system prompt, in plain words"),
    )
    persona: Annotated[str, Shown(N_("Persona"), accepts=N_("the name of one of the workspace's personas"))] = Field(
        default="",
        max_length=LONGEST_NAME,
        description=N_("one of the workspace's personas, whose prompt goes before the instructions"),
    )
    personas: Annotated[tuple[Persona, ...], Shown(N_("Personas"), forms=(), accepts=N_("personas"))] = Field(
        default=(), max_length=MOST_PERSONAS, description=N_("the workspace's personas; see /parley persona")
    )
    model: Annotated[str, Shown(N_("Model"), accepts=N_("a model's ID"))] = Field(
        default="",
        max_length=100,
        description=N_("a model's ID or name, such as opus; unset: the one set by CLAUDE_MODEL"),
    )
    creativity: Annotated[Creativity | None, Shown(N_("Creativity"), probe="medium")] = Field(
        default=None, description=N_("low, medium or high; unset: what suits the task. Only for models that support it")
    )
    temperature: Annotated[float | None, Shown(N_("Temperature"), probe=0.5)] = Field(
        default=None, ge=0, le=1, description=N_("exact, from 0 to 1, instead of creativity and top_p")
    )
    top_p: Annotated[float | None, Shown(N_("Top-p"), probe=0.9)] = Field(
        default=None, gt=0, le=1, description=N_("exact, above 0 and up to 1, instead of creativity and temperature")
    )
    thinking: Annotated[Literal["off", "adaptive"], Shown(N_("Thinking"), probe="adaptive")] = Field(
        default="off", description=N_("adaptive: the model thinks before it answers, as much as the question needs")
    )
    effort: Annotated[Literal["", "low", "medium", "high"], Shown(N_("Effort"), probe="medium")] = Field(
        default="", description=N_("low, medium or high: how much work the model puts in; unset: its own default")
    )
    max_output: Annotated[int, Shown(N_("Longest answer (tokens)"))] = Field(
        default=8_000, ge=256, le=64_000, description=N_("the longest answer in tokens, including thinking")
    )
    answers: Annotated[Answers, Shown(N_("Who gets answers"))] = Field(
        default=Answers.THREAD,
        description=N_("thread: mentions, and follow-ups in threads I am in; mention: only mentions; all: everything"),
    )
    answers_bots: Annotated[bool, Shown(N_("Answer other bots"))] = Field(
        default=False, description=N_("whether other bots are answered when they mention me")
    )
    outsiders: Annotated[Outsiders, Shown(N_("People from other organizations"))] = Field(
        default=Outsiders.NOBODY,
        description=N_(
            "whom I answer from other organizations in a shared channel: nobody; mention: those who mention me; all"
        ),
    )
    context: Annotated[int, Shown(N_("Thread context (tokens)"))] = Field(
        default=16_000,
        ge=2_000,
        le=200_000,
        description=N_("how much of a thread is sent with each question, in tokens; older messages are summarized"),
    )
    categories: Annotated[
        tuple[Category, ...], Shown(N_("Categories"), "area", forms=BOTH, accepts=accepted.CATEGORIES)
    ] = Field(
        default=(),
        max_length=category.MOST,
        description=N_("what /classify sorts into: names separated by commas, or one `Name: definition` per line"),
    )
    ask_above: Annotated[float, Shown(N_("Ask above"), forms=())] = Field(
        default=1.0,
        ge=0,
        le=1_000,
        description=N_("a /classify that will probably cost more dollars than this asks first"),
    )
    code_language: Annotated[str, Shown(N_("Code language"), accepts=accepted.LANGUAGES)] = Field(
        default="",
        max_length=30,
        description=N_("the language that /code uses unless the request names another, such as TypeScript"),
    )
    footer: Annotated[bool, Shown(N_("Cost below each answer"))] = Field(
        default=False, description=N_("whether answers end with their model, tokens and cost")
    )
    person_budget: Annotated[Dollars, Shown(N_("Budget per person ($ a day)"), places=NOT_IN_THREADS)] = Field(
        default=None, description=N_("dollars that one person can spend in a day (UTC); unset: no limit")
    )
    channel_budget: Annotated[Dollars, Shown(N_("Channel budget ($ a day)"), places=IN_CHANNELS)] = Field(
        default=None, description=N_("dollars that a channel can spend in a day (UTC); unset: no limit")
    )
    workspace_budget: Annotated[Dollars, Shown(N_("Workspace budget ($ a month)"), places=IN_WORKSPACES)] = Field(
        default=None, description=N_("dollars that the workspace can spend in a month; unset: no limit")
    )
    budget_notice: Annotated[int, Shown(N_("Warn at (% of a budget)"), places=NOT_IN_THREADS)] = Field(
        default=80, ge=1, le=100, description=N_("the percentage of a budget at which people are warned, once")
    )
    turns_per_minute: Annotated[int | None, Shown(N_("Questions per person (a minute)"), places=NOT_IN_THREADS)] = (
        Field(
            default=None,
            ge=1,
            le=1_000,
            description=N_("how many questions one person can ask in a minute; unset: no limit"),
        )
    )
    guests: Annotated[bool, Shown(N_("Guests"), places=NOT_IN_THREADS)] = Field(
        default=False, description=N_("whether guests of the workspace can use me")
    )
    allowed_people: Annotated[People, Shown(N_("Only these people"), "people", "@", places=NOT_IN_THREADS)] = Field(
        default=(), description=N_("if set, only these people can use me; for example, @anna @ben")
    )
    denied_people: Annotated[People, Shown(N_("People kept out"), "people", "@", places=NOT_IN_THREADS)] = Field(
        default=(), description=N_("people who can't use me; for example, @anna @ben")
    )
    allowed_channels: Annotated[Channels, Shown(N_("Only these channels"), "channels", "#", places=IN_WORKSPACES)] = (
        Field(
            default=(),
            description=N_("if set, I work only in these channels and in direct messages; for example, #help"),
        )
    )
    denied_channels: Annotated[Channels, Shown(N_("Channels kept out"), "channels", "#", places=IN_WORKSPACES)] = Field(
        default=(), description=N_("channels that I don't work in; for example, #help #sales")
    )
    commands_off: Annotated[
        tuple[Switchable, ...], Shown(N_("Commands turned off"), "choices", places=NOT_IN_THREADS)
    ] = Field(default=(), description=N_("commands that are turned off; for example, /code /classify"))
    redact: Annotated[bool, Shown(N_("Hide personal data from Claude"))] = Field(
        default=False,
        description=N_(
            "whether e-mail addresses, phone and card numbers, IBANs and secrets in text are hidden from the "
            "model, and put back in its answers"
        ),
    )
    find_messages: Annotated[bool, Shown(N_("Find messages"), places=NOT_IN_THREADS)] = Field(
        default=True,
        description=N_("whether messages from here can be found, with `/parley find` and by me when I answer"),
    )
    phone_country: Annotated[
        str, Shown(N_("Phone country"), accepts=N_("a country's two letters, such as `US` or `DE`"))
    ] = Field(
        default=typed_values.DEFAULT_COUNTRY,
        description=N_("the country whose phone numbers are recognized without a country code, such as US or DE"),
    )
    retention_days: Annotated[int | None, Shown(N_("Delete messages after (days)"), places=NOT_IN_THREADS)] = Field(
        default=None,
        ge=1,
        le=36_500,
        description=N_("after how many days messages from here are deleted; at most the operator's RETENTION_DAYS"),
    )
    triage: Annotated[bool, Shown(N_("Triage"), forms=("triage",))] = Field(
        default=False, description=N_("whether each post here is treated as feedback, sorted and routed")
    )
    severities: Annotated[tuple[str, ...], Shown(N_("Severities"), forms=("triage",), accepts=accepted.SEVERITIES)] = (
        Field(
            default=("Low", "Medium", "High", "Critical"),
            min_length=2,
            max_length=10,
            description=N_("severities, lowest first, separated by commas"),
        )
    )
    areas: Annotated[
        tuple[str, ...], Shown(N_("Areas"), forms=("triage",), accepts=N_("up to 30 names, separated by commas"))
    ] = Field(
        default=(),
        max_length=30,
        description=N_("the parts of your product that feedback is about, separated by commas"),
    )
    routes: Annotated[
        tuple[Route, ...], Shown(N_("Routes"), kind="area", forms=("triage",), accepts=accepted.ROUTES)
    ] = Field(
        default=(),
        max_length=route.MOST,
        description=N_(
            "which feedback goes to which team, such as `Billing -> Payments` or `Bug report + Critical -> "
            "On-call`, one per line"
        ),
    )
    strictness: Annotated[Literal["conservative", "normal", "eager"], Shown(N_("Strictness"), forms=("triage",))] = (
        Field(
            default="normal",
            description=N_(
                "conservative: only what is clearly feedback counts; normal: all but small talk; eager: all"
            ),
        )
    )
    check_below: Annotated[int, Shown(N_("Thresholds: check below (%)"), forms=("triage",))] = Field(
        default=60,
        ge=0,
        le=100,
        description=N_("below this confidence, in percent, a category is marked for a person to check"),
    )
    together: Annotated[int, Shown(N_("Join posts within (minutes)"), forms=("triage",))] = Field(
        default=3, ge=0, le=60, description=N_("one person's posts within this many minutes are one piece of feedback")
    )
    triage_bots: Annotated[bool, Shown(N_("Posts from apps"), forms=("triage",))] = Field(
        default=False, description=N_("whether posts from apps and workflows count as feedback, too")
    )
    agents: Annotated[Agents, Shown(N_("Agents"), kind="people", sign="@", forms=("triage",))] = Field(
        default=(),
        max_length=200,
        description=N_(
            "who answers here: their posts are not feedback, and if anyone is named, only they decide about it"
        ),
    )
    teams: Annotated[
        tuple[Team, ...], Shown(N_("Teams"), names_channels=True, forms=("triage",), accepts=accepted.TEAMS)
    ] = Field(
        default=(),
        max_length=route.MOST,
        description=N_("who works on feedback, such as `Payments: #payments @anna`, one per line"),
    )
    cards: Annotated[Literal["thread", "team"], Shown(N_("Where the card goes"), forms=("triage",))] = Field(
        default="thread", description=N_("where feedback is shown with its buttons: in its thread, or only to its team")
    )
    acknowledgment: Annotated[str, Shown(N_("Acknowledgment"), forms=("triage",))] = Field(
        default="", max_length=500, description=N_("the reply to people who post feedback; unset: none")
    )
    alert_from: Annotated[int, Shown(N_("Thresholds: alert from (posts)"), forms=("triage",))] = Field(
        default=3, ge=0, le=100, description=N_("this many posts about the same thing alert the team at once; 0: never")
    )
    alert_hours: Annotated[int, Shown(N_("Thresholds: alert within (hours)"), forms=("triage",))] = Field(
        default=24, ge=1, le=168, description=N_("the hours within which that many posts make an alert")
    )
    digest: Annotated[Literal["off", "daily", "weekly"], Shown(N_("Digest"), forms=("triage",))] = Field(
        default="off",
        description=N_("how often feedback is summed up here: off, daily, or weekly on Mondays"),
    )
    digest_at: Annotated[str, Shown(N_("Digest at"), forms=("triage",), accepts=N_("a time such as `09:00`"))] = Field(
        default="09:00",
        pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$",
        description=N_("the time of the digest, such as 09:00, in the channel's time zone"),
    )
    time_zone: Annotated[
        str, Shown(N_("Time zone"), forms=("triage",), accepts=N_("a time zone, such as `Europe/Berlin`"))
    ] = Field(default="UTC", max_length=50, description=N_("the channel's time zone, such as Europe/Berlin"))
    triage_github: Annotated[str, Shown(N_("GitHub repository"), forms=("triage",), accepts=accepted.REPOSITORY)] = (
        Field(
            default="",
            max_length=200,
            description=N_("the GitHub repository, such as acme/app, where each record of feedback becomes an issue"),
        )
    )
    webhook: Annotated[
        str, Shown(N_("Webhook"), forms=("triage",), accepts=N_("an address that starts with `https://`"))
    ] = Field(
        default="", max_length=500, description=N_("an https URL that receives each record of feedback as signed JSON")
    )

    # What is typed becomes a value, and is held to what the setting takes.
    _typed_webhook = field_validator("webhook")(typed_values.secure)
    _typed_repository = field_validator("triage_github")(typed_values.repository)
    _typed_country = field_validator("phone_country")(typed_values.country)
    _typed_zone = field_validator("time_zone")(typed_values.zone)
    _typed_language = field_validator("code_language")(typed_values.code_language)
    _typed_words = field_validator("severities", "areas", mode="before")(typed_values.words)
    _typed_commands = field_validator("commands_off", mode="before")(typed_values.commands)
    _typed_categories = field_validator("categories", mode="before")(typed_values.categories)
    _typed_teams = field_validator("teams", mode="before")(typed_values.teams)
    _typed_routes = field_validator("routes", mode="before")(typed_values.routes)

    @field_validator("temperature", "top_p", mode="after")
    @classmethod
    def _one_way_to_sample(cls, value: float | None, info: ValidationInfo) -> float | None:
        """Allow only one of the three: Claude's API accepts a temperature or a top_p, never both."""
        if value is not None and any(info.data.get(name) is not None for name in ("creativity", "temperature")):
            raise ValueError(_("only one of creativity, temperature and top_p can be set: unset the other first"))
        return value

    @property
    def prompt(self) -> str:
        """The whole prompt of a place: its persona's, then its own."""
        chosen = find_persona(self.persona, self.personas)
        return "\n\n".join(filter(None, (chosen.prompt if chosen else "", self.instructions)))

    @property
    def lost_persona(self) -> str:
        """A sentence that says that the chosen persona no longer exists, "" if it does."""
        if not self.persona or find_persona(self.persona, self.personas):
            return ""
        return _("The persona “{name}” no longer exists.", name=self.persona)


SHOWN = {
    name: next(one for one in field.metadata if isinstance(one, Shown))
    for name, field in ChannelSettings.model_fields.items()
}
"""How each setting is shown."""

_OF_TRIAGE = (name for name, one in SHOWN.items() if "triage" in one.forms)
TRIAGE = tuple(sorted(_OF_TRIAGE, key=lambda name: (name != "triage", name in ClockSettings.model_fields)))
"""The settings that are about feedback, in the order of their form: first whether there is triage at all."""

SAMPLING = {"creativity", "temperature", "top_p"}
"""The settings that are three ways to say one thing."""


def merged(*layers: Mapping[str, Any]) -> ChannelSettings:
    """Merge partial settings over the defaults; the last layer wins.

    What an older version stored and this one can't read is left out. A layer that sets one way of sampling hides the
    other ways of the layers below it.
    """
    values: dict[str, Any] = {}
    for layer in layers:
        if SAMPLING & layer.keys():
            values = {name: value for name, value in values.items() if name not in SAMPLING}
        values |= layer
    while True:
        try:
            return ChannelSettings.model_validate(values)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                values.pop(str(fault["loc"][0]), None)


DEFAULTS = ChannelSettings()
