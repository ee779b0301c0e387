"""Exports of Slack as people have them: what a dry run reads is what would be triaged live."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from bot.cli import triage_dry_run
from bot.core.domain.channel_settings import DEFAULTS
from bot.errors import UsageError
from bot.reader.pool import ReaderPool
from tests.support import bot_process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Entry = dict[str, Any]
DAY = "feedback/2026-11-24.json"
FAILS: Entry = {"type": "message", "user": "U1", "text": "The export fails", "ts": "1764000001.000100"}
TWICE: Entry = {"type": "message", "user": "U2", "text": "Charged twice", "ts": "1764000002.000100"}
BOT: Entry = {"subtype": "bot_message", "bot_id": "B1", "text": "", "ts": "1764000003.000100"} | {
    "attachments": [{"fallback": "New conversation", "text": "Export gives an empty file"}]
}
SHARED: Entry = {"user": "U3", "text": "", "ts": "1764000005.000100"} | {
    "attachments": [{"is_share": True, "author_name": "Customer", "text": "No VAT number"}]
}
MARKED: Entry = {"user": "U4", "text": "see &lt;b&gt; at <https://example.com/x|the page> &amp; <#C1|general>"} | {
    "ts": "1764000006.000100"
}
VARIANT = "a variant of the others"
MAC = "Mac OS X            \0\0\2"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[ReaderPool]:
    async with ReaderPool() as pool:
        yield pool


async def posts(reader: ReaderPool, path: Path, **changes: object) -> list[str]:
    return [one.text for one in await triage_dry_run.read(path, DEFAULTS.model_copy(update=changes), reader)]


def packed(**files: object) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return whole.getvalue()


def zipped(folder: Path, **files: object) -> Path:
    path = folder / "export.zip"
    path.write_bytes(packed(**files))
    return path


# the files of a zip, what is read of it, where it went wrong
EXPORTS: list[tuple[dict[str, object], list[str], str]] = [
    (
        {"users.json": [], DAY: [FAILS, BOT, SHARED]},
        ["The export fails", "Customer\nNo VAT number"],
        "a report in a public tracker",
    ),
    ({DAY: [MARKED]}, ["see <b> at the page (https://example.com/x) & #general"], "a report in a public tracker"),
    (
        {
            f"export/{DAY}": [FAILS],
            "export/users.json": [],
            f"__MACOSX/export/feedback/._{DAY[9:]}": MAC,
            "export/.DS_Store": "\0Bud1",
        },
        ["The export fails"],
        "https://github.com/radiasoft/sirepo/issues/1587",
    ),
    ({f"a/b/export/{DAY}": [FAILS]}, ["The export fails"], "https://github.com/zulip/zulip/pull/18635"),
    ({DAY.replace("/", "\\"): [FAILS]}, ["The export fails"], "a report in a public tracker"),
    ({DAY: [FAILS]}, ["The export fails"], "https://github.com/pR0Ps/slack-to-discord/issues/30"),
    (
        {"channels.json": [], "groups.json": [], DAY: [FAILS]},
        ["The export fails"],
        "https://github.com/pR0Ps/slack-to-discord/issues/5",
    ),
    (
        {"C0123ABC/2026-11-24.json": [FAILS]},
        ["The export fails"],
        "https://github.com/RocketChat/Rocket.Chat/issues/13905",
    ),
    (
        {DAY: [{k: v for k, v in FAILS.items() if k != "ts"}, TWICE]},
        ["The export fails", "Charged twice"],
        "https://github.com/pR0Ps/slack-to-discord/issues/28",
    ),
    (
        {DAY: [FAILS | {"user": "UFOREIGN", "user_team": "T9"}]},
        ["The export fails"],
        "https://github.com/hfaran/slack-export-viewer/pull/70",
    ),
    (
        {DAY: [FAILS, {"subtype": "slackbot_response", "user": "USLACKBOT", "text": "Hi", "ts": "1764000003.0001"}]},
        ["The export fails"],
        "https://github.com/RocketChat/Rocket.Chat/issues/5695",
    ),
    (
        {DAY: [FAILS, TWICE | {"subtype": "thread_broadcast", "thread_ts": "1764000001.000100"}]},
        ["The export fails"],
        "https://github.com/mattermost/mattermost/issues/10371",
    ),
    ({DAY: {"messages": [FAILS]}}, ["The export fails"], "https://github.com/thomasloupe/Slackord/issues/94"),
    (
        {DAY: [FAILS | {"files": [{"id": "F1", "mode": "hidden_by_limit"}]}]},
        ["The export fails"],
        "https://github.com/thomasloupe/Slackord/issues/60",
    ),
    (
        {DAY: [FAILS | {"files": [{"id": "F1", "name": "a.png"}]}]},
        ["The export fails"],
        "https://github.com/zulip/zulip/issues/11619",
    ),
    (
        {DAY: [FAILS], "feedback/canvas_in_the_conversation.json": {"a": 1}, "canvases.json": []},
        ["The export fails"],
        "https://github.com/zulip/zulip/pull/38650",
    ),
    (
        {DAY: [FAILS], "feedback/2026-11-25.json": []},
        ["The export fails"],
        "https://github.com/mattermost/mattermost/issues/1782",
    ),
    (
        {DAY: [FAILS, {"subtype": "channel_join", "user": "U9", "text": "joined", "ts": "1.1"}, None, 3, "x"]},
        ["The export fails"],
        "https://github.com/mattermost/mattermost/issues/1931",
    ),
    ({DAY: [FAILS], "feedback/2026-11-25.json": "", "feedback/2026-11-26.json": " \n"}, ["The export fails"], VARIANT),
    ({"2026-11-24.json": [FAILS], "users.json": []}, ["The export fails"], VARIANT),
    (
        {"a.zip": packed(**{DAY: [FAILS]}), "b/c.ZIP": packed(**{"d.zip": packed(**{DAY: [TWICE]})})},
        ["The export fails", "Charged twice"],
        VARIANT,
    ),
    ({DAY: [FAILS], "__MACOSX/._a.zip": MAC, "._b.zip": MAC}, ["The export fails"], VARIANT),
]


@pytest.mark.parametrize(("files", "read", "source"), EXPORTS)
async def test_an_export_is_read_as_live(
    reader: ReaderPool, tmp_path: Path, files: dict[str, object], read: list[str], source: str
) -> None:
    assert source
    assert await posts(reader, zipped(tmp_path, **files)) == read


async def test_apps_count_where_the_channel_says_so(reader: ReaderPool, tmp_path: Path) -> None:
    # https://github.com/zulip/zulip/pull/31311
    path = zipped(tmp_path, **{DAY: [FAILS, BOT]})
    assert await posts(reader, path) == ["The export fails"]
    assert await posts(reader, path, triage_bots=True) == ["The export fails", "Export gives an empty file"]


async def test_two_channels_share_an_instant(reader: ReaderPool, tmp_path: Path) -> None:
    path = zipped(tmp_path, **{f"{name}/2026-11-24.json": [FAILS | {"text": f"It fails in {name}"}] for name in "ab"})
    assert sorted(await posts(reader, path)) == ["It fails in a", "It fails in b"]


async def test_an_unpacked_export_is_read(reader: ReaderPool, tmp_path: Path) -> None:
    # https://github.com/rusq/slackdump/issues/427, https://github.com/hfaran/slack-export-viewer/issues/102
    (tmp_path / "export" / "feedback").mkdir(parents=True)
    (tmp_path / "export" / DAY).write_text(json.dumps([FAILS]))
    (tmp_path / "export" / "users.json").write_text("[]")
    assert await posts(reader, tmp_path / "export") == ["The export fails"]
    assert await posts(reader, tmp_path / "export" / "feedback") == ["The export fails"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no file"),
        (b"PK\x03\x04 no zip at all", "neither a Slack export"),
        ("größe".encode("utf-16"), "UTF-8"),
        (b'{"text": "caf\xe9"}\n', "UTF-8"),
        (b"", "no posts"),
    ],
)
async def test_what_is_no_export_is_said(reader: ReaderPool, tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "posts.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        await posts(reader, path)
    assert says in caught.value.sentence


async def test_a_damaged_zip_is_one_sentence(tmp_path: Path) -> None:
    # https://github.com/mattermost/docs/pull/5625 tells of packing again
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DAY, json.dumps([FAILS] * 9))
    data = path.read_bytes()
    path.write_bytes(data[:60] + b"\xff" * 8 + data[68:])
    environment = {"ANTHROPIC_API_KEY": "local", "DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"}
    done = await asyncio.to_thread(bot_process.run, ("triage", "--dry-run", str(path)), environment, tmp_path)
    assert done.status == 2
    assert (done.out, done.err.strip()) == (
        "",
        "export.zip is damaged or password-protected: please download it or zip it again.",
    )


@pytest.mark.parametrize("indent", [None, 2])
async def test_json_may_stand_on_many_lines(reader: ReaderPool, tmp_path: Path, indent: int | None) -> None:
    # a variant of the others
    one, two = json.dumps({"ok": True, "messages": [FAILS]}, indent=indent), json.dumps(TWICE, indent=indent)
    for text in (f"\ufeff{one}\n{two}\n", f"{one}\r\n\r\n{two}", json.dumps([FAILS, TWICE], indent=indent)):
        (tmp_path / "posts.json").write_text(text, encoding="utf-8")
        assert await posts(reader, tmp_path / "posts.json") == ["The export fails", "Charged twice"]


async def test_a_cut_day_is_named(reader: ReaderPool, tmp_path: Path) -> None:
    # a variant of the others
    for day in (json.dumps([FAILS])[:-20], "[" * 99_999, b"\xff\xfe\xfa"):
        with pytest.raises(UsageError) as caught:
            await posts(reader, zipped(tmp_path, **{DAY: [FAILS], "feedback/2026-11-25.json": day}))
        assert caught.value.sentence == (
            "feedback/2026-11-25.json in export.zip is not valid JSON, as if it was cut short: "
            "please export it again, or remove it."
        )


async def test_zips_in_zips_have_one_limit(reader: ReaderPool, tmp_path: Path) -> None:
    # a variant of the others
    inner = packed(**{DAY: " " * 80_000_000 + "[]"})
    with pytest.raises(UsageError) as caught:
        await posts(reader, zipped(tmp_path, **{f"{name}.zip": inner for name in "abc"}))
    assert "too large" in caught.value.sentence
