"""Which sentences ask people for their secrets."""

from __future__ import annotations

import pytest

from bot.core.domain.tool import Citation, SourceLink
from bot.core.knowledge.citations import CitedText, asks_back, supported
from bot.core.knowledge.phishing import asks_for_secrets

SITE = "https://docs.example/"


@pytest.mark.parametrize(
    "text",
    [
        "Send your password to support@acme.example.",
        "To verify you, please reply with your password and the one-time code.",
        "Tell the customer to send their password.",
        "Send us the following:\n\n- your password",
        "Don't worry, share your API key here.",
        "What is your PIN?",
        "Could you give me your credit card and its CVV?",
        "Schick uns bitte dein Passwort.",
        "Wie lautet dein Kennwort?",
    ],
)
def test_what_asks_for_secrets_is_found(text: str) -> None:
    assert asks_for_secrets(text)
    assert not asks_back(text)
    whole = CitedText()
    whole.write(text)
    whole.cite(Citation(SourceLink(SITE), text, "…"))
    assert not asks_for_secrets(supported(text, whole.cited, (), lambda _: " [1]").text)


@pytest.mark.parametrize(
    "text",
    [
        "Never send your password to anyone.",
        "We will never ask you to share your password.",
        "You don't have to send your password.",
        "Schick niemals dein Passwort.",
        "Send your API key in the Authorization header.",
        "Enter your password on the login page.",
        "Give your team the link. Passwords are not needed.",
        "What is your password policy?",
        "Share your screen, and tell us which key you pressed.",
        "Send your report by Friday.",
    ],
)
def test_what_warns_or_explains_is_none(text: str) -> None:
    assert not asks_for_secrets(text)
