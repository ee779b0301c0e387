"""What can follow `/parley find`."""

from __future__ import annotations

import pytest

from bot.core.find.request import ME, FindRequest, parse
from bot.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("find the launch", FindRequest("the launch")),
        ("FIND find me", FindRequest("find me")),
        ("find budget since 7d", FindRequest("budget", since="since 7d")),
        ("find since Monday budget in #general", FindRequest("budget", since="since Monday", channel="general")),
        ("find budget #general", FindRequest("budget", channel="general")),
        ("find budget from <@U012ABC|anna> plan", FindRequest("budget plan", author="U012ABC")),
        ("find budget from @U012ABC", FindRequest("budget", author="U012ABC")),
        ("find budget from me", FindRequest("budget", author=ME)),
        ('find "since 7d in #general from me" x', FindRequest('"since 7d in #general from me" x')),
        ("find it broke since the update", FindRequest("it broke since the update")),
        ("find what came from marketing", FindRequest("what came from marketing")),
        ('find "unbalanced', FindRequest('"unbalanced')),
    ],
)
def test_words_and_limits_are_told_apart(typed: str, request_: FindRequest) -> None:
    assert parse(typed) == request_


@pytest.mark.parametrize("typed", ["find", "find 👍", "find since 7d", "find in #a from me", 'find ""'])
def test_nothing_to_look_for_is_explained(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(typed)
    assert "`/parley find <words>`" in caught.value.sentence


def test_an_unknown_person_is_said() -> None:
    with pytest.raises(UsageError) as caught:
        parse("find budget from @anna")
    assert "@anna" in caught.value.sentence
