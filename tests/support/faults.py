"""Faults of Slack and of Claude, each met by many turns at once, and what people are left with."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot import app, settings
from bot.playground.anthropic.api import MessagesServer
from bot.playground.anthropic.reply import Ping, TextDelta
from bot.playground.anthropic.reply import StreamFault as ModelFault
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack.faults import CallFault, RandomFault
from bot.playground.slack.rules import Rules
from bot.slack.client import api
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence

    from bot.playground.anthropic.reply import Event, ModelRequest
    from bot.playground.slack.records import MessageRecord

START, APPEND, STOP = "chat.startStream", "chat.appendStream", "chat.stopStream"
POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"
STATUS, REPLIES = "agents.sessions.setStatus", "conversations.replies"
UPLOADS = ("files.getUploadURLExternal", "files.completeUploadExternal")
ALL = (START, APPEND, STOP, POST, UPDATE, DELETE, STATUS, REPLIES, *UPLOADS)

HANG = 1.5  # seconds, longer than the bot waits where calls hang
WAIT = 1.0  # seconds that the bot waits for an answer of Slack's there
FINE, SPARSE = 12, 900  # words of an answer, in a message and in several
WHOLE, SENTENCE, CUT, TWO = "whole", "one true sentence", "cut, and said so", "in two, at a word"

_SENTENCE = re.compile(r"\(Reference: `[\w-]+`\)|in the file|_Stopped\._")
_CUT = re.compile(r"\n\n_The answer was cut off here\..*_\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """A fault: what fails with Slack by method, and how the model ends its first answer to each question.

    `allowed` is what people may be left with, a whole answer apart. `words` is how long an answer is; `patience` is
    `TURN_PATIENCE`, `stream_lifetime` after how long Slack ends a stream, in seconds.
    """

    title: str
    shares: Mapping[str, RandomFault] = field(default_factory=dict)
    model: ModelFault | MessagesApiError | str = ""
    allowed: frozenset[str] = frozenset()
    words: int = FINE
    patience: int = 120
    stream_lifetime: float = 300


def _at(tenths: int, methods: Sequence[str] = ALL, **fault: Any) -> dict[str, RandomFault]:
    return {name: RandomFault(CallFault(**fault), tenths) for name in methods}


def _cases() -> Iterator[Case]:
    passing: tuple[tuple[str, dict[str, Any]], ...] = (
        ("500", {"status": 500}),
        ("connection reset", {"drop": "request"}),
        ("reset after it took effect", {"drop": "answer"}),
        ("hangs", {"hang": HANG}),
        ("internal_error", {"error": "internal_error"}),
        ("invalid_auth, passing", {"error": "invalid_auth"}),
    )
    for name, fault in passing:
        yield Case(f"each call: {name}, 3 of 10", _at(3, **fault))
    yield Case("each call: 429, 5 of 10", _at(5, retry_after=1))
    yield Case("each call: 500, 5 of 10", _at(5, status=500))
    yield Case("status: 429, 8 of 10", _at(8, (STATUS,), retry_after=1))
    yield Case("status: missing_scope", _at(10, (STATUS,), error="missing_scope"))
    for code in ("channel_type_not_supported", "missing_recipient_user_id", "user_not_found", "not_in_channel_odd"):
        yield Case(f"start refused: {code}", _at(10, (START,), error=code))
    for code in ("message_not_in_streaming_state", "streaming_mode_mismatch", "invalid_chunks", "msg_too_long"):
        yield Case(f"append refused: {code}", _at(10, (APPEND,), error=code))
    for code in ("user_not_found", "team_not_found", "invalid_chunks", "msg_too_long", "no_permission"):
        yield Case(f"stop refused: {code}", _at(10, (STOP,), error=code))
    for code in ("cant_update_message", "block_mismatch", "edit_window_closed", "is_inactive"):
        yield Case(f"edit refused: {code}, streams die", _at(10, (UPDATE,), error=code), stream_lifetime=1)
        yield Case(f"edit refused: {code}, no streams", _at(10, (UPDATE,), error=code) | _NO_STREAMS)
    nothing = _at(10, (UPDATE, DELETE), error="cant_update_message")
    yield Case("edit and deletion refused", nothing, allowed=frozenset({TWO}), stream_lifetime=1)
    yield Case("streams die", stream_lifetime=1)
    yield Case("post too long over 2,000", {POST: _long(2_000)} | _NO_STREAMS, words=SPARSE)
    yield Case("post always too long", {POST: _long(-1)} | _NO_STREAMS, words=SPARSE)
    yield Case("post of any blocks refused", _at(6, (POST,), error="invalid_blocks") | _NO_STREAMS)
    for break_off in (ModelFault.CUT, ModelFault.END, ModelFault.CORRUPT, MessagesApiError(529, "Overloaded")):
        name = break_off.name if isinstance(break_off, ModelFault) else "error event"
        yield Case(f"Claude: {name} in the middle, once", model=break_off)
    yield Case("Claude: cut each time", model="always cut", allowed=frozenset({CUT}))
    yield Case("Claude: hangs before its first byte", model="hang", allowed=frozenset({SENTENCE}), patience=3)
    yield Case("Claude: hangs in the middle", model="silence", allowed=frozenset({SENTENCE, CUT}), patience=6)
    yield Case("Claude: 529 three times, then well", model="busy")


def _long(over: int) -> RandomFault:
    return RandomFault(CallFault(error="msg_too_long"), over=over)


_NO_STREAMS = _at(10, (START,), error="unknown_method")
CASES = {case.title: case for case in _cases()}


def answer_to(number: int, words: int) -> str:
    """Write the answer to a question: prose, a link, a piece of code; each word tells whose it is and where it stands.

    A word is never the end of another one, so that what is torn is seen.
    """
    prose = " ".join(f"{number}-{place}-{'abcdefg'[place % 7]}." for place in range(words))
    opening = f"Answer {number} **begins**, [here](https://example.com/{number})."
    return f"{opening}\n\n```python\nx = {number}\n```\n\n{prose}\n\nDone."


class Model:
    """Writes a word now and then, and fails as its case says, at the first time that a question is asked."""

    def __init__(self, case: Case, pace: float) -> None:
        self._case, self._pace = case, pace
        self._tries: Counter[int] = Counter()

    async def respond(self, asked: ModelRequest) -> AsyncGenerator[Event, None]:
        number = int(re.findall(r"question (\d+)", str(asked.body["messages"][0]["content"]))[0])
        self._tries[number] += 1
        text, fault = answer_to(number, self._case.words), self._case.model
        messages = asked.body["messages"]
        begun = messages[-2]["content"] if "broke off" in str(messages[-1]["content"]) else ""
        words = re.findall(r"\S+\s*|\s+", text[len(text) - len(text.removeprefix(begun)) :])
        is_first = self._tries[number] == 1
        if fault == "busy" and self._tries[number] <= 3:
            raise MessagesApiError(529, "Overloaded")
        if fault == "hang":
            yield Ping()
            await asyncio.Event().wait()
        for place, word in enumerate(words):
            if fault == "silence" and place == len(words) // 2:
                await asyncio.Event().wait()
            if place == len(words) // 2 and (is_first or fault == "always cut") and fault:
                if isinstance(fault, MessagesApiError):
                    raise fault
                if isinstance(fault, ModelFault) or fault == "always cut":
                    yield fault if isinstance(fault, ModelFault) else ModelFault.CUT
                    return
            yield TextDelta(word)
            if place < FINE:
                await asyncio.sleep(self._pace)


@dataclass(slots=True)
class Result:
    """What people were left with: how often each, and what must not be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


async def meet(case: Case, url: str, *, turns: int, pace: float = 0.15, deadline: float = 400) -> Result:
    """Let so many turns meet a fault at once, on the empty database at `url`, and look at what people are left with."""
    async with _stage(case, url, pace) as workspace:
        general = workspace.channel("general")
        asked = {
            n: workspace.say(general, f"<@{workspace.bot.id}> https://example.com/{n} question {n}")
            for n in range(turns)
        }
        async with asyncio.timeout(deadline):
            while not all(_is_over(workspace, ts) for ts in asked.values()):  # noqa: ASYNC110 (it looks from outside)
                await asyncio.sleep(0.1)
            await asyncio.sleep(1)  # what comes behind an answer: its status, and whatever must not come
        result = Result()
        for number, ts in asked.items():
            _judge(workspace, case, number, ts, result)
        return result


@asynccontextmanager
async def _stage(case: Case, url: str, pace: float) -> AsyncIterator[ScriptedWorkspace]:
    scopes, events = frozenset(SCOPES), frozenset(EVENTS)
    rules = Rules(scopes=scopes, subscriptions=events, stream_lifetime=case.stream_lifetime)
    hangs = any(share.fault.hang for share in case.shares.values())
    usual, api.TIMEOUT = api.TIMEOUT, WAIT if hangs else api.TIMEOUT
    try:
        async with ScriptedWorkspace(rules) as workspace, MessagesServer(Model(case, pace)) as server:
            environ = {"DATABASE_URL": url, "PORT": "0", "SLACK_RATE_FACTOR": "100"}
            environ |= {"TURN_PATIENCE": str(case.patience)}
            environ |= server.environment() | workspace.environment("http")
            async with app.running(settings.read(environ, for_slack=True)) as address:
                workspace.deliver_to(f"{address}/slack/events")
                for method, share in case.shares.items():
                    workspace.fail_some(method, share)
                yield workspace
    finally:
        api.TIMEOUT = usual


def _from_bot(workspace: ScriptedWorkspace, ts: str) -> list[MessageRecord]:
    thread = workspace.thread(workspace.channel("general"), ts)
    return [message for message in thread if message.user == workspace.bot.id]


def _is_over(workspace: ScriptedWorkspace, ts: str) -> bool:
    """Return whether a turn has come to its end, as a person would see it; "I'll keep trying" is none."""
    said = _from_bot(workspace, ts)
    session = workspace.workspace.session(workspace.channel("general"), ts)
    words = "".join(message.shown for message in said)
    ends = words.endswith(("Done.", "_")) or ("I'll keep trying" not in words and _SENTENCE.search(words))
    return bool(said) and not session.status and not any(m.streaming for m in said) and bool(ends or _files(said))


def _files(said: list[MessageRecord]) -> str:
    return "".join(file.text for message in said for file in message.files)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _judge(workspace: ScriptedWorkspace, case: Case, number: int, ts: str, result: Result) -> None:
    said = _from_bot(workspace, ts)
    words = [message.shown for message in said if message.shown and not message.files]
    whole = answer_to(number, case.words)
    outcome = _outcome(words, _files(said), whole)
    result.outcomes[outcome] += 1
    faults = []
    if outcome not in {WHOLE, *case.allowed}:
        faults.append(outcome)
    if any(message.streaming for message in said):
        faults.append("a stream is open")
    if workspace.workspace.session(workspace.channel("general"), ts).status:
        faults.append("a status is left")
    result.violations += [f"{case.title}: turn {number}: {fault}: {words}" for fault in faults]


def _outcome(words: list[str], files: str, whole: str) -> str:
    """Name what a person is left with; a name of one of the constants is nothing wrong by itself."""
    told = [text.replace("\n\n_The rest is in the file answer.md._", "") for text in words]
    if files and len(told) == 1 and "in the file" in told[0]:
        told = []
    if _squeezed("".join(told) + files) == _squeezed(whole):
        return WHOLE
    if not words and not files:
        return "nothing"
    if len(words) == 1 and _CUT.search(words[0]) and whole.startswith(_CUT.sub("", words[0]).strip("`\n ")):
        return CUT
    if len(words) == 1 and _SENTENCE.search(words[0]) and "Something went wrong" not in words[0]:
        return SENTENCE
    if len(words) == 2 and _goes_on(words[0], words[1], whole):
        return TWO
    return "torn, twice, or wrong"


def _goes_on(first: str, second: str, whole: str) -> bool:
    if not whole.endswith(second) and second.startswith("```"):  # the code block is opened again
        second = second.partition("\n")[2]
    at = len(whole) - len(second)
    return whole.endswith(second) and first.startswith(whole[:at].rstrip()) and whole[at - 1 : at].isspace()
