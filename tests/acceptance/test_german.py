"""The bot in German: whatever it writes, no English slips in; and each person reads their own language."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from bot.core.domain.accepted import in_words
from bot.core.domain.channel_settings import SHOWN, ChannelSettings
from bot.core.settings.form_fields import hint, label
from bot.core.settings.sections import MAIN, SECTIONS
from bot.playground.anthropic.reply import MessageStop, ThinkingDelta, ToolUse
from bot.playground.anthropic.rules import MessagesApiError
from bot.playground.slack.elements import buttons
from tests.acceptance.conftest import RULES, Dialogue, databases
from tests.acceptance.test_classify import all_as
from tests.acceptance.test_code import AREA, block
from tests.acceptance.test_home import words
from tests.acceptance.test_settings_form import turned
from tests.acceptance.test_summarize import findings, point
from tests.acceptance.test_triage import card, judged, post, results, support
from tests.support.scripted import ScriptedModel
from tests.support.spoken import said
from tests.support.workspace import ScriptedWorkspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.playground.slack.records import MessageRecord, User
    from tests.support.postgresql import PostgresqlServer
    from tests.support.sqlite import SqliteFolder

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Words that stand in most English sentences, and in no German one.
ENGLISH = re.compile(
    r"\b(?:the|you|your|this|that|these|those|with|and|for|not|can|can't|cannot|please|are|is|it|its|of|to|from|have|has"
    r"|what|which|who|when|how|don't|doesn't|no|only|each|every|more|less|if|by|at|here|there|my|me|or|as|too|than|be)\b",
    re.IGNORECASE,
)
# What is in no language, or not the bot's: code, mentions and links, emoji, regions such as DE-BY, what people wrote, a
# category for all else.
APART = re.compile(
    r"```.*?```|`[^`]*`|<[^<>]*>|https?://\S+|@\w+|:[a-z_]+:|\b[A-Z]{2}-[A-Z]{2}\b|^> .*$|- Other: .*$",
    re.DOTALL | re.MULTILINE,
)
READ = {"text", "markdown_text", "title", "message", "details", "accessibility_label", "alt_text", "initial_comment"}
REFUSED = {
    "/parley": (
        *(
            "unsinn",
            "setings",
            "set",
            "set futer",
            "set footer 7",
            "set model gpt",
            "set max_output viel",
            "set teams x",
        ),
        *("set routes x -> y", "set agents x", "set webhook x", "set temperature 3", "set creativity x", "unset"),
        *("prompt x", "revert", "revert 99", "why not", "history x", "workspace triage", "thread x", "triage so"),
        *("persona :", "persona Niemand", "persona unset: x", "budget kaffee", "budget person viel", "usage 9x"),
        *(
            "forget vieles",
            "trends 9x",
            "open 9x",
            "find",
            "find x from @niemand",
            "find Unsinn",
            "find x in #nirgends",
            "set personas x",
            f"set persona {'x' * 90}",
            "triage secret",
        ),
    ),
    "/summarize": ("", "--unsinn x", "#nirgends 7d", "#general 9999d", "https://example.com/x"),
    "/classify": ("", "--unsinn x", "#nirgends 7d", "into: A\neins\nzwei", "into: A, B"),
    "/code": ("", "--unsinn x", "help", "x" * 60_001),
}
ANSWER = "Ein Reiher ist ein Vogel."


def texts(payload: Any) -> Iterator[str]:
    """Yield what people read of a request to Slack."""
    if isinstance(payload, dict):
        for name, value in payload.items():
            if isinstance(value, str) and name in READ:
                yield value
            elif name != "metadata":
                yield from texts(value)
    elif isinstance(payload, list | tuple):
        for one in payload:
            yield from texts(one)


def english(text: str) -> set[str]:
    """Return the English words of a text of the bot's."""
    return {word.lower() for word in ENGLISH.findall(APART.sub(" ", text))}


def named(blocks: list[dict[str, Any]], name: str) -> str:
    """Return the id of the button with a name."""
    (found,) = [one["action_id"] for one in buttons(blocks) if one["action_id"].partition(".")[0] == name]
    return str(found)


@dataclass
class GermanStage:
    """The standing bot, its model, and what it wrote that Slack's API did not carry: replies to commands and forms."""

    dialogue: Dialogue
    model: ScriptedModel
    replies: list[str] = field(default_factory=list)
    calls: int = 0  # that were looked through
    whispers: int = 0

    @property
    def workspace(self) -> ScriptedWorkspace:
        return self.dialogue.workspace

    def foreign(self) -> dict[str, set[str]]:
        """Return what was written in English since this was asked last, with the words that give it away."""
        whispers = list(self.workspace.workspace.ephemerals.values())
        new = [call.arguments for call in self.workspace.calls[self.calls :]]
        new += [{"text": one.text, "blocks": one.blocks} for one in whispers[self.whispers :]]
        self.calls, self.whispers = len(self.workspace.calls), len(whispers)
        found = [text for one in new for text in texts(one)]
        replies, self.replies = self.replies, []
        return {text: words for text in (*found, *replies) if (words := english(text))}

    def shows_home(self, user: User, title: str) -> bool:
        return title in words(self.workspace.home(user))

    async def typed(self, command: str, text: str = "", *, channel: str = "", user: User | None = None) -> str:
        """Type a command whose answer only its asker sees; return that."""
        seen = len(self.workspace.ephemerals(user))
        await self.asked(command, text, channel=channel, user=user)
        return (
            self.replies[-1]
            if len(self.workspace.ephemerals(user)) == seen
            else self.workspace.ephemerals(user)[-1].shown
        )

    async def asked(self, command: str, text: str, *, channel: str = "", user: User | None = None) -> None:
        """Type a command, and wait until the bot has done what it asks for."""
        reply = await self.workspace.command(channel or self.dialogue.general, command, text, user=user)
        self.replies.append(reply.text)
        await self.dialogue.until_idle()

    async def publicly(self, command: str, text: str) -> MessageRecord:
        """Type a command whose answer all see; return the last message in its thread."""
        await self.asked(command, text)
        root = [one for one in self.workspace.workspace.messages(self.dialogue.general) if not one.thread_ts][-1]
        return self.latest(root.ts)

    async def said(self, words: str, **more: Any) -> MessageRecord:
        """Mention the bot; return its answer."""
        ts = self.dialogue.mention(words, **more)
        await self.dialogue.answer(self.dialogue.general, ts)
        await self.dialogue.until_idle()
        return self.latest(ts)

    def latest(self, ts: str) -> MessageRecord:
        """Return the last message of the bot's in a thread; the last with buttons, where there are any."""
        found = self.dialogue.answers(self.dialogue.general, ts)
        return ([one for one in found if any(buttons(one.blocks))] or found)[-1]

    async def pressed(self, on: MessageRecord, name: str, *, user: User | None = None) -> None:
        """Press a button, let the bot do what it is for, and submit the form that it opened."""
        await self.workspace.press(on, named(on.blocks, name), user=user)
        if self.workspace.has_modal(user):
            await self.workspace.submit({}, user=user)
        await self.dialogue.until_idle()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def made_in(request: pytest.FixtureRequest) -> PostgresqlServer | SqliteFolder:
    """Where the databases of this module are made."""
    return databases(request, request.param)


@asynccontextmanager
async def standing(made_in: PostgresqlServer | SqliteFolder, **environ: str) -> AsyncIterator[GermanStage]:
    model = ScriptedModel()
    own = {"DATABASE_URL": await made_in.migrated(), "PORT": "0"}
    async with (
        ScriptedWorkspace(RULES) as workspace,
        model.serving() as told,
        aclosing(Dialogue(workspace, own | told | environ)) as dialogue,
        dialogue.bot(),
    ):
        yield GermanStage(dialogue, model)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def german(made_in: PostgresqlServer | SqliteFolder) -> AsyncIterator[GermanStage]:
    """A bot for all tests of this module but one."""
    async with standing(made_in, PARLEY_LOCALE="de") as stage:
        yield stage


async def test_help_is_in_german(german: GermanStage) -> None:
    topics = re.findall(r"[a-z]+", (await german.typed("/parley", "help")).rsplit(":", 1)[1])
    assert len(topics) > 10
    for topic in (*topics, "unsinn"):
        await german.typed("/parley", f"help {topic}")
    assert german.foreign() == {}


@pytest.mark.parametrize("command", REFUSED)
async def test_refusals_are_in_german(german: GermanStage, command: str) -> None:
    for text in REFUSED[command]:
        assert await german.typed(command, text), text
    assert german.foreign() == {}


async def test_settings_are_in_german(german: GermanStage) -> None:
    for text in (
        *("settings list", "why", "set max_output 900", "set max_output 900", "set max_output", "set redact on", "why"),
        *("set effort low", "unset effort", "unset effort", "history", "revert 1", "revert 1", "settings list"),
        *("prompt", "prompt Antworte kurz.", "prompt Antworte kurz.", "prompt", "prompt unset", "unset redact"),
        *("workspace set footer on", "workspace settings list", "workspace why", "workspace unset footer", "set model"),
        *(
            "persona Pirat: Du bist ein Pirat.",
            "persona",
            "persona Pirat",
            "persona",
            "persona Pirat:",
            "settings list",
        ),
        *(
            "set model haiku",
            "set effort high",
            "settings list",
            "unset model",
            "unset effort",
            "set agents @U1",
            "budget list",
        ),
        *(
            "budget person 2",
            "budget turns 10",
            "budget person unset",
            "budget turns unset",
            "set retention_days 30",
            "history",
        ),
    ):
        assert await german.typed("/parley", text)
    assert await german.typed("/parley", "set footer on", user=german.workspace.sam)
    assert german.foreign() == {}


async def test_forms_of_settings_are_in_german(german: GermanStage) -> None:
    workspace, channel = german.workspace, german.dialogue.general
    await workspace.command(channel, "/parley", "settings")
    for page in [*SECTIONS][1:-1]:
        await turned(german.dialogue, page)
        await turned(german.dialogue, MAIN)
    assert (await workspace.press(workspace.modal(), named(workspace.modal()["blocks"], "why_settings"))).ok
    await workspace.command(channel, "/parley", "settings")
    refused = await workspace.submit({"retention_days": "0", "person_budget": "-1"})
    assert len(refused.errors) == 2
    german.replies += refused.errors.values()
    assert (await workspace.submit({"retention_days": "20", "person_budget": "", "answers": "mention"})).ok
    for form, filled in (("triage settings", {"strictness": "eager"}), ("budget", {"channel_budget": "5"})):
        await workspace.command(channel, "/parley", form)
        assert (await workspace.submit(filled)).ok
    await german.typed("/parley", "unset answers")
    assert german.foreign() == {}


async def test_answers_and_what_is_below_them_are_in_german(german: GermanStage) -> None:
    workspace, general = german.workspace, german.dialogue.general
    german.model.answer(ANSWER)
    message = await german.said("Was ist ein Reiher?")
    german.model.answer(ANSWER)
    await german.pressed(message, "regenerate")
    await german.pressed(message, "regenerate", user=workspace.sam)
    for thumb in ("rate.1", "rate.2"):
        assert (await workspace.press(message, thumb)).ok
    assert (await workspace.submit({"rating_comment": "Zu kurz."})).ok
    await german.dialogue.until_idle()
    german.model.answer("Der Anfang", MessageStop("max_tokens"))
    begun = await german.said("Erzähl mir eine Geschichte")
    german.model.answer(" und das Ende.")
    await german.pressed(begun, "continue")
    german.model.answer("Es war einmal ", asyncio.Event(), "nie.")
    ts = german.dialogue.mention("Noch eine")
    await workspace.until(lambda: any(one.streaming and one.shown for one in workspace.thread(general, ts)))
    workspace.stop(general, ts)
    await german.dialogue.answer(general, ts)
    await german.typed("/parley", "set footer on")
    german.model.answer(ThinkingDelta("Hm."), ANSWER)
    await german.said("Und mit Kosten?")
    await german.typed("/parley", "unset footer")
    assert german.foreign() == {}


async def test_errors_of_claude_are_in_german(german: GermanStage) -> None:
    for status in (400, 401, 403, 404, 413):
        german.model.answer(MessagesApiError(status, "no"), to=f"Fehler {status}")
        assert "Referenz" in (await german.said(f"Fehler {status}")).shown
    german.model.answer("")
    await german.said("Eine leere Antwort")
    assert german.foreign() == {}


async def test_unreadable_files_are_told_in_german(german: GermanStage) -> None:
    files = {
        "a.zip": b"PK",
        "b.pdf": b"%PDF-",
        "c.docx": b"PK",
        "d.exe": b"MZ",
        "e.png": b"x",
        "f.xlsx": b"PK",
        "g.txt": b"",
    }
    german.model.answer(ANSWER)
    await german.said("Was steht darin?", files=files)
    assert german.foreign() == {}


async def test_summaries_are_in_german(german: GermanStage) -> None:
    workspace, general = german.workspace, german.dialogue.general
    german.model.answer("Es geht um den Start.")
    message = await german.publicly("/summarize", "Am Freitag geht es los, nicht am Montag. " * 30)
    german.model.answer("Es geht um den Start.")
    await german.pressed(message, "summary_again")
    ts = workspace.say(general, "Wann geht es los?", user=workspace.ada)
    workspace.say(general, "Am Freitag.", user=workspace.sam, thread_ts=ts)
    found = findings(
        gist=[point("Der Start ist am Freitag.", "m2")],
        decided=[point("Freitag.", "m2")],
        open=[point("Wer kommt?", "m1")],
        actions=[{"who": "Sam", "what": "Notizen", "when": "Donnerstag", "messages": ["m2"]}],
        disagreements=[point("Uneinig.", "m2")],
        themes=[point("Start", "m1")],
    )
    link = f"https://local.slack.com/archives/{general}/p{ts.replace('.', '')}"
    for typed in (f"<#{general}> 1d", link):
        german.model.answer(found)
        await german.asked("/summarize", typed)
    told = [one for one in german.workspace.workspace.messages(german.dialogue.direct) if any(buttons(one.blocks))]
    german.model.answer(found)
    await german.pressed(told[-1], "summary_again")
    german.model.answer(found)
    workspace.say(general, f"<@{workspace.bot.id}> fasse diesen Thread zusammen", thread_ts=ts)
    await german.dialogue.answer(general, ts)
    assert german.foreign() == {}


async def test_classification_is_in_german(german: GermanStage) -> None:
    german.model.answer(all_as("Fehler", 1, 2))
    message = await german.publicly(
        "/classify", "Die App stürzt ab\nIch wurde doppelt belastet\ninto: Fehler, Rechnung"
    )
    await german.pressed(message, "classify_correct")
    rows = "id,text\n" + "".join(f"{n},Die App stürzt ab {n}\n" for n in range(30))
    german.model.answer(all_as("Fehler", 1, 30))
    table = await german.said("klassifiziere into: Fehler, Rechnung", files={"daten.csv": rows.encode()})
    await german.pressed(table, "classify_export")
    german.model.answer(
        {"categories": [{"name": "Fehler", "definition": "kaputt"}, {"name": "Lob", "definition": "gut"}]}
    )
    asked = await german.said("klassifiziere", files={"daten.csv": rows.replace("App", "Seite").encode()})
    await german.pressed(asked, "classify_cancel")
    assert german.foreign() == {}


async def test_code_is_in_german(german: GermanStage) -> None:
    german.model.answer(block(AREA))
    message = await german.publicly("/code", "Python: Kreisfläche")
    german.model.answer("So geht es.")
    await german.pressed(message, "code_explain")
    for _try in range(2):
        german.model.answer(block("def f(:"))
    await german.publicly("/code", "Python: kaputt")
    assert german.foreign() == {}


async def test_triage_is_in_german(german: GermanStage) -> None:
    channel = support(german.dialogue)
    await german.typed("/parley", "triage on", channel=channel)
    await german.typed("/parley", "set acknowledgement Danke!", channel=channel)
    german.model.answer(results(judged(1, summary="Absturz beim Export", area="Export", evidence="stürzt ab")))
    ts = post(german.dialogue, "Die App stürzt ab, wenn ich exportiere")
    shown = await card(german.dialogue, ts, "Absturz")
    for name in ("feedback_take", "feedback_resolve", "feedback_reopen", "feedback_change", "feedback_dismiss"):
        await german.pressed(shown, name)
    for typed in ("triage", "triage report", "trends 14d", "open", "triage secret", "triage off"):
        await german.typed("/parley", typed, channel=channel)
    assert german.foreign() == {}


async def test_memory_is_in_german(german: GermanStage) -> None:
    workspace, general = german.workspace, german.dialogue.general
    await german.typed("/parley", "set memory on")
    await german.typed("/parley", "memory add Ana ist weg bis 30.12.", user=workspace.sam)
    for typed in ("memory", "memory add Ana ist weg bis 30.12.", "memory edit 1", "memory delete 9", "memory list"):
        assert await german.typed("/parley", typed)
    for text in ("Passwort: hunter2-Zk9!", "x" * 2_001):
        await german.typed("/parley", f"memory add {text}")
    await german.typed("/parley", "memory list")
    await workspace.press(workspace.ephemerals()[-1], "edit_memory.0")
    assert (await workspace.submit({"new": "Ben ist neu"})).ok
    for button in ("note_keep", "note_discard"):
        german.model.answer(ToolUse("remember", {"text": f"Reiher sind Vögel: {button}"}))
        german.model.answer(ANSWER)
        await german.pressed(await german.said("Was ist ein Reiher?"), button)
    await german.typed("/parley", "memory")
    await workspace.choose(workspace.ephemerals()[-1], "note_delete", "2: Ben ist neu")
    await german.dialogue.until_idle()
    await german.typed("/parley", "unset memory")
    assert "Reiher" in str([one.shown for one in workspace.workspace.messages(general)])
    assert german.foreign() == {}


async def test_usage_and_forgetting_are_in_german(german: GermanStage) -> None:
    for typed in ("usage", "usage 7d", "usage workspace", "budget list", "forget", "forget me", "forget this channel"):
        await german.typed("/parley", typed)
    await german.pressed(german.workspace.ephemerals()[-1], "forget")
    await german.typed("/parley", "forget this channel", user=german.workspace.sam)
    assert german.foreign() == {}


async def test_home_and_pane_are_in_german(german: GermanStage) -> None:
    workspace = german.workspace
    for user in (workspace.me, workspace.sam):
        workspace.open_home(user=user)
        workspace.open_home(user=user, tab="messages")
        workspace.look_at(german.dialogue.general, user=user)
    await workspace.until(lambda: words(workspace.home(workspace.sam)) and words(workspace.home()))
    assert german.foreign() == {}


async def test_each_person_reads_their_own_language(made_in: PostgresqlServer | SqliteFolder) -> None:
    async with standing(made_in) as stage:
        workspace = stage.workspace
        sam = workspace.workspace.users[workspace.sam.id] = replace(workspace.sam, locale="de-DE")
        assert "Erwähne @Parley" in await stage.typed("/parley", "help", user=sam)
        assert "Mention @Parley" in await stage.typed("/parley", "help")
        assert "Nur Admins" in await stage.typed("/parley", "set footer on", user=sam)
        assert "is set to on" in await stage.typed("/parley", "set footer on")
        stage.model.answer(ANSWER)
        ours = await stage.said("Was ist ein Reiher?", user=sam)
        assert "Neu erzeugen" in str(ours.blocks)
        stage.model.answer("A bird.")
        theirs = await stage.said("What is a heron?")
        assert "Regenerate" in str(theirs.blocks)
        await stage.pressed(theirs, "regenerate", user=sam)
        assert english(workspace.ephemerals(sam)[-1].shown) == set()
        await stage.typed("/parley", "triage on", channel=support(stage.dialogue))
        stage.model.answer(results(judged(1, summary="Absturz")))
        posted = post(stage.dialogue, "Die App stürzt ab, wenn ich exportiere", user=sam)
        assert "Take it" in str((await card(stage.dialogue, posted, "Absturz")).blocks)
        for user, title in ((sam, "Was ich hier kann"), (workspace.me, "What I can do here")):
            workspace.open_home(user=user)
            await workspace.until(partial(stage.shows_home, user, title))


async def test_each_setting_is_described_in_german() -> None:
    for name, declared in SHOWN.items():
        accepts = partial(in_words, ChannelSettings.model_fields[name], declared)
        for write in (partial(label, name), partial(hint, name), accepts):
            assert english(said(write)) == set(), name
