"""Find whom a message addresses by a plain name, and the names of everyone a thread mentions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.answer.name_at_start import addresses, addresses_handle, may_address_someone, opens_with_at, turns_to
from bot.core.domain.message import Role

if TYPE_CHECKING:
    from bot.core.domain.message import IncomingMessage
    from bot.core.domain.thread import Conversation
    from bot.core.ports import Chat, ChatNames

MOST_PEOPLE = 50  # whose names the model is given


async def resolve_addressees(incoming: IncomingMessage, conversation: Conversation, chat: Chat) -> IncomingMessage:
    """Return a message with groups and channels written by name, and with whom it addresses by a plain name.

    In a thread that the bot knows, its own name at the start counts as a mention of it. The name of someone who has
    written there or was mentioned, or a group's name after an @, counts as a mention of them, unless a later sentence
    turns to the bot.
    """
    incoming = replace(incoming, text=await chat.names.spell_out(incoming.place, incoming.text))
    is_clear = incoming.is_direct or incoming.is_bot or incoming.mentions_bot or incoming.addresses_other
    if is_clear or not (conversation.is_known or incoming.answers_bot) or not may_address_someone(incoming.text):
        return incoming
    own = [name] if (name := await chat.names.own(incoming.place)) else []
    if addresses(incoming.text, own):
        return replace(incoming, mentions_bot=True)
    others = {one.author for one in conversation.messages if one.role is Role.USER and not one.is_bot} - {
        incoming.author
    }
    texts = [one.text for one in conversation.messages if one.role is Role.USER]
    own_mention = chat.names.mention(incoming.author)
    told = {name for mention, name in conversation.people.items() if mention != own_mention}
    texts = [text.replace(own_mention, "") for text in texts]
    names = {*told, *await chat.names.called(incoming.place, others, texts)}
    groups = await chat.names.groups(incoming.place) if opens_with_at(incoming.text) else ()
    is_others = addresses(incoming.text, {*names, *groups} - set(own)) or addresses_handle(incoming.text, own)
    if is_others and not turns_to(incoming.text, own):
        return replace(incoming, addresses_other=True)
    return incoming


async def with_names(incoming: IncomingMessage, conversation: Conversation, names: ChatNames) -> Conversation:
    """Return a conversation with the names of everyone it mentions; if any are new, with the author's name too."""
    texts = [incoming.text, *(one.text for one in conversation.messages if one.role is Role.USER)]
    unknown = {
        one: name for one, name in (await names.of(incoming.place, (), texts)).items() if one not in conversation.people
    }
    if not unknown:
        return conversation
    people = {**conversation.people, **unknown, **await names.of(incoming.place, [incoming.author])}
    return replace(conversation, people=dict(list(people.items())[-MOST_PEOPLE:]))
