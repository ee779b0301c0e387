from __future__ import annotations

import pytest

from bot.calls import Purpose
from bot.claude import prompts
from bot.core.commands import BY_NAME
from bot.core.domain.channel_settings import ChannelSettings

TAGS = {
    Purpose.SUMMARIZE: "<document>",
    Purpose.DIGEST: "<messages>",
    Purpose.CODE: "<request>",
    Purpose.CLASSIFY: "<messages>",
    Purpose.CATEGORIES: "<messages>",
    Purpose.KNOWLEDGE: "<question>",
    Purpose.ARTICLE: "<article>",
}


def test_every_prompt_has_its_use() -> None:
    assert set(prompts.load()) - {"redaction", "tools"} == {*Purpose, *(prompts.load().keys() & BY_NAME.keys())}


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_its_prompt(purpose: Purpose) -> None:
    prompt = prompts.load()[purpose]

    assert "data" in prompt
    assert TAGS.get(purpose, "chat") in prompt


@pytest.mark.parametrize("purpose", Purpose)
def test_nothing_in_a_prompt_varies(purpose: Purpose) -> None:
    assert prompts.load()[purpose] == prompts.load()[purpose]
    assert "{}" not in prompts.load()[purpose]


def test_the_prompt_alone_carries_the_mark() -> None:
    assert prompts.system("Be kind.", "  \n") == [
        {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
    ]


def test_the_channels_instructions_carry_the_mark() -> None:
    assert prompts.system("Be kind.", "Speak French.") == [
        {"type": "text", "text": "Be kind."},
        {"type": "text", "text": "Speak French.", "cache_control": {"type": "ephemeral"}},
    ]


def test_placeholders_are_explained_first() -> None:
    """Always where redaction is on, so that a thread's requests keep their beginning for the API's cache."""
    plain, hidden = (ChannelSettings(instructions="Speak French.", redact=redact) for redact in (False, True))
    assert prompts.instructions_of(plain) == "Speak French."
    assert prompts.instructions_of(hidden).startswith("Addresses, numbers and secrets are hidden from you here")
    assert prompts.instructions_of(hidden).endswith("\n\nSpeak French.")
