"""Which of the page's tabs shows a modal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.slack.records import ViewClosed, ViewShown

if TYPE_CHECKING:
    from bot.playground.slack.records import Change
    from bot.playground.slack.wire import Json


class Tabs:
    """Keeps modals in their tab, as Slack does: a modal belongs to the one in which its user acted last.

    A tab has a new name after each reload, so that a modal does not outlive its page.
    """

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._owners: dict[str, str] = {}

    def acted(self, user: str, tab: str) -> None:
        """Note that a user did something in a tab."""
        self._last[user] = tab

    def note(self, change: Change) -> None:
        """Note that a modal opened or closed."""
        match change:
            case ViewShown(user, {"type": "modal", "root_view_id": str(root)}):
                self._owners.setdefault(root, self._last.get(user, ""))
            case ViewClosed(_, view):
                self._owners.pop(view["id"], None)
            case _:
                return

    def has(self, tab: str, view: Json) -> bool:
        """Return whether a modal is shown in a tab. One that nobody's tab opened is shown in all."""
        return self._owners.get(view["root_view_id"], "") in ("", tab)
