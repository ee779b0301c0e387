from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client.people import People


async def test_people_go_by_more_than_one_name() -> None:
    people = People(AsyncWebClient())
    people.learn("U1", {"display_name": "ada", "real_name": "Adelaide  Marsh"})
    people.learn("U2", {"display_name": "", "real_name": "Sam Okoro"})
    assert await people.names(["U1", "U2"]) == {"U1": "ada", "U2": "Sam Okoro"}
    assert people.full_names(["U1", "U2", "U3"]) == ["Adelaide Marsh", "Sam Okoro"]
