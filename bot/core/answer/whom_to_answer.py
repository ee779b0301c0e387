"""Decide which messages of a conversation to answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.answer.stop_or_continue import is_stop
from bot.core.domain.message import IncomingMessage, Message, Role
from bot.core.domain.setting_choices import Answers, Outsiders

if TYPE_CHECKING:
    from bot.core.domain.channel_settings import ChannelSettings
    from bot.core.domain.thread import Conversation

MOST_BOT_TURNS = 3  # answers to other bots, one after the other, before a person has to say something
SILENCE = timedelta(minutes=10)  # after a shorter absence, the platform redelivers what was missed


def wants_answer(incoming: IncomingMessage, conversation: Conversation) -> bool:
    """Decide whether a message is for the bot, by its channel's settings.

    A direct message always is. Elsewhere, a message that opens by addressing someone else never is, nor is a mere
    "stop", which is obeyed and not answered. Another bot has to mention us, if that is allowed at all, and is not
    answered forever.
    """
    if is_stop(incoming.text):
        return False
    settings = conversation.settings
    if incoming.is_bot:
        return settings.answers_bots and incoming.mentions_bot and not _goes_in_circles(conversation)
    if incoming.is_outsider and not _may_ask(incoming, settings):
        return False
    if incoming.is_direct:
        return True
    return not incoming.addresses_other and (incoming.mentions_bot or _needs_no_mention(incoming, conversation))


def answer_to(identity: str, conversation: Conversation) -> Message | None:
    """Return the bot's message right after a person's, which is its answer; None if another message follows it."""
    for message, following in zip(conversation.messages, conversation.messages[1:], strict=False):
        if message.id == identity and message.role is Role.USER:
            return following if following.role is Role.ASSISTANT and following.id else None
    return None


def was_answered(incoming: IncomingMessage, conversation: Conversation) -> bool:
    """Return whether a message was answered before it came to mention the bot, as it needed no mention."""
    answered = answer_to(incoming.id, conversation)
    return answered is not None and bool(answered.text) and _needs_no_mention(incoming, conversation)


def _needs_no_mention(incoming: IncomingMessage, conversation: Conversation) -> bool:
    answers = conversation.settings.answers
    if answers is Answers.THREAD:
        return conversation.began_with_bot or incoming.answers_bot
    return answers is Answers.ALL


def _may_ask(incoming: IncomingMessage, settings: ChannelSettings) -> bool:
    if settings.outsiders is Outsiders.MENTION:
        return incoming.mentions_bot
    return settings.outsiders is Outsiders.ALL


def _goes_in_circles(conversation: Conversation) -> bool:
    """Return whether bots have been talking among themselves since a person last wrote."""
    turns = 0
    for message in reversed(conversation.messages):
        if message.role is Role.USER and not message.is_bot:
            break
        turns += message.role is Role.ASSISTANT
    return turns >= MOST_BOT_TURNS


def is_refused(incoming: IncomingMessage, settings: ChannelSettings) -> bool:
    """Return whether a user of another organization asked the bot where they may not."""
    return incoming.is_outsider and not incoming.is_bot and incoming.mentions_bot and not _may_ask(incoming, settings)


def may_be_for_bot(incoming: IncomingMessage, settings: ChannelSettings) -> bool:
    """Return whether a message is worth keeping at all; most messages outside threads are not."""
    if incoming.mentions_bot or incoming.is_direct or not incoming.opens_thread:
        return True
    return settings.answers is Answers.ALL and not incoming.is_bot and not incoming.addresses_other


def needs_reading(incoming: IncomingMessage, conversation: Conversation, now: datetime) -> bool:
    """Decide whether to read the platform's history for what was said before a message.

    True for a thread that the bot does not know or has not finished reading, and when someone calls the bot back into
    one where it has heard nothing for a while, because it may have been down. The platform itself redelivers anything
    newer than `SILENCE`.
    """
    if incoming.opens_thread:
        return False
    if not conversation.is_known or conversation.unread_until:
        return True
    silent_since = conversation.silent_since
    return (
        incoming.mentions_bot and not incoming.is_direct and silent_since is not None and now - silent_since > SILENCE
    )
