"""What people see when something goes wrong, through the real wire: one honest answer, nothing stuck, nothing told."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from bot import log
from bot.core.domain.message import Message as Said
from bot.core.domain.message import Place, Role
from bot.core.domain.thread import Record
from bot.db import threads
from bot.db.engine import Database
from bot.playground.anthropic.reply import MessageStop, Ping, ThinkingDelta
from bot.playground.anthropic.reply import StreamFault as ModelFault
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack import streams
from bot.playground.slack.events import envelope
from bot.playground.slack.rules import Rules
from bot.slack.client.read_limits import CLIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.slack.records import MessageRecord
    from tests.acceptance.conftest import Dialogue
    from tests.support.scripted import Part, ScriptedModel

QUESTION = "What does the mauve pelican eat?"
ANSWER = "The mauve pelican eats herring."
SORTED = {"results": [{"n": 1, "c": "Praise", "p": 90, "q": "sings"}]}
WORDS = ("mauve", "pelican", "herring")  # of people and of the model: never in the logs


class Logs:
    """What an operator reads."""

    def __init__(self, written: io.StringIO) -> None:
        self._written = written

    @property
    def text(self) -> str:
        return self._written.getvalue()

    def of(self, reference: str) -> list[str]:
        """Return the messages that carry a reference."""
        lines: list[dict[str, Any]] = [json.loads(line) for line in self.text.splitlines()]
        return [line["message"] for line in lines if line.get("reference") == reference]


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch, stage: Dialogue) -> Iterator[Logs]:
    """Log as in earnest, at DEBUG; whatever else a test is about, no words and no secrets may be there."""
    levels = {name: logging.getLogger(name).level for name in (*log.TALKATIVE, None)}
    hooks = get_on_retry_hooks()
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(logging.root, "handlers", [])
    log.configure("DEBUG", "json")
    yield Logs(written)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    set_on_retry_hooks(hooks)
    slack = stage.workspace.workspace
    for secret in (*WORDS, slack.bot_token, slack.signing_secret, stage.environ["ANTHROPIC_API_KEY"]):
        assert secret not in written.getvalue().lower()


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Try again at once where a retry would wait."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def hopeless(stage: Dialogue) -> None:
    """Give a turn up where it would be tried again for minutes."""
    stage.environ["TURN_ATTEMPTS"] = "1"


def from_bot(stage: Dialogue, channel: str, ts: str) -> list[MessageRecord]:
    return [m for m in stage.workspace.thread(channel, ts) if m.user == stage.workspace.bot.id]


def assert_nothing_is_stuck(stage: Dialogue) -> None:
    """Hold what must be so however a turn ended: no status shown, no stream open."""
    workspace = stage.workspace.workspace
    assert {session.status for session in workspace.sessions.values()} <= {""}
    assert not any(m.streaming for channel in workspace.channels for m in workspace.messages(channel))


async def asked(stage: Dialogue, words: str = QUESTION) -> str:
    """Ask the bot, let it end what it does, and return its one answer."""
    async with stage.bot():
        ts = stage.mention(words)
        await stage.answer(stage.general, ts)
    (message,) = from_bot(stage, stage.general, ts)
    assert_nothing_is_stuck(stage)
    return message.shown


def reference_in(text: str) -> str:
    match = re.search(r"\(Reference: `([\w-]+)`\)", text)
    assert match, text
    return match[1]


# The model


@pytest.mark.usefixtures("hopeless")
@pytest.mark.parametrize(
    ("status", "tries", "sentence"),
    [
        (529, 3, "unavailable right now"),
        (500, 3, "unavailable right now"),
        (429, 3, "Claude is busy. Please try again in a minute."),
        (401, 1, "not configured correctly"),
        (403, 1, "not configured correctly"),
        (404, 1, "not configured correctly"),
        (402, 1, "not configured correctly"),
        (400, 1, "couldn't process that request"),
        (413, 1, "too large for Claude"),
    ],
)
async def test_a_failing_model_is_owned_up(
    stage: Dialogue, model: ScriptedModel, logs: Logs, status: int, tries: int, sentence: str
) -> None:
    for _ in range(tries):
        model.answer(MessagesApiError(status, "internal detail of the API"))
    said = await asked(stage)
    assert sentence in said
    assert "internal detail" not in said
    assert str(status) not in said.partition("(Reference")[0]
    assert any(str(status) in line for line in logs.of(reference_in(said)))
    assert len(model.requests) == tries


async def test_a_model_that_comes_back_answers(stage: Dialogue, model: ScriptedModel) -> None:
    for _ in range(3):
        model.answer(MessagesApiError(529, "Overloaded"))
    model.answer(ANSWER)
    async with stage.bot():
        ts = stage.mention(QUESTION)
        assert "I'll keep trying" in await stage.answer(stage.general, ts)
        await stage.workspace.until(lambda: from_bot(stage, stage.general, ts)[0].shown == ANSWER)
    assert len(from_bot(stage, stage.general, ts)) == 1
    assert_nothing_is_stuck(stage)


async def test_a_command_waits_for_the_model(stage: Dialogue, model: ScriptedModel) -> None:
    for _ in range(3):
        model.answer(MessagesApiError(503, "Unavailable"))
    model.answer({"results": [{"n": 1, "c": "Praise", "p": 90, "q": "sings"}]})
    async with stage.bot():
        await stage.workspace.command(stage.general, "/classify", "it sings into: Praise, Other")
        await stage.workspace.until(lambda: "1. Praise - it sings" in stage.workspace.picture())
    assert_nothing_is_stuck(stage)


async def test_a_passing_failure_is_not_told(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(MessagesApiError(529, "Overloaded"))
    model.answer(ANSWER)
    assert await asked(stage) == ANSWER
    assert len(model.requests) == 2


@pytest.mark.usefixtures("hopeless")
async def test_a_busy_model_says_when(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(MessagesApiError(429, "Too many", headers={"retry-after": "47"}))
    assert "Please try again in 47 seconds." in await asked(stage)
    assert len(model.requests) == 1


async def test_a_spent_budget_is_said(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(MessagesApiError(400, "Your credit balance is too low to access the API."))
    assert "budget for Claude is used up" in await asked(stage)


@pytest.mark.parametrize("parts", [(MessageStop("refusal"),), ("The mauve ", "pelican ", MessageStop("refusal"))])
async def test_a_refusal_replaces_what_was_written(
    stage: Dialogue, model: ScriptedModel, logs: Logs, parts: tuple[Part, ...]
) -> None:
    model.answer(*parts)
    said = await asked(stage)
    assert said.startswith("Claude declined to answer this.")
    assert "ModelRefusedError: refusal" in logs.of(reference_in(said))


async def test_a_refusal_replaces_shown_words(dialogue: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("The mauve pelican", gate, MessageStop("refusal"))
    ts = dialogue.mention(QUESTION)
    await dialogue.workspace.until(lambda: any(m.streaming for m in from_bot(dialogue, dialogue.general, ts)))
    gate.set()
    await dialogue.workspace.until(
        lambda: [m.shown.startswith("Claude declined") for m in from_bot(dialogue, dialogue.general, ts)] == [True]
    )


async def test_a_refused_question_is_not_repeated(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(MessageStop("refusal"))
    ts = dialogue.mention(QUESTION)
    await dialogue.answer(dialogue.general, ts)
    model.answer("Hello.")
    dialogue.workspace.say(dialogue.general, "Then good day.", thread_ts=ts)
    assert await dialogue.answer(dialogue.general, ts, 2) == "Hello."
    assert [turn["content"] for turn in model.requests[1].body["messages"]] == ["Then good day."]


@pytest.mark.parametrize(
    "fault",
    [
        ModelFault.CUT,
        ModelFault.END,
        ModelFault.CORRUPT,
        MessagesApiError(529, "Overloaded"),
        MessagesApiError(500, "Internal server error"),
    ],
)
async def test_a_cut_answer_is_kept_and_marked(
    stage: Dialogue, model: ScriptedModel, logs: Logs, fault: ModelFault | MessagesApiError
) -> None:
    model.answer(ANSWER, fault)
    model.answer(" Herring, it", fault)
    said = await asked(stage)
    assert said.startswith(f"{ANSWER} Herring, it\n\n_The answer was cut off here. Claude is unavailable right now.")
    assert said.endswith("_")
    assert any("ModelUnavailableError" in line for line in logs.of(reference_in(said)))
    assert len(model.requests) == 2


@pytest.mark.parametrize("fault", [ModelFault.CUT, ModelFault.END, MessagesApiError(529, "Overloaded")])
@pytest.mark.parametrize(
    ("begun", "rest"),
    [
        ("The mauve pel", "ican eats herring."),
        ("The mauve pelican eats ", "herring."),
        ("The mauve pelican eats", " herring."),
        ("The mauve pelican ea", "The mauve pelican eats herring."),
        ("The mauve pel", "pelican eats herring."),
    ],
)
async def test_a_cut_answer_goes_on_once(
    stage: Dialogue, model: ScriptedModel, fault: ModelFault | MessagesApiError, begun: str, rest: str
) -> None:
    model.answer(begun, fault)
    model.answer(rest)
    assert await asked(stage) == ANSWER
    question, broken, wish = (turn["content"] for turn in model.requests[1].body["messages"])
    assert (question, broken) == (QUESTION, begun.rstrip())
    assert f"<ending>{begun}</ending>" in wish
    ((calls,),) = await stage.rows("SELECT count(*) FROM calls")
    assert calls == 2
    assert await stage.rows("SELECT text FROM messages WHERE role = 'assistant'") == [(ANSWER,)]


async def test_a_cut_answer_stays_in_history(dialogue: Dialogue, model: ScriptedModel) -> None:
    model.answer(ANSWER, ModelFault.CUT)
    model.answer(MessagesApiError(401, "invalid x-api-key"))
    ts = dialogue.mention(QUESTION)
    await dialogue.answer(dialogue.general, ts)
    model.answer("And fries.")
    dialogue.workspace.say(dialogue.general, "Go on.", thread_ts=ts)
    await dialogue.answer(dialogue.general, ts, 2)
    turns = [turn["content"] for turn in model.requests[2].body["messages"]]
    assert turns == [QUESTION, f"{ANSWER}\n\n[cut off]", "Go on."]


async def test_code_that_is_cut_is_closed(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\npelican = 1\n", ModelFault.CUT)
    model.answer("```python\n", ModelFault.CUT)
    said = await asked(stage)
    assert said.startswith("```python\npelican = 1\n```\n\n_The answer was cut off here.")


@pytest.mark.usefixtures("hopeless")
@pytest.mark.parametrize("fault", [ModelFault.CUT, ModelFault.END, ModelFault.CORRUPT])
async def test_an_answer_that_never_began(stage: Dialogue, model: ScriptedModel, fault: ModelFault) -> None:
    for _ in range(3):
        model.answer(Ping(), fault)
    assert (await asked(stage)).startswith("Claude is unavailable right now.")
    assert len(model.requests) == 3


@pytest.mark.parametrize("parts", [(), (" \n ",), (ThinkingDelta("The mauve pelican?"),)])
async def test_an_empty_answer_is_said(stage: Dialogue, model: ScriptedModel, parts: tuple[Part, ...]) -> None:
    model.answer(*parts)
    assert (await asked(stage)).startswith("Claude gave an empty answer.")


async def test_a_full_answer_can_go_on(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(ANSWER, MessageStop("max_tokens"))
    said = await asked(stage)
    assert said == f"{ANSWER}\n\n_I hit my length limit. Reply “continue” to keep going._"


async def test_a_failed_form_is_said(stage: Dialogue, model: ScriptedModel, logs: Logs) -> None:
    for _ in range(2):
        model.answer("no JSON about pelicans")
    async with stage.bot():
        await stage.workspace.command(
            stage.general,
            "/classify",
            "the pelican crashes\ninto: Bug, Praise",
        )
        await stage.workspace.until(lambda: any("got no category" in m.shown for m in latest_thread(stage)))
    said = latest_thread(stage)[-1].shown
    assert "1 of 1 got no category" in said
    assert any("ModelFormError" in line for line in logs.of(reference_in(said)))
    assert_nothing_is_stuck(stage)


async def test_a_private_failure_is_private(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(MessagesApiError(401, "invalid x-api-key"))
    async with stage.bot():
        await stage.workspace.command(stage.general, "/summarize", f"--private {QUESTION}")
        assert "Your answer will appear below" in await stage.whisper(1)
        assert "not configured correctly" in await stage.whisper(2)
    assert stage.workspace.workspace.messages(stage.general) == []


# What does not fit


async def test_an_overlong_message_is_cut(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer(ANSWER)
    root = stage.workspace.say(stage.general, "Read this:")
    text = f"<@{stage.workspace.bot.id}> " + "pelican " * 112_500
    event = {"type": "app_mention", "channel": stage.general, "user": stage.workspace.me.id, "text": text}
    said = {**event, "ts": stage.workspace.workspace.next_ts(), "thread_ts": root}
    async with stage.bot():
        stage.workspace.deliver(envelope(stage.workspace.workspace, said))
        shown = await stage.answer(stage.general, root)
    assert shown == f"{ANSWER}\n\n_I read the message before this one._"
    (turn,) = model.requests[0].body["messages"]
    kept, _, rest = turn["content"].rpartition("pelican ")
    assert kept.count("pelican ") > 7_000  # more than Slack lets anybody write
    assert rest.endswith(CLIPPED)


async def test_a_history_too_long_is_told(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["CLAUDE_MODEL"] = "claude-haiku-4-5"
    model.answer(ANSWER)
    async with stage.bot():
        root = stage.workspace.say(stage.general, "Read this:")
        place = Place(stage.workspace.workspace.team_id, stage.general, root)
        await remember(stage, place, [f"{number} " + "pelican " * 3_750 for number in range(30)])
        stage.workspace.say(stage.general, QUESTION, thread_ts=root)
        shown = await stage.answer(stage.general, root)
    match = re.search(r"I left out the (\d+) oldest messages of this thread\._$", shown)
    assert match
    sent = model.requests[0].body["messages"]
    assert len(sent) + int(match[1]) == 31
    assert sent[0]["role"] == "user"
    assert [turn["content"].split()[0] for turn in sent[:-1]] == [str(n) for n in range(int(match[1]), 30)]
    assert sent[-1]["content"] == QUESTION


async def remember(stage: Dialogue, place: Place, texts: list[str]) -> None:
    """Put a long thread into the bot's memory."""
    roles = (Role.USER, Role.ASSISTANT)
    said = tuple(
        Said(roles[n % 2], "U01YOU00000" if n % 2 == 0 else "", text, f"1.{n:06}") for n, text in enumerate(texts)
    )
    database = Database.open(stage.environ["DATABASE_URL"])
    async with database.writer.begin() as connection:
        await connection.run_sync(threads.record, Record(place, "U01YOU00000", began_with_bot=True, messages=said))
    await database.close()


# Slack


@pytest.mark.parametrize(
    "fault",
    [{"retry_after": 30}, {"error": "unknown_method"}, {"status": 503}, {"error": "missing_recipient_user_id"}],
)
async def test_without_a_stream_the_whole_is_posted(
    stage: Dialogue, model: ScriptedModel, fault: dict[str, Any]
) -> None:
    stage.workspace.fail("chat.startStream", **fault)
    model.answer(ANSWER)
    assert await asked(stage) == ANSWER


@pytest.mark.parametrize(
    "fault",
    [
        {"error": "message_not_in_streaming_state"},
        {"error": "internal_error"},
        {"status": 500},
        {"drop": "request"},
        {"drop": "answer"},
        {"retry_after": 30},
    ],
)
async def test_a_broken_stream_loses_nothing(stage: Dialogue, model: ScriptedModel, fault: dict[str, Any]) -> None:
    started, appended = asyncio.Event(), asyncio.Event()
    model.answer("The mauve pelican ", started, "eats ", appended, "herring.")
    stage.workspace.fail("chat.appendStream", **fault)
    async with stage.bot():
        ts = stage.mention(QUESTION)
        await stage.workspace.until(lambda: from_bot(stage, stage.general, ts))
        started.set()
        await stage.workspace.until(lambda: "chat.appendStream" in [call.method for call in stage.workspace.calls])
        appended.set()
        await stage.workspace.until(lambda: ANSWER in [m.shown for m in from_bot(stage, stage.general, ts)])
    assert [m.shown for m in from_bot(stage, stage.general, ts)] == [ANSWER]
    assert len(model.requests) == 1
    assert_nothing_is_stuck(stage)


async def test_a_stream_that_died_is_edited(stage: Dialogue, model: ScriptedModel) -> None:
    gate = asyncio.Event()
    model.answer("The mauve pelican ", gate, "eats herring.")
    async with stage.bot():
        ts = stage.mention(QUESTION)
        await stage.workspace.until(lambda: any(m.streaming for m in from_bot(stage, stage.general, ts)))
        (message,) = from_bot(stage, stage.general, ts)
        streams.stop(stage.workspace.workspace, message, [], "", blocks=[], metadata=None)
        gate.set()
        await stage.workspace.until(lambda: message.shown == ANSWER)
    assert from_bot(stage, stage.general, ts) == [message]
    assert_nothing_is_stuck(stage)


async def test_a_stream_without_receipt_is_found(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", drop="answer")
    model.answer(ANSWER)
    assert await asked(stage) == ANSWER


async def test_a_thread_out_of_reach_is_answered(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("conversations.replies", error="unknown_method", times=99)
    for _ in range(3):
        model.answer(MessagesApiError(529, "Overloaded"))
    model.answer(ANSWER)
    async with stage.bot():
        ts = stage.mention(QUESTION)
        await stage.workspace.until(lambda: [m.shown for m in from_bot(stage, stage.general, ts)] == [ANSWER])


async def test_a_file_is_saved_once(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", error="unknown_method", times=99)
    for _ in range(2):
        model.answer("```python\n# area.py\narea = 1\n```")
    async with stage.bot():
        await stage.workspace.command(stage.general, "/code", "an area")
        await model.until_asked()
        stage.workspace.fail("chat.postMessage", status=503)
        await stage.workspace.until(lambda: "Code saved to area.py" in stage.workspace.picture())
    assert [file.name for file in stage.workspace.files()] == ["area.py"]


async def test_a_rate_limit_is_waited_for(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", retry_after=1)
    stage.workspace.fail("chat.postMessage", retry_after=1)
    model.answer(ANSWER)
    assert await asked(stage) == ANSWER
    assert [call.status for call in stage.workspace.calls if call.method == "chat.postMessage"] == [429, 200]
    assert len(model.requests) == 1


async def test_an_outage_of_slack_is_survived(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", status=503)
    stage.workspace.fail("chat.postMessage", status=503)
    model.answer(ANSWER)
    assert await asked(stage) == ANSWER
    assert len(model.requests) == 1  # what is written is kept


async def test_a_post_without_receipt_is_not_repeated(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("chat.startStream", retry_after=30, times=2)
    stage.workspace.fail("chat.postMessage", drop="answer")
    model.answer(ANSWER)
    assert await asked(stage) == ANSWER


async def test_no_status_outlives_a_quick_answer(stage: Dialogue) -> None:
    assert "/summarize" in await asked(stage, "")


async def test_one_channel_without_status_is_one(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("agents.sessions.setStatus", error="channel_not_found")
    gate = asyncio.Event()
    model.answer(ANSWER)
    model.answer(gate, ANSWER)
    async with stage.bot():
        await stage.answer(stage.general, stage.mention(QUESTION))
        ts = stage.mention(QUESTION)
        await stage.workspace.until(lambda: stage.workspace.workspace.session(stage.general, ts).status)
        gate.set()
        assert await stage.answer(stage.general, ts) == ANSWER
    assert_nothing_is_stuck(stage)


async def test_without_sessions_answers_go_on(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.fail("agents.sessions.setStatus", error="unknown_method", times=99)
    model.answer(ANSWER)
    model.answer(ANSWER)
    async with stage.bot():
        for _ in range(2):
            assert await stage.answer(stage.general, stage.mention(QUESTION)) == ANSWER
    assert len([call for call in stage.workspace.calls if call.method == "agents.sessions.setStatus"]) == 1


async def test_a_removed_bot_stays_quiet(stage: Dialogue, model: ScriptedModel, logs: Logs) -> None:
    gate = asyncio.Event()
    model.answer(gate, ANSWER)
    async with stage.bot():
        ts = stage.mention(QUESTION)
        await model.until_asked()
        stage.workspace.workspace.channel(stage.general).members.remove(stage.workspace.bot.id)
        gate.set()
        await stage.workspace.until(lambda: [c.method for c in stage.workspace.calls].count("chat.postMessage") == 2)
    assert "no one could be told: not_in_channel" in logs.text
    assert from_bot(stage, stage.general, ts) == []
    assert await stage.rows("SELECT cause FROM inbox WHERE kind = 'message'") == [("NotInChannelError not_in_channel",)]


def latest_thread(stage: Dialogue) -> list[MessageRecord]:
    """Return the thread of the latest command in #general."""
    roots = [m for m in stage.workspace.workspace.messages(stage.general) if not m.thread_ts]
    return stage.workspace.thread(stage.general, roots[-1].ts) if roots else []


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("files.getUploadURLExternal", {"error": "missing_scope"}),
        ("files.getUploadURLExternal", {"status": 503}),
        ("files.completeUploadExternal", {"error": "internal_error"}),
    ],
)
async def test_a_failed_upload_is_said(
    stage: Dialogue, model: ScriptedModel, method: str, fault: dict[str, Any]
) -> None:
    stage.workspace.fail(method, **fault)
    model.answer("```python\n# a.py\npelican = 1\n```\n\n```python\n# b.py\nherring = 2\n```")
    async with stage.bot():
        await stage.workspace.command(stage.general, "/code", "a pelican")
        await stage.workspace.until(lambda: any("couldn't save" in m.shown for m in latest_thread(stage)))
    _, answer = latest_thread(stage)
    assert "pelican = 1" in answer.shown
    assert "_I couldn't save a.py, b.py. The upload failed._" in answer.shown
    assert len(model.requests) == 1
    assert_nothing_is_stuck(stage)


async def test_files_are_saved_together_or_not(stage: Dialogue, model: ScriptedModel) -> None:
    model.answer("```python\n# a.py\npelican = 1\n```\n\n```python\n# b.py\nherring = 2\n```")
    stage.workspace.limit("files.getUploadURLExternal", 1)
    async with stage.bot():
        await stage.workspace.command(stage.general, "/code", "a pelican")
        await stage.workspace.until(lambda: any("couldn't save" in m.shown for m in latest_thread(stage)))
    assert stage.workspace.files() == []


@pytest.mark.usefixtures("hopeless")
@pytest.mark.parametrize(
    ("command", "text", "answer", "shown"),
    [
        ("/summarize", QUESTION, ANSWER, ANSWER),
        ("/code", "a pelican", "```python\n# a.py\npelican = 1\n```", "Code saved to a.py"),
        (
            "/classify",
            "it sings into: Praise, Other",
            {"results": [{"n": 1, "c": "Praise", "p": 90, "q": "sings"}]},
            "1. Praise",
        ),
    ],
)
async def test_a_written_result_is_only_shown_again(
    stage: Dialogue, model: ScriptedModel, command: str, text: str, answer: Part, shown: str
) -> None:
    """While Slack is away, what the model has written is kept, and neither asked for nor paid for twice."""
    stage.workspace.fail("chat.startStream", error="unknown_method")
    model.answer(answer)
    stage.workspace.fail("chat.postMessage", status=503, times=2, after=1)
    async with stage.bot():
        await stage.workspace.command(stage.general, command, text)
        await stage.workspace.until(lambda: any(shown in m.shown for m in latest_thread(stage)[1:]), 20)
        await stage.until_idle()
    assert len([m for m in latest_thread(stage)[1:] if m.shown and not m.files]) == 1
    assert len(model.requests) == 1
    ((calls,),) = await stage.rows("SELECT count(*) FROM calls")
    assert calls == 1
    assert_nothing_is_stuck(stage)


async def test_a_private_answer_too_long_is_split(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.workspace.rules = Rules(response_url_lifetime=0)
    model.answer("a pelican. " * 400)
    async with stage.bot():
        await stage.workspace.command(stage.general, "/summarize", f"--private {QUESTION}")
        await stage.whisper()
        stage.workspace.fail("chat.postEphemeral", error="msg_too_long", times=2)
        await stage.whisper(3)
        await stage.until_idle()
    shown = " ".join(m.shown for m in stage.workspace.ephemerals()[1:])
    assert shown.count("a pelican.") == 400


async def test_a_dead_response_url_is_gone_round(stage: Dialogue, model: ScriptedModel) -> None:
    stage.workspace.workspace.rules = Rules(response_url_lifetime=0)
    model.answer(ANSWER)
    async with stage.bot():
        await stage.workspace.command(stage.general, "/summarize", f"--private {QUESTION}")
        assert await stage.whisper(2) == ANSWER
    assert "chat.postEphemeral" in [call.method for call in stage.workspace.calls]


async def test_a_private_answer_that_was_refused_comes(stage: Dialogue, model: ScriptedModel) -> None:
    """What Slack did not take was not shown, so that the next try asks and answers."""
    stage.workspace.workspace.rules = Rules(response_url_lifetime=0)
    stage.workspace.fail("chat.postEphemeral", status=503)
    model.answer(ANSWER)
    model.answer(ANSWER)
    async with stage.bot():
        await stage.workspace.command(stage.general, "/summarize", f"--private {QUESTION}")
        assert await stage.whisper(2) == ANSWER
    assert len(stage.workspace.ephemerals()) == 2


async def test_each_call_has_its_row(stage: Dialogue, model: ScriptedModel) -> None:
    """Tries within a call, and an answer that could not be shown at first: what was billed is there, once."""
    model.answer(MessagesApiError(529, "Overloaded"))
    model.answer(ANSWER)
    stage.workspace.fail("chat.startStream", status=503)
    stage.workspace.fail("chat.postMessage", status=503)
    assert await asked(stage) == ANSWER
    rows = await stage.rows("SELECT outcome, output_tokens > 0, person FROM calls ORDER BY id")
    me = stage.workspace.me.id
    assert rows == [("ModelUnavailableError", 0, me), ("ok", 1, me)]


async def test_a_call_cut_by_a_stop_has_its_row(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["SHUTDOWN_GRACE"] = "0"
    model.answer("The mauve ", asyncio.Event())
    async with stage.bot():
        stage.mention(QUESTION)
        await model.until_asked()
    assert await stage.rows("SELECT outcome, person FROM calls") == [("CancelledError", stage.workspace.me.id)]
    stage.environ["SHUTDOWN_GRACE"] = "5"
    model.answer(ANSWER)
    async with stage.bot():
        await model.until_asked(2)
    assert await stage.rows("SELECT outcome FROM calls ORDER BY id") == [("CancelledError",), ("ok",)]


async def test_a_given_up_turn_has_its_rows(stage: Dialogue, model: ScriptedModel) -> None:
    stage.environ["TURN_ATTEMPTS"] = "2"
    for _ in range(6):
        model.answer(MessagesApiError(529, "Overloaded"))
    async with stage.bot():
        ts = stage.mention(QUESTION)
        await stage.workspace.until(
            lambda: any("Please try again" in m.shown for m in from_bot(stage, stage.general, ts))
        )
    assert await stage.rows("SELECT outcome, count(*) FROM calls GROUP BY outcome") == [("ModelUnavailableError", 6)]
