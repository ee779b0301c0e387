"""Read a PowerPoint presentation (PPTX): its slides by number, with their tables, charts and notes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.shapes.group import GroupShape
from pptx.shapes.picture import Picture

from bot.core.documents import open_xml
from bot.core.documents.document import Document, Thing, counted
from bot.core.markdown_table import cell, markdown_table

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

MOST_SLIDES = 1_000
_PIC = "{http://schemas.openxmlformats.org/presentationml/2006/main}pic"
_PICTURE = "[picture: "
DEEPEST = 20  # groups in groups
_READ_HERE = frozenset((Thing.PICTURE, Thing.CHART))  # those of slides are counted where they are met


def read(archive: zipfile.ZipFile) -> Document:
    """Read a presentation. Raises whatever a damaged one sets off."""
    parts = open_xml.parts(archive)
    found = Counter({thing: n for thing, n in open_xml.beside(parts).items() if thing not in _READ_HERE})
    found[Thing.COMMENT] = sum(name.startswith("ppt/comments/") for name in parts)
    shown = Presentation(open_xml.packed(open_xml.without_media(parts))).slides
    written, has_text, pictures = [], False, list[bytes]()
    for number, slide in enumerate(shown, start=1):
        if number > MOST_SLIDES:
            found[Thing.MORE_SLIDE] = len(shown) - MOST_SLIDES
            break
        if slide.element.get("show") in ("0", "false"):
            found[Thing.HIDDEN_SLIDE] += 1
            continue
        pictures += open_xml.pictures(str(slide.part.partname).lstrip("/"), slide.element.iter(_PIC), parts)
        title = slide.shapes.title
        heading = " ".join(title.text_frame.text.split()) if title is not None else ""
        said = list(_slide(slide, found))
        has_text = has_text or bool(heading) or not all(one.startswith(_PICTURE) for one in said)
        written += [f"## Slide {number}{': ' if heading else ''}{heading}", *said]
    lost = max(0, found.pop(Thing.PICTURE, 0) - len(pictures))
    text = "\n\n".join(written) if has_text else ""
    return Document(text, counted(found), pictures=tuple(dict.fromkeys(pictures)), lost=lost)


def _slide(slide: Slide, found: Counter[Thing]) -> Iterator[str]:
    """Yield what a slide says below its title."""
    title = slide.shapes.title
    for shape in _shapes(slide.shapes, found):
        if title is None or shape.shape_id != title.shape_id:
            try:
                yield from filter(None, list(_shape(shape, found)))
            except (
                ValueError,
                KeyError,
                AttributeError,
                IndexError,
                TypeError,
                NotImplementedError,
            ):  # what the library does not know
                found[Thing.DRAWING] += 1
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None and frame.text.strip():
        yield f"Notes: {_lines(frame)}"


def _shapes(shapes: Any, found: Counter[Thing], depth: int = 0) -> Iterator[BaseShape]:  # noqa: ANN401 (slides' and groups')
    for shape in shapes:
        if isinstance(shape, GroupShape) and depth < DEEPEST:
            yield from _shapes(shape.shapes, found, depth + 1)
        else:
            yield shape


def _shape(shape: Any, found: Counter[Thing]) -> Iterator[str]:  # noqa: ANN401 (a shape of any kind)
    if shape.has_text_frame:
        yield _lines(shape.text_frame)
    elif shape.has_table:
        yield _table(shape.table)
    elif shape.has_chart:
        yield _chart(shape.chart)
    elif isinstance(shape, Picture):
        found[Thing.PICTURE] += 1
        described = " ".join("".join(shape.element.xpath("./*/p:cNvPr/@descr")[:1]).split())
        yield f"{_PICTURE}{described}]" if described and "." not in described[-5:] else ""  # or it is a file's name


def _lines(frame: TextFrame) -> str:
    """Write a text's paragraphs, those of lower levels as items below the others."""
    lines = ((" ".join(one.text.split()), one.level) for one in frame.paragraphs)
    return "\n".join(f"{'  ' * (level - 1)}- {text}" if level else text for text, level in lines if text)


def _table(table: Any) -> str:  # noqa: ANN401 (the library has no types for its cells)
    rows = [[cell(one.text) for one in row.cells] for row in table.rows]
    return markdown_table(rows[0], rows[1:]) if rows else ""


def _chart(chart: Any) -> str:  # noqa: ANN401 (as above)
    """Write a chart's figures as a table, a column for each series."""
    title = cell(chart.chart_title.text_frame.text) if chart.has_title and chart.chart_title.has_text_frame else ""
    rows: dict[str, list[str]] = {}
    names: list[str] = []
    for plot in chart.plots:
        labels = [str(label) for label in plot.categories]
        for series in plot.series:
            names.append(cell(str(series.name)))
            for n, value in enumerate(series.values):
                label = labels[n] if n < len(labels) else str(n + 1)
                rows.setdefault(cell(label), []).append("" if value is None else f"{value:g}")
    written = markdown_table(["", *names], ([label, *values] for label, values in rows.items())) if rows else ""
    return "\n\n".join(filter(None, [f"Chart: {title}".removesuffix(": "), written]))
