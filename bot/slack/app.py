"""The Bolt app: authorization and listeners; nothing here waits."""

from __future__ import annotations

import logging
import re
from traceback import format_tb
from typing import TYPE_CHECKING, Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.errors import NotServedError, RevokedError
from bot.slack.inbound import actions, agent, commands, messages, modals, payload, uninstall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.authorization import AuthorizeResult
    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.domain.installation import Uninstallation
    from bot.core.ports import Intake
    from bot.slack.workspaces import WorkspaceClients

log = logging.getLogger(__name__)

_ANY = re.compile(r".*", re.DOTALL)


def bolt_app(
    client: AsyncWebClient,
    teams: WorkspaceClients,
    intake: Intake,
    depart: Callable[[Uninstallation], Awaitable[None]],
    prefix: str = "",
) -> AsyncApp:
    """Build the app and register every listener; `client` has no token, but all else that Bolt's own clients need.

    `prefix` is before the names of the slash commands.

    `process_before_response`: a listener makes a delivery durable before Slack gets its acknowledgment. Requests over
    HTTP are verified before they are parsed, in `http.py`; those over a socket need no signature.
    """

    async def authorize(team_id: object) -> AuthorizeResult | None:
        workspace = team_id or ""
        if not isinstance(workspace, str):  # Bolt takes what it finds, in one of several places
            raise payload.UnreadableError("not a workspace's id")  # not for people: logged
        try:
            return await teams.of(workspace).identity()
        except NotServedError:  # which was said once
            return None
        except RevokedError as error:
            log.warning("a delivery for %s is dropped, as the bot is not installed there: %s", workspace, error)
            return None

    app = AsyncApp(
        name="parley",
        logger=logging.getLogger("slack_bolt"),
        client=client,
        authorize=authorize,  # type: ignore[arg-type] # Bolt takes None, too, and acknowledges what comes
        signing_secret="",
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,  # it would take the end of a thread that we began for our own doing
        attaching_conversation_kwargs_enabled=False,
    )
    messages.register(app, intake.messages, lambda team: teams.of(team).tokens)
    commands.register(app, intake.interactions, prefix)
    actions.register(app, intake.interactions)
    modals.register(app, intake.interactions)
    agent.register(app, intake)
    uninstall.register(app, depart)
    _ignore_the_rest(app)
    app.error(on_error)
    return app


async def on_error(error: Exception) -> BoltResponse:
    """Refuse what can't be read; let Slack redeliver what was not accepted. Bolt would log the text of any error."""
    if isinstance(error, payload.UnreadableError):
        log.warning("discarded a payload that can't be read: %s", error)
        return BoltResponse(status=400, body="malformed body")  # not for people: Slack reads it
    log.error("a delivery was not taken: %s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
    return BoltResponse(status=500, body="not taken")  # not for people: Slack reads it


def _ignore_the_rest(app: AsyncApp) -> None:
    """Acknowledge what no listener wants, or Slack would keep redelivering it. Register it last."""

    async def on_other_event() -> None:
        """Do nothing; Bolt acknowledges events by itself."""

    async def on_other_interaction(ack: AsyncAck) -> None:
        await ack()

    app.event(_ANY)(on_other_event)
    constraints: tuple[Any, ...] = (app.view_closed, app.options)
    for listen in constraints:
        listen(_ANY)(on_other_interaction)
