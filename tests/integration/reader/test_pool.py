"""Children that read files: what they give back, what they may take, and that none is ever left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import odfdo
import pytest

from bot.core.attachments import attach
from bot.core.classify import file_reader
from bot.core.code import syntax
from bot.core.documents import kinds
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import FileRef
from bot.errors import BotError, FileError, HeavyFileError, ReaderUnavailableError, UsageError
from bot.reader import bounds
from bot.reader import pool as pools
from bot.reader import process as processes
from bot.reader.frame import LARGEST_FRAME, LARGEST_RESULT, FrameKind, packed
from bot.reader.pool import ReaderPool
from bot.reader.process import Child, ChildError
from tests.support.bombs import heavy_pdf, many_rows, png, unaddressed
from tests.support.documents import docx, eml, odt, paragraph, pptx, xlsx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ROOT = Path(__file__).parents[3]
SECRETS = ("ANTHROPIC_API_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PARLEY_ENCRYPTION_KEY", "DATABASE_URL")
TABLE = b"id,comment\n1,it hangs a lot\n2,I like it very much\n"
WORDS = FileRef("F1", "words.txt", "text/plain", 0)
LONG = 60.0  # seconds, which nothing here takes on however busy a machine


@pytest.fixture
async def ends() -> list[str]:
    """Why children had to be ended."""
    return []


@pytest.fixture
async def pool(ends: list[str]) -> AsyncIterator[ReaderPool]:
    async with ReaderPool(ends.append, seconds=LONG) as opened:
        yield opened


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 (the kernel tells of no event)
            await asyncio.sleep(0.01)


def told(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def is_alive(pid: int) -> bool:
    status = told(pid, "status")
    return bool(status) and b"\nState:\tZ" not in status


def descriptors(pid: int) -> set[str]:
    return {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}


def below(ancestor: int) -> list[int]:
    """Return the processes that a process has started, and those that these have."""
    children = [int(pid) for pid in told(ancestor, f"task/{ancestor}/children").split()]
    return [*children, *(pid for child in children for pid in below(child))]


async def frozen(pool: ReaderPool) -> int:
    """Stop the one child that waits, as if what it reads next had no end."""
    pool.warm_up()
    await until(lambda: bool(pool.children))
    (pid,) = pool.children
    os.kill(pid, signal.SIGSTOP)
    return pid


async def test_a_child_reads_as_the_rules_do(pool: ReaderPool) -> None:
    rows = many_rows(5_000)
    assert await pool.read_sheet("many.csv", rows) == file_reader.read("many.csv", rows)
    text = "Grüße 👋\n".encode() * 300_000
    for file, data, room in (
        (WORDS, text, 10**7),
        (WORDS, text, 5_000),
        (FileRef("F2", "a.png", "image/png", 0), png(8, 8), 10**5),
        (FileRef("F3", "a.pdf", kinds.PDF, 0), heavy_pdf(), 10**5),
        (FileRef("F4", "a.docx", kinds.DOCUMENT, 0), docx(paragraph("Grüße 👋") + "<w:altChunk/>"), 10**5),
        (FileRef("F5", "a.pptx", kinds.DOCUMENT, 0), pptx(), 10**5),
        (FileRef("F6", "a.xlsx", kinds.DOCUMENT, 0), xlsx(), 10**5),
        (FileRef("F7", "a.odt", kinds.DOCUMENT, 0), odt(odfdo.Paragraph("Grüße 👋")), 10**5),
        (FileRef("F8", "a.rtf", kinds.DOCUMENT, 0), rb"{\rtf1 Gr\'fc\'dfe}", 10**5),
        (FileRef("F9", "a.eml", kinds.MAIL, 0), eml("Grüße", page="<p>Grüße"), 10**5),
        (FileRef("F10", "a.html", kinds.PAGE, 0), "<p>Grüße 👋<p hidden>x".encode(), 10**5),
    ):
        assert await pool.open(file, data, room) == attach.opened(file, data, room)
    files = [
        CodeFile("a.py", "x = (\n"),
        CodeFile("b.go", "package main\n"),
        CodeFile("c.zzz", "\ud800"),
        CodeFile("d.sql", "SELECT 1"),
    ]
    assert await pool.check_code(files) == syntax.check(files)
    assert len(pool.children) == 1


async def test_a_child_says_what_is_wrong(pool: ReaderPool) -> None:
    for name, data in (("none.csv", b"\n"), ("bad.xlsx", b"PK\x03\x04no"), ("picture.csv", png(1, 1))):
        with pytest.raises(UsageError) as read:
            await pool.read_sheet(name, data)
        with pytest.raises(UsageError) as expected:
            file_reader.read(name, data)
        assert read.value.sentence == expected.value.sentence
    with pytest.raises(FileError, match="file") as opened:
        await pool.open(WORDS, b"\0\0", 100)
    assert opened.value.about(WORDS.name) == "I can't read *words.txt*: it is not text."
    assert len(pool.children) == 1


async def test_a_child_sees_no_secret(pool: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "an-open-secret")
    await pool.read_sheet("a.csv", TABLE)
    (pid,) = pool.children
    environ = told(pid, "environ")
    assert b"an-open-secret" not in environ
    names = {entry.partition(b"=")[0].decode() for entry in environ.split(b"\0") if entry}
    assert names <= set(processes.KEPT)
    assert not any("socket:" in name or name.endswith((".db", ".log")) for name in descriptors(pid))


CONFINED = """
import os, socket, sys
from bot import language  # which the child loads before, too
from bot.reader import landlock

def refused(reach):
    try:
        reach()
    except PermissionError:
        return True

if not landlock.confine():
    sys.exit("no landlock")
assert refused(lambda: open("README.md"))
assert refused(lambda: open(sys.argv[1]))
assert refused(lambda: open(sys.argv[1] + ".new", "w"))
assert refused(lambda: open(f"/proc/{os.getppid()}/environ"))
import bot.core.attachments.attach, pypdf, sqlglot, PIL.Image, encodings.cp1252
from bot.core.documents import mail, open_document, rich_text, sheet, slides, word
assert open("/proc/self/statm").read()
"""


async def test_a_child_reaches_nothing_but_python(tmp_path: Path) -> None:
    (tmp_path / "parley.db").touch()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CONFINED, tmp_path / "parley.db", cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, told_us = await process.communicate()
    if b"no landlock" in told_us:
        pytest.skip("the kernel has no Landlock")
    assert (process.returncode, told_us) == (0, b"")


async def test_the_kernel_holds_a_child_to_its_bounds(pool: ReaderPool) -> None:
    await pool.read_sheet("a.csv", TABLE)
    (pid,) = pool.children
    limits = told(pid, "limits").decode()
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert soft["Max data size"] == str(bounds.MEMORY)
    assert soft["Max core file size"] == soft["Max file size"] == soft["Max processes"] == "0"
    assert soft["Max open files"] == str(bounds.DESCRIPTORS)
    assert int(soft["Max cpu time"]) < bounds.SECONDS + 5
    assert os.getpgid(pid) == pid != os.getpgid(0)


async def test_a_file_that_breaks_its_reader_costs_a_sentence(
    pool: ReaderPool, ends: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    await pool.read_sheet("a.csv", TABLE)
    (first,) = pool.children
    with pytest.raises(HeavyFileError) as heavy:
        await pool.read_sheet("far.xlsx", unaddressed())
    assert "is more than I can read: please send a smaller part of it" in heavy.value.about("far.xlsx")
    assert not heavy.value.is_transient
    assert ends == ["SIGABRT"]
    assert "SIGABRT" in caplog.text
    assert "far" not in caplog.text  # neither its name nor what is in it
    assert not is_alive(first)
    await until(lambda: len(pool.children) == 1)  # the next one need not wait for a start
    assert len((await pool.read_sheet("a.csv", TABLE)).rows) == 2


async def test_a_file_without_an_end_is_given_up(ends: list[str]) -> None:
    async with ReaderPool(ends.append, seconds=0.1) as pool:
        pid = await frozen(pool)
        with pytest.raises(HeavyFileError):
            await pool.read_sheet("a.csv", TABLE)
        assert ends == ["timeout"]
        assert not is_alive(pid)


async def test_neighbors_are_read_meanwhile(pool: ReaderPool, ends: list[str]) -> None:
    slow = await frozen(pool)
    reading = asyncio.create_task(pool.read_sheet("a.csv", TABLE))
    await asyncio.sleep(0)
    for _ in range(3):
        assert len((await pool.read_sheet("b.csv", TABLE)).rows) == 2
    assert len(pool.children) == 2
    os.kill(slow, signal.SIGCONT)
    assert len((await reading).rows) == 2
    assert ends == []


async def test_no_more_than_two_read_at_once(pool: ReaderPool) -> None:
    found = await asyncio.gather(*(pool.read_sheet("a.csv", TABLE) for _ in range(20)))
    assert [len(table.rows) for table in found] == [2] * 20
    assert len(pool.children) == pools.MOST_CHILDREN


async def test_a_child_killed_from_outside_costs_one_retry(pool: ReaderPool, ends: list[str]) -> None:
    pid = await frozen(pool)
    reading = asyncio.create_task(pool.read_sheet("a.csv", TABLE))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    assert len((await reading).rows) == 2
    assert ends == ["SIGKILL"]


async def test_a_second_kill_is_said(pool: ReaderPool, ends: list[str]) -> None:
    pid = await frozen(pool)
    reading = asyncio.create_task(pool.read_sheet("many.csv", many_rows(50_000)))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: bool(pool.children - {pid}))
    (second,) = pool.children - {pid}
    os.kill(second, signal.SIGKILL)
    with pytest.raises(HeavyFileError):
        await reading
    assert ends == ["SIGKILL", "SIGKILL"]


async def test_a_reader_nobody_waits_for_ends(pool: ReaderPool) -> None:
    pid = await frozen(pool)
    reading = asyncio.create_task(pool.read_sheet("a.csv", TABLE))
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not is_alive(pid)
    assert len((await pool.read_sheet("a.csv", TABLE)).rows) == 2


async def test_closing_leaves_no_child(ends: list[str]) -> None:
    async with ReaderPool(ends.append) as pool:
        pid = await frozen(pool)
        reading = asyncio.create_task(pool.read_sheet("a.csv", TABLE))
        await asyncio.sleep(0)
        await pool.read_sheet("b.csv", TABLE)
        pids = pool.children
    assert pid in pids
    assert not any(map(is_alive, pids))
    with pytest.raises(BotError):
        await reading
    with pytest.raises(ReaderUnavailableError):
        await pool.read_sheet("a.csv", TABLE)
    assert ends == []


async def test_a_child_is_replaced_after_many_files(pool: ReaderPool) -> None:
    await pool.read_sheet("a.csv", TABLE)
    first = pool.children
    for _ in range(processes.MOST_JOBS):
        await pool.read_sheet("a.csv", TABLE)
    assert pool.children.isdisjoint(first)
    assert not any(map(is_alive, first))


async def test_a_child_is_warm_before_it_is_needed(pool: ReaderPool) -> None:
    pool.warm_up()
    await until(lambda: len(pool.children) == 1)
    before = pool.children
    await pool.read_sheet("a.csv", TABLE)
    assert pool.children == before


BOT = """
import asyncio, os, signal, sys
from bot.reader.pool import ReaderPool

async def main():
    async with ReaderPool() as pool:
        await pool.read_sheet("a.csv", b"a b c\\n")
        (pid,) = pool.children
        os.kill(pid, signal.SIGSTOP)
        print(pid, os.getpid(), flush=True)
        await pool.read_sheet("a.csv", b"a b c\\n")

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def bot(*before: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int, int]]:
    """Run a bot in the middle of a read; yield its process, the reader's pid and its own as it knows them."""
    process = await asyncio.create_subprocess_exec(
        *before, sys.executable, "-c", BOT, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        reader, own = map(int, (await process.stdout.readline()).split())
        yield process, reader, own
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_killed_bot_leaves_no_reader() -> None:
    async with bot() as (process, reader, _):
        assert is_alive(reader)
        process.kill()
        await process.wait()
        await until(lambda: not is_alive(reader))


async def test_a_bot_may_be_the_first_process() -> None:
    """As in a container, where it is process 1."""
    unshare = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
    try:
        probe = await asyncio.create_subprocess_exec(*unshare, "true", stderr=asyncio.subprocess.DEVNULL)
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if await probe.wait():
        pytest.skip("it takes rights to be process 1")
    async with bot(*unshare) as (process, _, own):
        assert own == 1
        readers = [pid for pid in below(process.pid) if b"bot.reader.child" in told(pid, "cmdline")]
        assert len(readers) == 1
        process.kill()
        await process.wait()
        await until(lambda: not any(map(is_alive, readers)))


@pytest.mark.parametrize(
    ("spoken", "cause"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "protocol"),
        (packed(FrameKind.JSON, b"[]") * 3 + packed(FrameKind.REQUEST), "protocol"),
        (packed(FrameKind.DONE, b"[]"), "protocol"),
        (packed(FrameKind.BYTES, bytes(LARGEST_FRAME)) * (LARGEST_RESULT // LARGEST_FRAME + 1), "protocol"),
        (packed(FrameKind.JSON, b"[")[:4], "exit 0"),
        (b"", "exit 0"),
    ],
)
async def test_a_child_in_strange_hands_is_not_trusted(spoken: bytes, cause: str, tmp_path: Path) -> None:
    (tmp_path / "spoken").write_bytes(spoken)
    child = Child(
        await asyncio.create_subprocess_exec(
            "cat",
            tmp_path / "spoken",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    )
    with pytest.raises(ChildError) as failure:
        async for _ in child.ask({"task": "sheet", "name": "a.csv"}, TABLE):
            pass
    assert failure.value.cause == cause
    await child.end()


async def test_reading_a_table_loads_little() -> None:
    """Pydantic alone takes longer to load than most tables take to read."""
    loaded = "import sys, bot.core.classify.file_reader; sys.exit('pydantic' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", loaded, cwd=ROOT)
    assert await process.wait() == 0
