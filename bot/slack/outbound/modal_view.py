"""Forms as Slack's modals: laid out, opened, replaced."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConversationFilter,
    ConversationMultiSelectElement,
    ConversationSelectElement,
    HeaderBlock,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserMultiSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.core.domain.interaction import Field, Form
from bot.errors import ChatError
from bot.language import _
from bot.slack.client.api import call_once
from bot.slack.outbound import buttons
from bot.slack.outbound.buttons import plain
from bot.slack.outbound.cell import rich_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.web.async_client import AsyncWebClient


log = logging.getLogger(__name__)


# Slack's limits; https://docs.slack.dev/reference/views/modal-views
TITLE = 24
LABEL = 75
NOTE = 3_000
HEADING = 150
OPTIONS = 100


async def show(client: AsyncWebClient, body: Mapping[str, Any], form: Form) -> None:
    """Open the form that an interaction asks for: in place of the same form, on top of another one, or alone.

    Raises `ChatError`: a trigger lives for three seconds.
    """
    below = body.get("view") or {}
    if below.get("type") != "modal":
        await call_once(client.views_open, trigger_id=str(body["trigger_id"]), view=view(form))
    elif below.get("callback_id") != form.name:
        await call_once(client.views_push, trigger_id=str(body["trigger_id"]), view=view(form))
    else:
        try:
            await call_once(client.views_update, view_id=below["id"], hash=below["hash"], view=view(form))
        except ChatError as error:
            if error.code not in {"hash_conflict", "not_found"}:
                raise
            log.info("a form was changed or closed meanwhile: %s", error)


async def update(client: AsyncWebClient, form_id: str, form: Form) -> None:
    """Put a form in the place of one that is open. Raises `ChatError`, where it is closed by now among others."""
    await call_once(client.views_update, view_id=form_id, view=view(form))


async def tell(client: AsyncWebClient, body: Mapping[str, Any], sentence: str) -> None:
    """Show a person a sentence in a modal, where no message is there to reply under. Raises `ChatError`."""
    await show(client, body, Form("notice", "Parley", (Field("notice", sentence, "note"),), submit=""))


def view(form: Form) -> dict[str, Any]:
    """Lay a form out."""
    return View(
        type="modal",
        callback_id=form.name,
        private_metadata=form.value,
        title=plain(form.title, TITLE),
        submit=plain(form.submit, TITLE) if form.submit else None,
        close=plain(_("Cancel") if form.submit else _("Close")),
        blocks=[_block(field) for field in form.fields],
    ).to_dict()


def _block(field: Field) -> Block | dict[str, Any]:
    if field.kind == "markdown":
        return {**rich_text(field.label[:NOTE]), "block_id": field.name}
    if field.kind == "note":
        return SectionBlock(block_id=field.name, text=plain(field.label, NOTE))
    if field.kind == "heading":
        return HeaderBlock(block_id=field.name, text=plain(field.label, HEADING))
    if field.kind == "buttons":
        return ActionsBlock(block_id=field.name, elements=buttons.row(field.buttons))
    if field.kind == "button":
        button = ButtonElement(action_id=field.name, text=plain(field.label, LABEL))
        return ActionsBlock(block_id=field.name, elements=[button])
    return InputBlock(
        block_id=field.name,
        label=plain(field.label),
        element=_element(field),
        hint=plain(field.hint) if field.hint else None,
        optional=field.optional,
    )


def _element(field: Field) -> InputInteractiveElement:
    text = str(field.value) if field.value else None
    match field.kind:
        case "choice" | "choices":
            return _menu(field)
        case "person" | "people" | "channel" | "channels":
            return _menu_of_slack(field)
        case "number":
            return NumberInputElement(action_id=field.name, is_decimal_allowed=True, initial_value=text)
        case _:
            return PlainTextInputElement(
                action_id=field.name,
                multiline=field.kind == "area",
                max_length=field.max_length,
                initial_value=text,
            )


def _menu(field: Field) -> InputInteractiveElement:
    several = field.value if isinstance(field.value, tuple) else (field.value,)
    # What is chosen has to be one of the options.
    kept = {choice for choice, _ in sorted(field.options, key=lambda one: one[0] not in several)[:OPTIONS]}
    options = [Option(value=choice, text=plain(label, LABEL)) for choice, label in field.options if choice in kept]
    chosen = [option for option in options if option.value in several]
    if field.kind == "choice":
        return StaticSelectElement(action_id=field.name, options=options, initial_option=next(iter(chosen), None))
    return StaticMultiSelectElement(action_id=field.name, options=options, initial_options=chosen or None)


def _menu_of_slack(field: Field) -> InputInteractiveElement:
    """Return a menu whose choices Slack knows: people, or channels."""
    one, several = str(field.value) or None, list(field.value) or None
    if field.kind == "people":
        return UserMultiSelectElement(action_id=field.name, initial_users=several)
    if field.kind == "person":
        return UserSelectElement(action_id=field.name, initial_user=one)
    kinds = ["public", "private"]
    if field.kind == "channels":
        return ConversationMultiSelectElement(
            action_id=field.name, filter=ConversationFilter(include=kinds), initial_conversations=several
        )
    own = ConversationFilter(include=kinds, exclude_external_shared_channels=True)
    return ConversationSelectElement(action_id=field.name, filter=own, initial_conversation=one)
