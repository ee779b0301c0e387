"""The local workspace for tests and benchmarks: users act in it, calls fail, and its state can be inspected."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from bot.playground.local_workspace import LocalWorkspace
from bot.playground.slack.events import envelope
from bot.playground.slack.faults import CallFault, RandomFault
from tests.support.user_actions import UserActions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.page.content import Page
    from bot.playground.slack.delivery import EventDelivery
    from bot.playground.slack.rate_limits import Violation
    from bot.playground.slack.records import File, MessageRecord, User
    from bot.playground.slack.rules import Rules
    from bot.playground.slack.web_api import ApiCall

# How much of each list, and of each text, `picture` shows.
PICTURE_LINES = 15
PICTURE_TEXT = 120


class ScriptedWorkspace(UserActions, LocalWorkspace):
    """A local workspace in which a test says what users do and what fails. Takes `LocalWorkspace`'s arguments."""

    def __init__(
        self,
        rules: Rules | None = None,
        page: Page | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        beside: LocalWorkspace | None = None,
    ) -> None:
        self._changed = asyncio.Event()
        super().__init__(rules, page, host=host, port=port, beside=beside, on_change=self._notice)

    async def disconnect(self, *, abruptly: bool = False) -> None:
        """Ask the bot to reconnect its sockets; or, abruptly, abort them."""
        await self.sockets.disconnect(abruptly=abruptly)

    def fail(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 0,
        retry_after: int = 0,
        drop: Literal["", "request", "answer"] = "",
        times: int = 1,
        after: int = 0,
        hang: float = 0,
    ) -> None:
        """Make `times` calls of a method fail `after` so many, in one of the ways that `Fault` describes."""
        self.api.faults[method].append(CallFault(error, status, retry_after, drop, times, after, hang))

    def fail_some(self, method: str, share: RandomFault) -> None:
        """Make a share of a method's calls fail, until another share takes its place."""
        self.api.faults.shares[method] = share

    def limit(self, method: str, per_minute: int) -> None:
        """Hold a method to so many calls a minute."""
        self.api.limits[method] = per_minute

    def change_rules(self, **changes: Any) -> None:
        """Change any fields of the workspace's `Rules`."""
        self.workspace.rules = replace(self.workspace.rules, **changes)

    def deliver(self, payload: dict[str, object]) -> EventDelivery:
        """Deliver an event envelope with any content."""
        return self.deliveries.deliver(payload)

    def uninstall(self) -> list[EventDelivery]:
        """Uninstall the app from this workspace; this causes two events, in no particular order."""
        self.workspace.tokens.revoke("account_inactive")
        return [self._tell("tokens_revoked", tokens={"oauth": [], "bot": [self.bot.id]}), self._tell("app_uninstalled")]

    def revoke(self) -> EventDelivery:
        """Revoke the app's token in this workspace."""
        self.workspace.tokens.revoke("token_revoked")
        return self._tell("tokens_revoked", tokens={"oauth": [], "bot": [self.bot.id]})

    def _tell(self, name: str, **fields: object) -> EventDelivery:
        """Deliver an event that needs no scope and has no channel."""
        if name not in self.workspace.rules.subscriptions:
            raise LookupError(f"The app has not subscribed to {name}.")
        return self.deliver(envelope(self.workspace, {"type": name, **fields}))

    def redeliver(self, event_id: str) -> EventDelivery:
        """Deliver an earlier event again, with the same id. Raises `LookupError`."""
        for delivery in self.deliveries.log:
            if delivery.event_id == event_id:
                return self.deliveries.deliver(delivery.payload)
        raise LookupError(f"No event {event_id} was delivered.")

    # What can be seen

    @property
    def calls(self) -> list[ApiCall]:
        """Every call of the Web API that the bot made."""
        return self.api.calls

    @property
    def violations(self) -> list[Violation]:
        """Every call that came sooner than its rate limit allows, where `Rules.tiers` or `limit` hold it to one."""
        return self.api.rates.violations

    def channel(self, name: str) -> str:
        """Return the id of a channel by its name, without #."""
        return self.workspace.channel(f"#{name}").id

    def thread(self, channel: str, ts: str) -> list[MessageRecord]:
        """Return a thread, its first message first."""
        return self.workspace.thread(channel, ts)

    def ephemerals(self, user: User | None = None) -> list[MessageRecord]:
        """Return the ephemeral messages to a user."""
        return [m for m in self.workspace.ephemerals.values() if m.ephemeral_to == (user or self.me).id]

    def files(self) -> list[File]:
        """Return all files that were shared anywhere."""
        return [file for file in self.workspace.files.values() if file.shares]

    async def until(
        self,
        condition: Callable[[], object],
        timeout: float = 30.0,  # noqa: ASYNC109 - it is what makes the error readable
    ) -> None:
        """Wait until a condition holds; check it after every change.

        Raises `TimeoutError` with a picture of the workspace after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"Nothing of that kind happened within {timeout} s.\n{self.picture()}") from None

    def picture(self) -> str:
        """Describe the latest messages, calls and deliveries, for a developer to read."""
        lines: list[str] = []
        for channel in self.workspace.channels.values():
            messages = self.workspace.messages(channel.id)
            lines += _section(f"#{channel.name or channel.id}", [self._line(message) for message in messages])
        lines += _section(
            "only visible to one", [self._line(message) for message in self.workspace.ephemerals.values()]
        )
        lines += _section("calls", [f"{call.method} → {call.result.get('error', 'ok')}" for call in self.calls])
        told = [
            f"{d.event['type']} {d.event_id}: {[ack.reason or 'ok' for ack in d.tries]}" for d in self.deliveries.log
        ]
        return "\n".join(lines + _section("events", told))

    def _line(self, message: MessageRecord) -> str:
        name = self.workspace.users[message.user].name
        text = message.shown.replace("\n", " ⏎ ")[:PICTURE_TEXT]
        marks = " (streaming)" if message.streaming else ""
        return f"{'  ' if message.thread_ts else ''}{message.ts} {name}{marks}: {text}"

    def _notice(self) -> None:
        # Those who wait now get this event; later ones wait for the next.
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _section(title: str, lines: list[str]) -> list[str]:
    shown = [f"  {line}" for line in lines[-PICTURE_LINES:]]
    return [title, *shown] if shown else []
