"""Many workspaces: installed, served side by side, each by its own token, and forgotten when they leave."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.core.triage.webhook_secret import secrets_of
from bot.db.engine import Database
from bot.playground.slack.events import envelope
from bot.slack.manifest import OPTIONAL_SCOPES, SCOPES
from bot.work import Delivery, Inbox
from tests.acceptance.conftest import BOTH_DATABASES, RULES, Dialogue
from tests.acceptance.test_classify import INTO, all_as, command, shown
from tests.acceptance.test_trackers import send
from tests.acceptance.test_triage import card, judged, parley, post, results
from tests.acceptance.test_webhook import Receiver
from tests.support.two_workspaces import TwoWorkspaces, get, two_workspaces

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.scripted import ScriptedModel
    from tests.support.workspace import ScriptedWorkspace

RETRYING = replace(RULES, retry_delays=(0.0, 0.2, 0.2))
HALF_A_DAY = 43_200.0


@pytest.fixture
async def workspaces(model: ScriptedModel, environ: dict[str, str]) -> AsyncIterator[TwoWorkspaces]:
    async with model.serving() as told, two_workspaces(RETRYING, environ | told) as both:
        yield both


def dialogue(workspaces: TwoWorkspaces, workspace: ScriptedWorkspace) -> Dialogue:
    return Dialogue(workspace, workspaces.environ, workspaces.url)


async def ask(workspaces: TwoWorkspaces, workspace: ScriptedWorkspace, words: str, **where: str) -> str:
    """Mention the bot in a workspace's #general; return the message's ts."""
    return dialogue(workspaces, workspace).mention(words, **where)


async def rows(workspaces: TwoWorkspaces, sql: str) -> list[tuple[object, ...]]:
    async with aclosing(dialogue(workspaces, workspaces.first)) as first:
        return await first.rows(sql)


async def until_rows(workspaces: TwoWorkspaces, sql: str, count: int) -> None:
    async with aclosing(dialogue(workspaces, workspaces.first)) as first:
        await first.until_rows(sql, lambda rows: len(rows) == count)


@BOTH_DATABASES
async def test_two_workspaces_never_see_each_other(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        for one in workspaces.both:
            assert (await workspaces.install(one)).status == 200
        secrets = dict(zip(workspaces.both, ("apricot", "bramble"), strict=True))
        for word in secrets.values():
            model.answer(f"I remember {word}.", to=f"My secret is {word}")
        begun = [await ask(workspaces, one, f"My secret is {word}.") for one, word in secrets.items()]
        assert begun[0] == begun[1]  # the same channel, person, bot and message id
        for one, word in secrets.items():
            assert await dialogue(workspaces, one).answer(one.channel("general"), begun[0]) == f"I remember {word}."
        for one, word in secrets.items():
            model.answer(f"It is {word}.", to="What is it?")
            ts = await ask(workspaces, one, "What is it?", thread_ts=begun[0])
            assert ts
            assert await dialogue(workspaces, one).answer(one.channel("general"), begun[0], 2) == f"It is {word}."
            (other,) = set(secrets.values()) - {word}
            assert other not in str(model.requests[-1].body)
        for one, word in secrets.items():
            assert word not in str(
                [call.arguments for other in workspaces.both if other is not one for call in other.calls]
            )
    kept = await rows(workspaces, "SELECT DISTINCT workspace, channel, thread FROM threads ORDER BY workspace")
    assert len(kept) == 2
    assert kept[0][1:] == kept[1][1:]


@BOTH_DATABASES
async def test_files_and_commands_stay_apart(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        for one, word in zip(workspaces.both, ("apricot", "bramble"), strict=True):
            assert (await workspaces.install(one)).status == 200
            files = {"notes.txt": f"The word is {word}.".encode()}
            model.answer(f"Read {word}.", to="What does it say?")
            ts = one.say(one.channel("general"), f"<@{one.bot.id}> What does it say?", files=files)
            assert await dialogue(workspaces, one).answer(one.channel("general"), ts) == f"Read {word}."
            assert word in str(model.requests[-1].body)
            await one.command(one.channel("general"), "/parley", f"prompt Always say {word}.")
            await dialogue(workspaces, one).whisper()
        for one, word in zip(workspaces.both, ("apricot", "bramble"), strict=True):
            model.answer("Hello.", to="Who are you?")
            ts = await ask(workspaces, one, "Who are you?")
            await dialogue(workspaces, one).answer(one.channel("general"), ts)
            assert f"Always say {word}." in str(model.requests[-1].body)


@BOTH_DATABASES
async def test_corrections_stay_apart(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        for one, word in zip(workspaces.both, ("apricot", "bramble"), strict=True):
            assert (await workspaces.install(one)).status == 200
            there = dialogue(workspaces, one)
            model.answer(all_as("Billing", 1, 1), to=f"the {word} page crashes")
            listed = await command(there, f"the {word} page crashes\n{INTO}", "1. ")
            await one.press(listed, "classify_correct.0")
            assert (await one.submit({"row1": "0"})).ok
            await shown(there, there.general, listed.thread_ts, "1. Bug report - ")
        assert "apricot" in str(model.requests[0].body)
        assert "apricot" not in str(model.requests[1].body)


@BOTH_DATABASES
async def test_feedback_stays_apart(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        for item, (one, word) in enumerate(zip(workspaces.both, ("apricot", "bramble"), strict=True), 1):
            assert (await workspaces.install(one)).status == 200
            there = dialogue(workspaces, one)
            assert "I sort each post" in await parley(there, "triage on")
            model.answer(results(judged(item)), to=f"The {word} export crashes")
            await card(there, post(there, f"The {word} export crashes"), "Bug report")
        assert "apricot" not in str(model.requests[1].body)
        assert "apricot" not in str([call.arguments for call in workspaces.second.calls])
    kept = await rows(workspaces, "SELECT workspace, message FROM feedback ORDER BY workspace")
    assert len({workspace for workspace, _ in kept}) == 2


async def test_a_secret_reaches_only_its_workspace(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    workspaces.environ |= {"TRIAGE_WEBHOOK_SECRET": "the-operators", "TRIAGE_GITHUB_WEBHOOK_SECRET": "of-github"}
    sign = secrets_of("the-operators", each=True)
    first, second = (one.workspace.team_id for one in workspaces.both)
    async with workspaces.bot():
        await workspaces.install(workspaces.second)
        there = dialogue(workspaces, workspaces.second)
        await parley(there, "triage on")
        model.answer(results(judged(1)))
        await card(there, post(there), "Bug report")
        said = {"workspace": second, "id": 1, "status": "resolved", "updated_at": "2036-12-01T10:00:00Z"}
        for secret in (sign(first), "the-operators"):
            assert await send(there, said, secret) == (401, "invalid signature")
        assert await send(there, said | {"workspace": first}, sign(first)) == (202, "ignored: no such record")
        async with aiohttp.ClientSession() as session, session.post(f"{workspaces.url}/github/events") as response:
            assert response.status == 404
        assert await rows(workspaces, "SELECT status FROM feedback") == [("open",)]
        assert await send(there, said, sign(second)) == (202, "taken")
        await until_rows(workspaces, "SELECT * FROM feedback WHERE status = 'resolved'", 1)


async def test_feedback_never_goes_inside(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    receiver = Receiver()
    workspaces.environ["TRIAGE_WEBHOOK_SECRET"] = "a-secret"
    async with receiver.listening() as url, workspaces.bot():
        await workspaces.install(workspaces.first)
        there = dialogue(workspaces, workspaces.first)
        await parley(there, f"set webhook {url.replace('127.0.0.1', 'localhost')}")
        await parley(there, "triage on")
        model.answer(results(judged(1)))
        await card(there, post(there), "Bug report")
        failed = "SELECT cause FROM inbox WHERE kind = 'triage webhook' AND status = 3"
        await until_rows(workspaces, failed, 1)
        assert await rows(workspaces, failed) == [("WebhookError not a public address",)]
    assert receiver.got == []


async def test_only_named_workspaces_install_it(workspaces: TwoWorkspaces) -> None:
    workspaces.environ["SLACK_WORKSPACES"] = workspaces.first.workspace.team_id
    async with workspaces.bot():
        refused = await workspaces.install(workspaces.second)
        assert (refused.status, "does not serve that workspace" in refused.text) == (403, True)
        assert (await workspaces.install(workspaces.first)).status == 200
    assert await rows(workspaces, "SELECT workspace FROM installations") == [(workspaces.first.workspace.team_id,)]


async def test_tokens_are_sealed_and_told_apart(workspaces: TwoWorkspaces) -> None:
    async with workspaces.bot():
        for one in workspaces.both:
            assert (await workspaces.install(one)).status == 200
    kept = str(await rows(workspaces, "SELECT * FROM installations"))
    assert workspaces.second.workspace.team_id in kept
    for one in workspaces.both:
        assert one.workspace.bot_token not in kept
    assert await rows(workspaces, "SELECT * FROM install_states") == []


async def test_optional_scopes_can_be_declined(workspaces: TwoWorkspaces) -> None:
    for one in workspaces.both:
        one.change_rules(scopes=frozenset(SCOPES))
    async with workspaces.bot():
        (asked,) = parse_qs(urlsplit((await workspaces.begin()).location).query)["scope"]
        assert set(asked.split(",")) == {*SCOPES, *OPTIONAL_SCOPES}
        assert (await workspaces.install(workspaces.first)).status == 200
    ((granted,),) = await rows(workspaces, "SELECT scopes FROM installations")
    assert set(str(granted).split(",")) == set(SCOPES)


async def test_an_installation_works_over_sockets(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot("socket"):
        assert (await workspaces.install(workspaces.second)).status == 200
        model.answer("Hello.")
        ts = await ask(workspaces, workspaces.second, "hi")
        answered = await dialogue(workspaces, workspaces.second).answer(workspaces.second.channel("general"), ts)
        assert answered.startswith("Hello.")


async def test_where_it_is_not_installed_nothing_happens(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        assert (await workspaces.install(workspaces.first)).status == 200
        await ask(workspaces, workspaces.second, "hi")
        await workspaces.second.until(lambda: all(one.is_over for one in workspaces.second.deliveries.log))
        assert {ack.ok for one in workspaces.second.deliveries.log for ack in one.tries} == {True}
    assert await rows(workspaces, "SELECT * FROM inbox WHERE kind = 'message'") == []
    assert model.requests == []


@BOTH_DATABASES
async def test_any_replica_finishes_an_installation(workspaces: TwoWorkspaces) -> None:
    async with workspaces.bot(replicas=2):
        begun = await workspaces.begin(workspaces.urls[1])
        sent = await workspaces.consent(begun, workspaces.first)
        assert sent.location.startswith(workspaces.urls[0])
        page = await get(sent.location, sent.cookie)
        assert (page.status, "installed in Local workspace" in page.text) == (200, True)


async def test_work_for_nobody_is_dropped(workspaces: TwoWorkspaces, caplog: pytest.LogCaptureFixture) -> None:
    database = Database.open(workspaces.environ["DATABASE_URL"])
    left = {"workspace": "T0GONE", "person": "U1"}
    await Inbox(database.writer, is_transient=lambda _: False).accept(Delivery("home:1", "home:1", "home", left))
    await database.close()
    async with workspaces.bot():
        await until_rows(workspaces, "SELECT * FROM inbox WHERE kind = 'home' AND status = 2", 1)
    assert "dropped, as T0GONE does not have the bot any more: home (not_installed)" in caplog.messages
    assert workspaces.first.calls == []


async def test_a_state_is_good_once(workspaces: TwoWorkspaces) -> None:
    async with workspaces.bot():
        sent = await workspaces.consent(await workspaces.begin(), workspaces.first)
        assert (await get(sent.location, sent.cookie)).status == 200
        again = await get(sent.location, sent.cookie)
        assert (again.status, "start again" in again.text) == (401, True)
        other = await workspaces.consent(await workspaces.begin(), workspaces.first)
        stranger = await get(other.location)
        assert (stranger.status, "not started in this browser" in stranger.text) == (400, True)
        forged = await get(
            f"{workspaces.url}/slack/oauth_redirect?code=1&state=made.up", "slack-app-oauth-state=made.up"
        )
        assert forged.status == 401
        cancelled = await workspaces.install(workspaces.first, "cancel")
        assert "canceled" in cancelled.text
        workspaces.first.fail("oauth.v2.access", error="invalid_code")
        assert (await workspaces.install(workspaces.first)).status == 401


async def test_a_whole_organization_is_refused(workspaces: TwoWorkspaces) -> None:
    async with workspaces.bot():
        page = await workspaces.install(workspaces.first, organization="yes")
        assert (page.status, "not in a whole Enterprise organization" in page.text) == (400, True)
    assert await rows(workspaces, "SELECT * FROM installations") == []


@BOTH_DATABASES
async def test_removing_it_forgets_the_workspace(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        for one in workspaces.both:
            await workspaces.install(one)
            model.answer("Noted.", to="Remember apricot")
            ts = await ask(workspaces, one, "Remember apricot.")
            await dialogue(workspaces, one).answer(one.channel("general"), ts)
        later = workspaces.first.workspace.clock() + 60
        workspaces.first.workspace.clock = lambda: later
        told = workspaces.first.uninstall()
        await workspaces.first.until(lambda: all(one.is_over for one in told))
        await until_rows(workspaces, "SELECT * FROM inbox WHERE kind = 'departure' AND status = 2", 2)
        for table in ("threads", "installations", "settings", "feedback"):
            found = await rows(workspaces, f"SELECT DISTINCT workspace FROM {table}")  # noqa: S608 (names of ours)
            assert found in ([(workspaces.second.workspace.team_id,)], [])
        assert len(await rows(workspaces, "SELECT * FROM messages")) == 2
        assert len(await rows(workspaces, "SELECT * FROM calls")) == 2
        gone = f"workspace = '{workspaces.first.workspace.team_id}'"
        assert await rows(workspaces, f"SELECT person FROM calls WHERE {gone}") == [("",)]  # noqa: S608 (as above)
        # The other one is served on, and this one again once it installs the bot anew.
        for one in (workspaces.second, workspaces.first):
            if one is workspaces.first:
                await workspaces.install(one)
            model.answer("Here.", to="Still there?")
            ts = await ask(workspaces, one, "Still there?")
            assert (await dialogue(workspaces, one).answer(one.channel("general"), ts)).startswith("Here.")


async def test_a_late_departure_spares_the_new_installation(workspaces: TwoWorkspaces) -> None:
    async with workspaces.bot():
        await workspaces.install(workspaces.first)
        before = workspaces.first.workspace.clock() - 60
        late = envelope(workspaces.first.workspace, {"type": "app_uninstalled"}) | {"event_time": int(before)}
        workspaces.first.deliver(late)
        await until_rows(workspaces, "SELECT * FROM inbox WHERE kind = 'departure' AND status = 2", 1)
        assert len(await rows(workspaces, "SELECT * FROM installations")) == 1


async def test_a_departure_that_is_not_true_waits(workspaces: TwoWorkspaces) -> None:
    async with workspaces.bot():
        await workspaces.install(workspaces.first)
        later = int(workspaces.first.workspace.clock() + 60)
        workspaces.first.deliver(
            envelope(workspaces.first.workspace, {"type": "app_uninstalled"}) | {"event_time": later}
        )
        await until_rows(workspaces, "SELECT * FROM inbox WHERE kind = 'departure' AND attempts = 1", 1)
        people = envelope(workspaces.first.workspace, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})
        delivery = workspaces.first.deliver(people)
        await workspaces.first.until(lambda: delivery.is_over)
        assert len(await rows(workspaces, "SELECT * FROM inbox WHERE kind = 'departure'")) == 1
        assert len(await rows(workspaces, "SELECT * FROM installations")) == 1


@BOTH_DATABASES
async def test_an_expired_token_is_renewed_once(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    for one in workspaces.both:
        one.change_rules(token_lifetime=HALF_A_DAY)
    async with workspaces.bot(replicas=2):
        await workspaces.install(workspaces.first)
        workspaces.first.workspace.tokens.expire()
        asked = []
        for number in range(4):
            model.answer(f"Answer {number}.", to=f"Question {number}")
            asked.append(await ask(workspaces, workspaces.first, f"Question {number}"))
        for number, ts in enumerate(asked):
            answered = await dialogue(workspaces, workspaces.first).answer(workspaces.first.channel("general"), ts)
            assert answered.startswith(f"Answer {number}.")
        exchanged = [call for call in workspaces.first.calls if call.method == "oauth.v2.access"]
        assert len(exchanged) == 2  # the installation, and one renewal for both replicas


async def test_a_token_revoked_in_mid_turn_ends_it(
    workspaces: TwoWorkspaces, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()
    async with workspaces.bot():
        await workspaces.install(workspaces.first)
        model.answer("The beginning ", gate, "and the end.")
        await ask(workspaces, workspaces.first, "Tell me.")
        async with asyncio.timeout(30):
            await model.until_asked()
        workspaces.first.workspace.tokens.revoke("token_revoked")
        gate.set()
        await until_rows(workspaces, "SELECT * FROM inbox WHERE kind = 'message' AND status = 3", 1)
        assert await rows(workspaces, "SELECT attempts FROM inbox WHERE kind = 'message' AND status = 3") == [(1,)]
    team = workspaces.first.workspace.team_id
    told = [line.getMessage() for line in caplog.records if f"token of the workspace {team}" in line.getMessage()]
    assert len(told) == 1
    assert "token_revoked" in told[0]


async def test_a_lone_workspaces_revoked_token_is_said(dialogue: Dialogue) -> None:
    dialogue.workspace.workspace.tokens.revoke("account_inactive")
    async with aiohttp.ClientSession() as session, session.get(f"{dialogue.url}/readyz") as response:
        found = await response.json()
    assert (response.status, found["slack"]) == (503, "RevokedError account_inactive")


async def test_a_lone_workspace_that_leaves_is_forgotten(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer("Noted.")
    ts = dialogue.mention("Remember apricot.")
    await dialogue.answer(dialogue.general, ts)
    workspaces = TwoWorkspaces(dialogue.workspace, dialogue.workspace, dialogue.environ)
    await until_rows(workspaces, "SELECT * FROM threads", 1)
    dialogue.workspace.uninstall()
    await until_rows(workspaces, "SELECT * FROM threads", 0)
    assert len(await dialogue.rows("SELECT * FROM calls")) == 1


@BOTH_DATABASES
async def test_who_is_no_longer_named_is_not_served(
    workspaces: TwoWorkspaces, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    async with workspaces.bot():
        for one in workspaces.both:
            await workspaces.install(one)
            model.answer("Noted.", to="Remember apricot")
            await dialogue(workspaces, one).answer(
                one.channel("general"), await ask(workspaces, one, "Remember apricot.")
            )
    workspaces.environ["SLACK_WORKSPACES"] = workspaces.second.workspace.team_id
    async with workspaces.bot():
        for _ in range(2):
            await ask(workspaces, workspaces.first, "Still there?")
        await workspaces.first.until(lambda: all(one.is_over for one in workspaces.first.deliveries.log))
        model.answer("Here.", to="Still there?")
        ts = await ask(workspaces, workspaces.second, "Still there?")
        answered = await dialogue(workspaces, workspaces.second).answer(workspaces.second.channel("general"), ts)
        assert answered.startswith("Here.")
    team = workspaces.first.workspace.team_id
    assert len([one for one in caplog.records if f"{team} is not served" in one.getMessage()]) == 1
    assert len(await rows(workspaces, "SELECT * FROM threads")) == 3  # nothing of it went, and nothing came
    del workspaces.environ["SLACK_WORKSPACES"]
    async with workspaces.bot():
        model.answer("Apricot.", to="What was it?")
        ts = await ask(workspaces, workspaces.first, "What was it?")
        answered = await dialogue(workspaces, workspaces.first).answer(workspaces.first.channel("general"), ts)
        assert answered.startswith("Apricot.")


async def test_who_is_not_served_is_still_forgotten(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    async with workspaces.bot():
        await workspaces.install(workspaces.first)
        model.answer("Noted.")
        ts = await ask(workspaces, workspaces.first, "Remember apricot.")
        await dialogue(workspaces, workspaces.first).answer(workspaces.first.channel("general"), ts)
    workspaces.environ["SLACK_WORKSPACES"] = workspaces.second.workspace.team_id
    later = workspaces.first.workspace.clock() + 60
    workspaces.first.workspace.clock = lambda: later
    async with workspaces.bot():
        workspaces.first.uninstall()
        await until_rows(workspaces, "SELECT * FROM threads", 0)
        await until_rows(workspaces, "SELECT * FROM installations", 0)


async def test_each_workspace_has_its_own_webhook_secret(workspaces: TwoWorkspaces) -> None:
    workspaces.environ["TRIAGE_WEBHOOK_SECRET"] = "the-operators"
    told = []
    async with workspaces.bot():
        for one in workspaces.both:
            await workspaces.install(one)
            there = dialogue(workspaces, one)
            assert "Only workspace admins" in await parley(there, "triage secret", user=one.sam)
            told.append(await parley(there, "triage secret"))
    secrets = [found[1] for text in told if (found := re.search(r"`([0-9a-f]{64})`", text))]
    assert len(set(secrets)) == 2
    sign = secrets_of("the-operators", each=True)
    assert secrets == [sign(one.workspace.team_id) for one in workspaces.both]
    assert "the-operators" not in str(told)


@BOTH_DATABASES
async def test_summaries_and_code_stay_apart(workspaces: TwoWorkspaces, model: ScriptedModel) -> None:
    words = dict(zip(workspaces.both, ("apricot", "bramble"), strict=True))
    async with workspaces.bot():
        for one in workspaces.both:
            assert (await workspaces.install(one)).status == 200
        begun = [await summary_and_code(one, word, model) for one, word in words.items()]
        for (one, word), ts in zip(words.items(), begun, strict=True):
            await revised(one, word, ts, model)
            (other,) = {*words.values()} - {word}
            assert word in str(model.requests[-1].body)
            assert other not in str(model.requests[-1].body)
            assert other not in str([call.arguments for call in one.calls])
    kept = await rows(
        workspaces, "SELECT DISTINCT workspace, name FROM code_files JOIN threads ON thread_id = threads.id"
    )
    assert {name for _, name in kept} == {"apricot.py", "bramble.py"}
    assert len(kept) == 2


async def summary_and_code(one: ScriptedWorkspace, word: str, model: ScriptedModel) -> str:
    """Have #general summarized and a file written there; return the thread of the file."""
    general, direct = one.channel("general"), one.workspace.direct(one.me.id).id
    one.say(general, f"We ship the {word} on Friday.", user=one.ada)
    model.answer(summary_of(word), to=word)
    assert (await one.command(general, "/summarize", "24h")).acked
    await one.until(lambda: f"The {word} ships" in said(one, direct))
    assert model.requests[-1].text.count("We ship the") == 1
    model.answer(f"```python\n# {word}.py\nprint('{word}')\n```", to=f"print {word}")
    assert (await one.command(general, "/code", f"python print {word}")).acked
    await one.until(lambda: [file.name for file in one.files()] == [f"{word}.py"])
    return next(m.ts for m in one.workspace.messages(general) if m.user == one.bot.id and not m.thread_ts)


async def revised(one: ScriptedWorkspace, word: str, ts: str, model: ScriptedModel) -> None:
    """Have the file changed in its thread."""
    model.answer(f"```python\n# {word}.py\nprint('{word}!')\n```", to="with a bang")
    one.say(one.channel("general"), "with a bang", thread_ts=ts)
    await one.until(lambda: len(one.files()) == 2)


def summary_of(word: str) -> dict[str, object]:
    """Fill the form of a conversation's summary in."""
    point = {"text": f"The {word} ships on Friday.", "messages": ["m1"]}
    found = {name: list[object]() for name in ("open", "actions", "disagreements", "themes")}
    return {"gist": [point], "decided": [point], **found}


def said(workspace: ScriptedWorkspace, channel: str) -> str:
    return "\n".join(message.shown for message in workspace.workspace.messages(channel))
