"""In which order and under which headings settings are shown: the same in the form and in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.domain.channel_settings import TRIAGE
from bot.language import N_

if TYPE_CHECKING:
    from collections.abc import Collection

MAIN = N_("Main settings")
SECTIONS = {
    MAIN: (
        *("instructions", "persona", "personas", "model", "answers"),
        *("person_budget", "channel_budget", "workspace_budget", "redact", "retention_days"),
    ),
    N_("How I write"): (
        *("creativity", "temperature", "top_p", "thinking", "effort", "max_output", "context", "footer"),
        "code_language",
    ),
    N_("What I can look up"): (
        *("find_messages", "web", "web_domains", "web_in_private", "memory", "knowledge", "tool_rounds"),
    ),
    N_("Who can use me"): (
        *("guests", "outsiders", "answers_bots", "allowed_people", "denied_people", "allowed_channels"),
        *("denied_channels", "commands_off"),
    ),
    N_("Limits and phone numbers"): ("turns_per_minute", "budget_notice", "phone_country"),
    N_("Sorting"): ("categories", "ask_above"),
    N_("Feedback"): tuple(name for name in TRIAGE if name != "categories"),
}


def grouped(names: Collection[str]) -> dict[str, list[str]]:
    """Return names by their headings, in English, in the order to show them; headings without any are left out."""
    found = {title: [name for name in listed if name in names] for title, listed in SECTIONS.items()}
    return {title: listed for title, listed in found.items() if listed}
