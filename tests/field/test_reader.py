"""Cases from the field: files that broke, filled or held up other programs are read, or cost one sentence, in time."""

from __future__ import annotations

import os
import resource
import struct
import zlib
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.core.documents.kinds import PDF
from bot.core.domain.code_file import CodeFile
from bot.core.domain.message import FileRef
from bot.errors import BotError, FileError
from bot.reader.pool import ReaderPool
from tests.support import bombs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SECONDS = 10.0
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Comment</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>it hangs a lot</t></is></c></row>'
)
TWO_ROWS = "it hangs a lot"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(seconds=60) as opened:  # a busy machine may take longer than it should
        yield opened


def computed(pool: ReaderPool) -> float:
    """Return for how many seconds children have computed, those that have ended and those of the pool."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = [Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13] for pid in pool.children]
    return ended.ru_utime + ended.ru_stime + sum(map(int, chain(*ticks))) / os.sysconf("SC_CLK_TCK")


async def read(pool: ReaderPool, name: str, data: bytes) -> str:
    """Return the first cells that were read of a file, or what was said of it; each has to come in time."""
    before = computed(pool)
    try:
        if name.endswith((".pdf", ".png")):
            kind = {".pdf": PDF, ".png": "image/png"}[name[-4:]]
            opened = await pool.open(FileRef("F1", name, kind, len(data)), data, 10**6)
            said = f"opened: {opened.attachment.tokens} tokens"
        else:
            said = " ".join(cell for _, cells in (await pool.read_sheet(name, data)).rows[:3] for cell in cells)
    except FileError as error:
        said = error.about(name)
    except BotError as error:
        said = error.sentence
    assert computed(pool) - before < SECONDS
    assert len((await pool.read_sheet("next.csv", b"Comment\nit hangs a lot\n")).rows) > 0
    return said


def solver() -> bytes:
    """What Excel's Solver leaves in a workbook: cells at the far end, and a range that spans all."""
    far = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1_048_550, 1_048_576))
    return bombs.xlsx(ROWS + far)


def first_row_and_last_column() -> bytes:
    head = f'<row r="1">{"<c><v>1</v></c>" * 16_384}</row>'
    return bombs.xlsx(head + "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(2, 100_000)))


def beyond_the_grid() -> bytes:
    return bombs.xlsx(f'{ROWS}<row r="16777217"><c r="XFE16777217"><v>1</v></c><c r="A16777217"><v>1</v></c></row>')


def long_shared_string() -> bytes:
    cell = '<c t="s"><v>0</v></c>'
    return bombs.xlsx(f"<row>{cell}</row>" * 12_000, f"<si><t>{'x' * 1_048_752}</t></si>")


def formatted_rows() -> bytes:
    """A format that somebody gave to whole columns: each row is there, and empty."""
    return bombs.xlsx(ROWS + "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 1_048_554)))


def nameless_style() -> bytes:
    style = '<cellStyles count="1"><cellStyle xfId="0" builtinId="0"/></cellStyles>'
    styles = f'<styleSheet xmlns="{bombs.MAIN}">{style}</styleSheet>'
    return bombs.packed(bombs.parts(ROWS) | {"xl/styles.xml": styles.encode()})


def old_excel() -> bytes:
    """The container of Office before 2007, whose directory is said to be as large as can be."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    return head + struct.pack("<9I", 0, 0x7FFFFFFF, 0, 0, 4096, 0, 0x7FFFFFFF, 0, 0x7FFFFFFF) + b"\xff" * 8_000


def forged_sizes() -> bytes:
    """Two entries of one name: the first says that four gigabytes are packed in it."""
    data = bytearray(bombs.stored({"xl/a.txt": b"x"}, {}))
    at = data.index(b"PK\x01\x02")
    entry = bytes(data[at : data.index(b"PK\x05\x06")])
    forged = entry[:20] + struct.pack("<2I", 0xFFFFFFFE, 100) + entry[28:]
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(entry) * 2, at, 0)
    return bytes(data[:at]) + forged + entry + end


def huge_sheet() -> bytes:
    """A sheet of blanks: half a gigabyte in half a megabyte."""
    return bombs.zeros(512, 512 * bombs.MEGABYTE)


def circular_xref() -> bytes:
    """A table of objects whose forerunner is itself."""
    data = bombs.pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>")
    start = data.index(b"xref\n")
    return data.replace(b"trailer\n<<", b"trailer\n<</Prev %d " % start)


def unbalanced() -> bytes:
    return bombs.pdf(
        b"<</Type/Catalog/Pages 2 0 R", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page>><<<<" * 9_000
    )


def wordy_picture() -> bytes:
    """A small picture with 500 texts that each unpack to a megabyte."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(bombs.MEGABYTE)))
    picture = bombs.png(8, 8)
    return picture[:33] + text * 500 + picture[33:]


def unclosed_quote() -> bytes:
    return b'id,text\n1,"I never close\n' + b"2,another row\n" * 400_000


NOT_READ = bombs.NOT_READ
CASES = (
    (
        "https://github.com/tafia/calamine/issues/693",
        "far.xlsx",
        lambda: bombs.sparse("XFD1048576"),
        (*NOT_READ, TWO_ROWS),
    ),
    (
        "https://github.com/ToucanToco/fastexcel/issues/487",
        "wide.xlsx",
        lambda: bombs.sparse("XFD3"),
        (*NOT_READ, TWO_ROWS),
    ),
    ("https://github.com/xberg-io/xberg/issues/331", "solver.xlsx", solver, (*NOT_READ, TWO_ROWS)),
    ("https://github.com/dimastbk/python-calamine/issues/130", "frame.xlsx", first_row_and_last_column, NOT_READ),
    ("https://github.com/developer0hye/office2pdf/issues/1703", "beyond.xlsx", beyond_the_grid, (*NOT_READ, TWO_ROWS)),
    ("https://github.com/developer0hye/office2pdf/issues/1702", "shared.xlsx", long_shared_string, NOT_READ),
    ("https://github.com/dimagi/commcare-hq/pull/22486", "formatted.xlsx", formatted_rows, (TWO_ROWS,)),
    ("https://github.com/dimastbk/python-calamine/issues/111", "style.xlsx", nameless_style, (*NOT_READ, TWO_ROWS)),
    ("https://github.com/tafia/calamine/issues/550", "old.xls", old_excel, NOT_READ),
    ("https://github.com/bobmatnyc/trusty-tools/issues/4894", "blank.xlsx", huge_sheet, NOT_READ),
    ("https://github.com/python/cpython/issues/109858", "overlap.xlsx", bombs.overlapping_zip, NOT_READ),
    ("https://github.com/python/cpython/issues/151307", "forged.xlsx", forged_sizes, NOT_READ),
    ("https://github.com/cldf/csvw/issues/52", "quote.csv", unclosed_quote, (*NOT_READ, "rows")),
    ("https://github.com/simplejson/simplejson/pull/11", "deep.jsonl", bombs.deep_json, NOT_READ),
    ("https://github.com/py-pdf/pypdf/issues/3654", "circular.pdf", circular_xref, (*NOT_READ, "opened")),
    ("https://github.com/py-pdf/pypdf/issues/2877", "unbalanced.pdf", unbalanced, (*NOT_READ, "opened")),
    ("https://github.com/python-pillow/Pillow/issues/515", "huge.png", lambda: bombs.png(19_000, 19_000), ("pixels",)),
    ("https://github.com/python-pillow/Pillow/pull/1060", "wordy.png", wordy_picture, ("opened",)),
    (
        "https://github.com/anthropics/claude-code/issues/12351",
        "long.png",
        lambda: bombs.png(1_280, 8_001),
        ("pixels",),
    ),
)


@pytest.mark.parametrize(("source", "name", "make", "said"), CASES, ids=[case[1] for case in CASES])
async def test_no_file_takes_more_than_a_sentence(
    pool: ReaderPool, source: str, name: str, make: Callable[[], bytes], said: tuple[str, ...]
) -> None:
    assert source
    told = await read(pool, name, make())
    assert any(words in told for words in said), told


CODE = (
    ("https://github.com/python/cpython/issues/86882", "a.py", "+a" * 24_000),
    ("https://github.com/python/cpython/pull/5960", "a.py", "(" * 49_000),
    ("https://github.com/yaml/pyyaml/issues/895", "a.yaml", "- " * 24_000),
    ("https://github.com/yaml/libyaml/issues/107", "a.yaml", "[" * 49_000),
    (
        "https://github.com/yaml/pyyaml/issues/235",
        "a.yaml",
        "\n".join([f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]" for n in range(1, 900)]),
    ),
)


@pytest.mark.parametrize(("source", "name", "code"), CODE, ids=[case[0].rpartition("/")[2] for case in CODE])
async def test_no_code_takes_more_than_its_check(pool: ReaderPool, source: str, name: str, code: str) -> None:
    assert source
    before = computed(pool)
    report = await pool.check_code(
        [CodeFile(name, code), CodeFile("good.py", "x = 1\n"), CodeFile("bad.py", "x = (\n")]
    )
    assert computed(pool) - before < SECONDS
    assert "good.py" not in report.faults
    assert "bad.py" in report.faults
