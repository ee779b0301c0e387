"""Feedback that is to be answered and resolved in time: settings, reminders, what people read of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.domain.message import Place
from bot.db.engine import Database
from bot.work import Delivery, Inbox
from tests.acceptance.conftest import on_shared_bot
from tests.acceptance.test_home import seen
from tests.acceptance.test_triage import arrived, card, data, judged, parley, post, results, support
from tests.support import clocked

if TYPE_CHECKING:
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


async def begin(dialogue: Dialogue, model: ScriptedModel, *typed: str) -> str:
    """Switch triage on with a team and some settings, and let a post be sorted; return its ts."""
    await parley(dialogue, "triage on")
    await parley(dialogue, "set together 0")
    engineering = dialogue.workspace.channel("engineering")
    await parley(dialogue, f"set teams Apps: <#{engineering}|engineering>")
    await parley(dialogue, "set routes Bug report -> Apps")
    for one in typed:
        assert "is set to" in await parley(dialogue, one)
    model.answer(lambda asked: [results(judged(data(asked, "messages")[0]["item"], summary="It crashes"))])
    ts = post(dialogue)
    await card(dialogue, ts, "Bug report")
    await dialogue.until_idle()
    return ts


async def wait(dialogue: Dialogue, passed: timedelta) -> None:
    """Let time pass until the next look is over."""
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        await clocked.pass_time(database, passed)
    finally:
        await database.close()
    await dialogue.until_rows(
        "SELECT kind, status FROM inbox", lambda jobs: all(status not in {0, 1} for _, status in jobs)
    )


def reminders(dialogue: Dialogue) -> list[str]:
    """Return what the team's channel was told of what is due."""
    messages = dialogue.workspace.workspace.messages(dialogue.workspace.channel("engineering"))
    return [one.shown for one in messages if "⏰" in one.shown]


@on_shared_bot
async def test_what_is_overdue_is_told_and_shown(dialogue: Dialogue, model: ScriptedModel) -> None:
    workspace = dialogue.workspace
    ts = await begin(dialogue, model, "set first_response High: 1h; 1d", "set resolve 3h")
    await wait(dialogue, timedelta(minutes=50))
    await wait(dialogue, timedelta(minutes=1))
    assert len(reminders(dialogue)) == 1
    assert f"A post in <#{support(dialogue)}> needs a first response by " in reminders(dialogue)[0]
    await workspace.press(await card(dialogue, ts, "Bug report"), "feedback_take.0", user=workspace.sam)
    await card(dialogue, ts, "Taken by")
    await dialogue.until_idle()
    told = await parley(dialogue, "trends 7d")
    assert "First response in time: 1 of 1 (100%)." in told
    assert "Resolved" not in told
    await wait(dialogue, timedelta(hours=5))
    assert reminders(dialogue)[1].startswith(f"<@{workspace.sam.id}> ⏰ A post in")
    assert "- ⏰ 3 hours overdue · **High, Bug report**: It crashes" in await parley(dialogue, "open")
    workspace.kick(support(dialogue), workspace.ada)
    assert "in time" not in await seen(dialogue, user=workspace.ada)
    home = await seen(dialogue, user=workspace.sam, until="overdue")
    assert "• *High* It crashes ⏰ 3 hours overdue " in home
    met = "First response in time: 1 of 1 (100%). Resolved within 3h: 0 of 1 (0%)."
    assert f"Feedback in time in the last 7 days\n• #support-feedback: {met}" in home
    assert "Resolved within 3h: 0 of 1 (0%)." in await parley(dialogue, "trends 7d")


@on_shared_bot
async def test_only_what_people_say_is_a_response(dialogue: Dialogue, model: ScriptedModel) -> None:
    ts = await begin(dialogue, model, "set first_response 1h")
    dialogue.workspace.say_as_app(support(dialogue), "We got your post.", thread_ts=ts)
    dialogue.workspace.say(support(dialogue), "It happens each time", thread_ts=ts)
    await arrived(dialogue)
    assert await dialogue.rows("SELECT responded_at FROM feedback") == [(None,)]
    dialogue.workspace.say(support(dialogue), "I'm looking into it", thread_ts=ts, user=dialogue.workspace.ada)
    await dialogue.until_rows("SELECT responded_at FROM feedback WHERE responded_at IS NOT NULL")
    await wait(dialogue, timedelta(hours=3))
    assert reminders(dialogue) == []


@on_shared_bot
async def test_a_digest_says_what_is_overdue(dialogue: Dialogue, model: ScriptedModel) -> None:
    await begin(dialogue, model, "set first_response 1h", "set digest daily")
    await wait(dialogue, timedelta(hours=3))
    database = Database.open(dialogue.environ["DATABASE_URL"])
    try:
        place = asdict(Place(dialogue.workspace.workspace.team_id, support(dialogue)))
        inbox = Inbox(database.writer, is_transient=lambda _: False)
        await inbox.accept(Delivery("digest:clocks", "digest:clocks", "triage digest", place))
    finally:
        await database.close()

    def digests() -> list[str]:
        messages = dialogue.workspace.workspace.messages(support(dialogue))
        return [one.shown for one in messages if "Feedback from the last day" in one.shown]

    await dialogue.workspace.until(digests)
    assert "**Overdue**: 1. The longest:\n- [It crashes](" in digests()[0]
    assert "First response within 1h: 0 of 1 (0%)." in digests()[0]


@on_shared_bot
async def test_settings_that_mean_nothing_are_refused(dialogue: Dialogue) -> None:
    refusals = {
        "set first_response soon": "I can't read the time “soon”. It takes times such as `2h`",
        "set first_response 2,5h": "I can't read the time “2,5h”. It takes times such as `2h`",
        "set first_response High:": "The time for “High” is missing. It takes times such as `2h`",
        "set first_response : 2h": "The severity of “2h” is missing. It takes times such as `2h`",
        "set resolve Grave: 2h": "There is no severity “Grave” here. I know these: Low, Medium, High and Critical.",
        "set business_hours always": "I can't read “always”. It takes hours such as `Mon-Fri 09:00-17:00`",
        "set business_hours Mon-Fri 09:00-17:00; Fri 16:00-18:00": "The hours of Fri overlap with the next.",
        "set holidays DE-BX": "I don't know the holidays of `DE-BX`. I know these: DE-BB, DE-BE, ",
        "set business_hours 09:00-17:00": "The days of 09:00-17:00 are missing.",
        "set business_hours 9 to 5": "9-5 can be `09:00-17:00`, or `09:00-05:00` through the night.",
        "set holidays germny": "Did you mean `DE`? It takes",
        "set holidays Bavaria": "I don't know the holidays of `Bavaria`. It takes",
        "set time_zone berlin": "I don't know the time zone `berlin`. Did you mean `Europe/Berlin`? It takes",
        "set time_zone Mars/Olympus": "I don't know the time zone `Mars/Olympus`. It takes",
        "set holidays 2026-02-30": "There is no day 2026-02-30.",
        "set escalate_to Nobody": "There is no team “Nobody” here; add the team first.",
    }
    for typed, refused in refusals.items():
        assert refused in await parley(dialogue, typed)
    assert "*DE-BY, 2026-12-24*" in await parley(dialogue, "set holidays de-by, 2026-12-24")
    assert "*Mon-Fri 09:00-17:00; Sat 10:00-14:00*" in await parley(dialogue, "set business_hours mo-fr 9-17, sa 10-14")


@on_shared_bot
async def test_the_form_has_the_clocks(dialogue: Dialogue) -> None:
    await dialogue.workspace.command(support(dialogue), "/parley", "triage settings")
    refused = await dialogue.workspace.submit({"first_response": "2x", "holidays": "XX"})
    assert refused.errors.keys() == {"first_response", "holidays"}
    entered = {"first_response": "Critical: 30 min; 2h", "resolve": "3d", "holidays": "US", "business_hours": ""}
    assert (await dialogue.workspace.submit(entered)).ok
    assert "`first_response`: *Critical: 30m; 2h*" in await parley(dialogue, "settings list")
