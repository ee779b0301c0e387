"""Cases from the field: what Slack tells of messages, in which order, and whom people speak to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.playground.slack.events import envelope
from bot.playground.slack.objects import message_json
from tests.acceptance.conftest import BOTH_DATABASES
from tests.acceptance.test_classify import entry
from tests.acceptance.test_files import PNG
from tests.acceptance.test_whom import choose, nothing_more

if TYPE_CHECKING:
    from bot.playground.slack.delivery import EventDelivery
    from bot.playground.slack.records import User
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import ScriptedModel


class Wire:
    """Tells the bot of messages event by event, as Slack may: in any order, and each as it likes."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self.workspace = dialogue.workspace

    def post(
        self, text: str, *, user: User | None = None, thread_ts: str = "", files: dict[str, bytes] | None = None
    ) -> str:
        """Keep a message in #general, without a word to the bot; return its ts."""
        author = user or self.workspace.me
        (ts,) = self.workspace.fill(self.dialogue.general, [text], users=[author], thread_ts=thread_ts)
        message = self.workspace.workspace.message(self.dialogue.general, ts)
        for name, content in (files or {}).items():
            file = self.workspace.workspace.add_file(name, author.id, content)
            file.shares.append((message.channel, ts))
            message.files.append(file)
        return ts

    def event(self, kind: str, ts: str, **changed: Any) -> dict[str, Any]:
        """Write an event of a message as it stands; fields that are None are left away."""
        message = self.workspace.workspace.message(self.dialogue.general, ts)
        told = message_json(self.workspace.workspace, message)
        told |= {"type": kind, "channel": message.channel, "channel_type": "channel", "event_ts": ts} | changed
        return {name: value for name, value in told.items() if value is not None}

    async def tell(self, event: dict[str, Any]) -> EventDelivery:
        """Deliver an event; wait until the bot has taken it in."""
        given = self.workspace.deliver(envelope(self.workspace.workspace, event))
        await self.dialogue.until_over(given)
        assert not given.tries[-1].reason
        return given

    def changed(self, before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """Write the event of a message that became another."""
        inner = ("channel", "channel_type", "event_ts")
        clean = [{name: value for name, value in one.items() if name not in inner} for one in (now, before)]
        moment = self.workspace.workspace.next_ts()
        about = {"type": "message", "subtype": "message_changed", "channel": self.dialogue.general, "hidden": True}
        return about | {"message": clean[0], "previous_message": clean[1], "ts": moment, "event_ts": moment}


@pytest.fixture
def wire(dialogue: Dialogue) -> Wire:
    return Wire(dialogue)


def asked(model: ScriptedModel, number: int = -1) -> str:
    """Return what the model was asked last, with the kinds of what came along."""
    return str(model.requests[number].body["messages"])


def has_picture(model: ScriptedModel, number: int = -1) -> bool:
    return "'type': 'image'" in asked(model, number)


@BOTH_DATABASES
@pytest.mark.parametrize("kinds", [("app_mention", "message"), ("message", "app_mention")])
async def test_a_second_event_completes_the_first(wire: Wire, model: ScriptedModel, kinds: tuple[str, str]) -> None:
    """https://github.com/PrefectHQ/marvin/pull/1368: the two events of one mention differ, and one has no files."""
    dialogue, mention = wire.dialogue, f"<@{wire.workspace.bot.id}>"
    ts = wire.post(f"{mention} what is in this picture?", files={"chart.png": PNG})
    first, second = kinds
    model.answer("I see no picture.")
    model.answer("A chart.")
    await wire.tell(wire.event(first, ts, files=None))
    assert await dialogue.answer(dialogue.general, ts) == "I see no picture."
    await wire.tell(wire.event(second, ts, subtype="file_share" if second == "message" else None))
    await dialogue.workspace.until(
        lambda: [one.shown for one in dialogue.answers(dialogue.general, ts)] == ["A chart."]
    )
    assert not has_picture(model, 0)
    assert has_picture(model, 1)
    # A retry, on whichever replica, brings nothing new; the history has the picture.
    for kind in kinds:
        await wire.tell(wire.event(kind, ts))
    await dialogue.until_idle()
    model.answer("Blue.")
    dialogue.workspace.say(dialogue.general, "which color?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    assert len(model.requests) == 3
    assert has_picture(model)
    assert "A chart." in asked(model)
    assert "I see no picture." not in asked(model)


async def test_what_waits_is_completed_in_time(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker, as above: the turn waits behind another one of its thread."""
    dialogue, mention = wire.dialogue, f"<@{wire.workspace.bot.id}>"
    root = wire.post(f"{mention} begin")
    gate = asyncio.Event()
    model.answer(gate, "Begun.")
    await wire.tell(wire.event("app_mention", root))
    await model.until_asked()
    ts = wire.post(f"{mention} what is in this picture?", thread_ts=root, files={"chart.png": PNG})
    await wire.tell(wire.event("app_mention", ts, files=None))
    await wire.tell(wire.event("message", ts, subtype="file_share"))
    model.answer("A chart.")
    gate.set()
    assert await dialogue.answer(dialogue.general, root, 2) == "A chart."
    assert has_picture(model)
    await dialogue.until_idle()
    assert len(model.requests) == 2


@pytest.mark.parametrize("order", ["changed, mention", "mention, changed", "changed", "mention"])
@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_mention_edited_in_is_answered(
    wire: Wire, model: ScriptedModel, order: str, *, in_thread: bool
) -> None:
    """https://github.com/dpb587/slack-delegate-bot/issues/6: somebody forgets the mention, and edits it in."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    root = wire.post("The build is red.", user=wire.workspace.sam) if in_thread else ""
    ts = wire.post("can you say why?", thread_ts=root)
    before = wire.event("message", ts)
    await wire.tell(before)
    await dialogue.until_idle()
    model.answer("A flaky test.")
    for text in (f"<@{bot.id}> can you say why?", f"<@{bot.id}> can you say why, please?"):
        message = wire.workspace.workspace.message(dialogue.general, ts)
        message.text, message.blocks, message.edited_ts = text, [], wire.workspace.workspace.next_ts()
        now = wire.event("app_mention", ts)
        for kind in order.split(", "):
            await wire.tell(now if kind == "mention" else wire.changed(before, now | {"type": "message"}))
        assert (await dialogue.answer(dialogue.general, root or ts)).startswith("A flaky test.")
        await dialogue.until_idle()
        before = now | {"type": "message"}
    assert len(model.requests) == 1
    assert "can you say why" in asked(model)
    assert len(dialogue.answers(dialogue.general, root or ts)) == 1
    # Its new words are known, without that anybody offers to answer what was answered so.
    model.answer("Yes.")
    dialogue.workspace.say(dialogue.general, f"<@{bot.id}> sure?", thread_ts=root or ts)
    await dialogue.answer(dialogue.general, root or ts, 2)
    assert asked(model).count("can you say why") == 1


async def test_a_mention_taken_back_is_not_answered(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: the mention was edited out again, before its turn came."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    root = wire.post(f"<@{bot.id}> begin")
    gate = asyncio.Event()
    model.answer(gate, "Begun.", to="begin")
    other = wire.post("Not for you.", user=wire.workspace.sam)
    await wire.tell(wire.event("app_mention", root))
    await model.until_asked()
    ts = wire.post(f"<@{bot.id}> never mind", thread_ts=root)
    before = wire.event("message", ts)
    await wire.tell(before)
    message = wire.workspace.workspace.message(dialogue.general, ts)
    message.text, message.blocks = f"<@{wire.workspace.sam.id}> never mind", []
    message.edited_ts = wire.workspace.workspace.next_ts()
    await wire.tell(wire.changed(before, wire.event("message", ts)))
    gate.set()
    await dialogue.answer(dialogue.general, root)
    await dialogue.until_idle()
    assert len(model.requests) == 1
    assert dialogue.answers(dialogue.general, other) == []


async def test_what_comes_while_it_is_answered_counts(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: a file is ready only after its message, which changes then without an edit."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    ts = wire.post(f"<@{bot.id}> what is this?", files={"chart.png": PNG})
    before = wire.event("message", ts, files=None)
    gate = asyncio.Event()
    model.answer(gate, "Nothing.")
    model.answer("A chart.")
    await wire.tell(wire.event("app_mention", ts, files=None))
    await model.until_asked()
    change = wire.changed(before, wire.event("message", ts))
    await wire.tell(change)
    await wire.tell(change)  # and again, as a retry
    gate.set()
    await dialogue.workspace.until(
        lambda: [one.shown for one in dialogue.answers(dialogue.general, ts)] == ["A chart."]
    )
    await dialogue.until_idle()
    assert (len(model.requests), has_picture(model)) == (2, True)
    assert dialogue.workspace.ephemerals() == []


async def test_a_shared_message_is_answered_anew(wire: Wire, model: ScriptedModel) -> None:
    """A page's preview comes behind its message, as nobody's words; what a link of Slack's shares is asked about."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    ts = wire.post(f"<@{bot.id}> what of https://x.example/1 ?")
    model.answer("I can't open it.")
    await wire.tell(wire.event("app_mention", ts))
    await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()
    before = wire.event("message", ts)
    preview = {"from_url": "https://x.example/1", "title": "Outage of Monday", "text": "The disk was full.", "id": 1}
    await wire.tell(wire.changed(before, before | {"attachments": [preview]}))
    await dialogue.until_idle()
    assert len(model.requests) == 1
    model.answer("The disk was full, says Kim.")
    shared = preview | {"from_url": "https://local.example/archives/C1/p1", "is_msg_unfurl": True, "author_name": "Kim"}
    shared |= {"text": "db-1 has no space left", "title": ""}
    with_preview = before | {"attachments": [preview]}
    await wire.tell(wire.changed(with_preview, with_preview | {"attachments": [preview, shared]}))
    await dialogue.workspace.until(lambda: "Kim" in dialogue.answers(dialogue.general, ts)[0].shown)
    assert "Outage of Monday" not in asked(model)
    assert "db-1 has no space left" in asked(model)


BLOCKS: dict[str, list[dict[str, Any]]] = {
    "section": [{"type": "section", "text": {"type": "mrkdwn", "text": "{bot} why? Disk is full."}}],
    "fields": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "{bot} why? Disk is full."}]}],
    "markdown": [{"type": "markdown", "text": "**Alert** {bot} why? Disk is full."}],
    "context": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "{bot} why? Disk is full."}]}],
    "list": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "user", "user_id": "{id}"},
                                {"type": "text", "text": " why? Disk is full."},
                            ],
                        }
                    ],
                }
            ],
        }
    ],
}


def filled(thing: Any, bot: User) -> Any:
    if isinstance(thing, dict):
        return {name: filled(value, bot) for name, value in thing.items()}
    if isinstance(thing, list):
        return [filled(one, bot) for one in thing]
    return thing.replace("{bot}", bot.mention).replace("{id}", bot.id) if isinstance(thing, str) else thing


async def test_mentions_in_blocks_only_are_answered(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: an app's message mentions the bot in its blocks, which raises no app_mention."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    await choose(dialogue, dialogue.general, answers_bots=True)
    root = wire.post("Incident channel is open.", user=wire.workspace.sam)
    for count, (name, blocks) in enumerate(BLOCKS.items(), start=1):
        for thread in ("", root):
            model.answer(f"Log files, {name}.")
            ts = wire.workspace.say_as_app(
                dialogue.general, "New incident", thread_ts=thread, blocks=filled(blocks, bot)
            )
            # A person says something in between: bots are not answered forever.
            number = count if thread else 1
            assert (await dialogue.answer(dialogue.general, thread or ts, number)).startswith(f"Log files, {name}.")
            assert "Disk is full." in asked(model)
        wire.workspace.say(dialogue.general, "I'm looking into it.", thread_ts=root)
        await dialogue.until_idle()


async def test_workflows_and_quotes_are_told_apart(wire: Wire, model: ScriptedModel) -> None:
    """A workflow's step mentions the bot as somebody; a message that is forwarded, or linked to, does not."""
    dialogue, workspace, bot = wire.dialogue, wire.workspace, wire.workspace.bot
    said = f"<@{bot.id}> draft the weekly report"
    workspace.say_as_workflow(dialogue.general, said)
    await nothing_more(dialogue, model)
    await choose(dialogue, dialogue.general, answers_bots=True)
    told: tuple[tuple[str, list[dict[str, Any]]], ...] = ((said, []), ("Report", [{"pretext": said}]))
    for text, attachments in told:
        model.answer("Drafted.")
        ts = workspace.say_as_workflow(dialogue.general, text, attachments=attachments)
        assert await dialogue.answer(dialogue.general, ts) == "Drafted."
    for quoting in ({"is_share": True}, {"from_url": "https://x.example"}, {"is_msg_unfurl": True}):
        workspace.say_as_workflow(dialogue.general, "See", attachments=[{"text": said, **quoting}])
    await nothing_more(dialogue, model)


async def test_a_group_spoken_to_is_left_alone(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: `@group ...` opens a message in the bot's own thread."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    model.answer("Hello.")
    root = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, root)
    rich = [{"type": "usergroup", "usergroup_id": "S01SUPPORT0"}, {"type": "text", "text": " can you roll it back?"}]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich}]}]
    for text in ("<!subteam^S01SUPPORT0|@support> can you roll it back?", "<!subteam^S01SUPPORT0>: roll it back", ""):
        ts = wire.post(text, thread_ts=root)
        await wire.tell(wire.event("message", ts, blocks=blocks if not text else None))
    await nothing_more(dialogue, model)
    model.answer("Rolled back.")
    dialogue.workspace.say(dialogue.general, f"<!subteam^S01SUPPORT0> and <@{bot.id}>: which is it?", thread_ts=root)
    assert await dialogue.answer(dialogue.general, root, 2) == "Rolled back."


async def test_plain_names_are_heeded(wire: Wire, model: ScriptedModel) -> None:
    """People type names without choosing them from the list: to somebody in the thread, or to the bot."""
    dialogue, workspace = wire.dialogue, wire.workspace
    model.answer("Hello.")
    root = dialogue.mention("hi")
    await dialogue.answer(dialogue.general, root)
    model.answer("Noted.")
    workspace.say(dialogue.general, "I have the numbers.", user=workspace.ada, thread_ts=root)
    await dialogue.answer(dialogue.general, root, 2)
    for words in ("Ada, can you send them?", "@Ada can you send them?", "hey ada can you", "Thanks Ada!", "ada: them?"):
        workspace.say(dialogue.general, words, thread_ts=root)
    # variants of the others
    for words in ("Guten Morgen Ada, hast du sie?", "Moin Ada, look", "Ada please look", "Hi @support can you look?"):
        workspace.say(dialogue.general, words, thread_ts=root)
    for mention in (f"hey <@{workspace.ada.id}> can you send them?", f"Thanks <@{workspace.ada.id}>!"):
        workspace.say(dialogue.general, mention, thread_ts=root)
    await nothing_more(dialogue, model)
    told = ("Ada, thanks. Parley, sum it up", "Adam, is that a name?", "Sam, he is not in here, is he?", "Ada is away.")
    for number, words in enumerate(told, start=3):
        model.answer(f"Yes, {number}.")
        workspace.say(dialogue.general, words, thread_ts=root)
        assert await dialogue.answer(dialogue.general, root, number) == f"Yes, {number}."
    model.answer("Mine.")
    workspace.say(dialogue.general, "Ada, as I said, is away", user=workspace.ada, thread_ts=root)
    assert await dialogue.answer(dialogue.general, root, len(told) + 3) == "Mine."


async def test_its_own_name_calls_the_bot(wire: Wire, model: ScriptedModel) -> None:
    """In a thread that others began, and where it takes part, the bot's name at the start is as good as a mention."""
    dialogue, workspace = wire.dialogue, wire.workspace
    root = wire.post("The build is red.", user=workspace.sam)
    workspace.say(dialogue.general, "Parley, why?", thread_ts=root)
    await nothing_more(dialogue, model)
    model.answer("A flaky test.")
    dialogue.mention("why?", thread_ts=root)
    await dialogue.answer(dialogue.general, root)
    for words in ("I asked Parley, it says so", "Parley is right", "> Parley, why?\nindeed"):
        workspace.say(dialogue.general, words, user=workspace.sam, thread_ts=root)
    await nothing_more(dialogue, model)
    for number, words in enumerate(
        ("Parley, what about Windows?", "@parley again", "hey Parley are you sure"), start=2
    ):
        model.answer(f"Yes, {number}.")
        workspace.say(dialogue.general, words, user=workspace.sam, thread_ts=root)
        assert await dialogue.answer(dialogue.general, root, number) == f"Yes, {number}."


async def test_rich_text_reaches_the_model_named(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: what is struck out was read as if it held, and groups and channels vanished."""
    dialogue, workspace = wire.dialogue, wire.workspace
    pieces = [
        {"type": "user", "user_id": workspace.bot.id},
        {"type": "text", "text": " plan: "},
        {"type": "text", "text": "deploy on Friday", "style": {"strike": True}},
        {"type": "text", "text": " deploy on Monday, says "},
        {"type": "user", "user_id": workspace.ada.id},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": workspace.channel("engineering")},
        {"type": "text", "text": ", not "},
        {"type": "channel", "channel_id": workspace.channel("leads")},
        {"type": "text", "text": "; tell "},
        {"type": "usergroup", "usergroup_id": "S01SUPPORT0"},
        {"type": "text", "text": "."},
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": pieces}]}]
    ts = wire.post(f"<@{workspace.bot.id}> plan")
    model.answer("Monday.")
    await wire.tell(wire.event("app_mention", ts, blocks=blocks))
    await dialogue.answer(dialogue.general, ts)
    plan = f"plan: ~~deploy on Friday~~ deploy on Monday, says <@{workspace.ada.id}> in #engineering"
    assert f"{plan}, not #{workspace.channel('leads')}; tell @support." in asked(model)
    assert f'@{workspace.ada.id}>": "Ada Marsh"' in asked(model)
    # The history keeps the names; nobody is asked for them again.
    workspace.fail("usergroups.list", error="fatal_error", times=9)
    model.answer("Yes.")
    workspace.say(dialogue.general, "sure?", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    assert "tell @support." in asked(model)


async def test_names_that_fail_lose_nothing(wire: Wire, model: ScriptedModel) -> None:
    """A look-up that is refused, or lacks its scope, leaves the message as it is."""
    dialogue, workspace = wire.dialogue, wire.workspace
    workspace.fail("conversations.info", error="internal_error", times=99)
    workspace.change_rules(scopes=workspace.workspace.rules.scopes - {"usergroups:read"})
    engineering = workspace.channel("engineering")
    ts = wire.post(f"<@{workspace.bot.id}> ask <!subteam^S01SUPPORT0> in <#{engineering}|> or <@U01NOBODY00>")
    model.answer("Asked.")
    await wire.tell(wire.event("app_mention", ts, blocks=None))
    assert await dialogue.answer(dialogue.general, ts) == "Asked."
    assert f"ask @group in #{engineering} or <@U01NOBODY00>" in asked(model)


async def test_reactions_are_read_as_votes(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: a summary of a vote did not know how people had voted."""
    dialogue, workspace = wire.dialogue, wire.workspace
    root = wire.post("Vote: :one: ship on Friday, :two: ship on Monday", user=workspace.sam)
    for user, name in ((workspace.ada, "two"), (workspace.me, "two"), (workspace.sam, "one"), (workspace.bot, "eyes")):
        workspace.react(dialogue.general, root, name, user=user)
    model.answer("Monday.")
    dialogue.mention("when do we ship?", thread_ts=root)
    await dialogue.answer(dialogue.general, root)
    assert "ship on Monday\\n[reactions: :two: 2, :one: 1]" in asked(model)
    assert "eyes" not in asked(model)


async def test_links_of_buttons_reach_the_model(wire: Wire, model: ScriptedModel) -> None:
    """A report in a public tracker: an alert's buttons and footers were lost, and with them its addresses."""
    dialogue, workspace = wire.dialogue, wire.workspace

    def button(label: str, url: str) -> dict[str, Any]:
        return {"type": "button", "text": {"type": "plain_text", "text": label}, "url": url, "action_id": label}

    dashboard = button("Dashboard", "https://grafana.example.com/d/checkout")
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Checkout latency is high*"}}
    actions = {"type": "actions", "elements": [button("Runbook", "https://wiki.example.com/runbooks/checkout")]}
    root = workspace.say_as_app(dialogue.general, "", blocks=[section | {"accessory": dashboard}, actions])
    model.answer("See the runbook.")
    dialogue.mention("what do I do?", thread_ts=root)
    await dialogue.answer(dialogue.general, root)
    for words in (
        "Checkout latency is high",
        "Dashboard (https://grafana.example.com/d/checkout)",
        "Runbook (https://wiki",
    ):
        assert words in asked(model)


async def test_a_change_of_its_own_is_no_question(wire: Wire, model: ScriptedModel) -> None:
    """https://github.com/nearform/slack-knowledgebase-chatgpt-responder/issues/983: the link in an answer unfolds."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    model.answer("See https://x.example.")
    ts = dialogue.workspace.say(dialogue.direct, "where?")
    await dialogue.answer(dialogue.direct, ts)
    own = dialogue.answers(dialogue.direct, ts)[0]
    said = {"type": "message", "bot_id": bot.bot_id, "text": f"<@{bot.id}> see", "ts": own.ts, "thread_ts": ts}
    now = said | {"attachments": [{"from_url": "https://x.example", "is_msg_unfurl": True, "text": "What is this?"}]}
    about = {"channel": dialogue.direct, "channel_type": "im"}
    for before in (said, said | {"text": "see"}):
        await wire.tell(wire.changed(before, now) | about)
    await nothing_more(dialogue, model)
    jobs = await dialogue.rows("SELECT kind FROM inbox WHERE kind IN ('change', 'completion')")
    assert jobs == []


async def test_two_events_of_one_file_agree(wire: Wire, model: ScriptedModel) -> None:
    """https://github.com/ColeMurray/background-agents/pull/1693: the first event tells a part of the file only."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    root = wire.post(f"<@{bot.id}> begin")
    gate = asyncio.Event()
    model.answer(gate, "Begun.", to="begin")
    await wire.tell(wire.event("app_mention", root))
    await model.until_asked()
    ts = wire.post(f"<@{bot.id}> what is this?", thread_ts=root, files={"chart.png": PNG})
    whole = wire.event("message", ts, subtype="file_share")
    await wire.tell(wire.event("app_mention", ts, files=[{"id": whole["files"][0]["id"]}]))
    await wire.tell(whole)
    model.answer("A chart.")
    gate.set()
    assert await dialogue.answer(dialogue.general, root, 2) == "A chart."
    assert has_picture(model)


async def test_a_late_file_ends_what_was_refused(wire: Wire, model: ScriptedModel) -> None:
    """A variant of the first: a command that had nothing to work on gets its file."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    ts = wire.post(f"<@{bot.id}> classify", files={"posts.csv": b"text\nIt crashes.\nLovely.\n"})
    await wire.tell(wire.event("app_mention", ts, files=None))
    assert (await dialogue.whisper()).startswith("Type `/classify` and what to sort")
    await dialogue.until_idle()
    model.answer(
        {"categories": [{"name": "Bug", "definition": "It fails."}, {"name": "Praise", "definition": "Thanks."}]}
    )
    await wire.tell(wire.event("message", ts, subtype="file_share"))
    await dialogue.workspace.until(
        lambda: "crashes" in str(model.requests[-1].body["messages"]) if model.requests else 0
    )


async def test_a_late_file_is_classified(wire: Wire, model: ScriptedModel) -> None:
    """A variant of the first: what the file was to be read for is done once it is there."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    ts = wire.post(f"<@{bot.id}> classify into: Bug, Praise", files={"posts.csv": b"text\nIt crashes.\nLovely.\n"})
    model.answer("Which file?")
    await wire.tell(wire.event("app_mention", ts, files=None))
    await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()
    model.answer({"results": [entry(1, "Bug"), entry(2, "Praise")]})
    await wire.tell(wire.event("message", ts, subtype="file_share"))
    await dialogue.workspace.until(lambda: "crashes" in str(model.requests[-1].body["messages"]))
    await dialogue.until_idle()
    assert len(model.requests) == 2


async def test_a_stopped_answer_stays_stopped(wire: Wire, model: ScriptedModel) -> None:
    """A variant of the first: what comes after somebody stopped the answer is kept, and answered when they ask."""
    dialogue, bot = wire.dialogue, wire.workspace.bot
    ts = wire.post(f"<@{bot.id}> what is in this picture?", files={"chart.png": PNG})
    model.answer("I see", asyncio.Event(), " nothing.")
    await wire.tell(wire.event("app_mention", ts, files=None))
    await model.until_asked()
    dialogue.workspace.say(dialogue.general, "stop", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts)
    await dialogue.until_idle()
    await wire.tell(wire.event("message", ts, subtype="file_share"))
    await dialogue.until_idle()
    assert len(model.requests) == 1
    model.answer("A chart.")
    dialogue.workspace.say(dialogue.general, "go on, please", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    assert has_picture(model)


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
async def test_replicas_complete_each_others_messages(stage: Dialogue, model: ScriptedModel) -> None:
    """A variant of the first: the second event, and each retry, reaches another replica."""
    async with stage.bot():
        first = stage.url
        async with stage.bot():
            stage.workspace.deliver_to(*(f"{url}/slack/events" for url in (first, stage.url)))
            wire = Wire(stage)
            ts = wire.post(f"<@{stage.workspace.bot.id}> what is in this picture?", files={"chart.png": PNG})
            model.answer("I see no picture.")
            model.answer("A chart.")
            await wire.tell(wire.event("app_mention", ts, files=None))
            await stage.answer(stage.general, ts)
            for _ in range(4):  # to the one, and to the other
                await wire.tell(wire.event("message", ts, subtype="file_share"))
            await stage.until_idle()
            assert [one.shown for one in stage.answers(stage.general, ts)] == ["A chart."]
            assert (len(model.requests), has_picture(model)) == (2, True)
