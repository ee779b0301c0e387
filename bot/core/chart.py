"""Charts as PNG pictures. Blocking, the first one for about a second: call it in a thread.

Matplotlib is loaded with the first chart, as it takes longer than the rest of the bot together.
"""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 30
LONGEST_LABEL = 60  # characters
LABEL_WIDTH = 30  # characters in a line
MOST_NAMES = 12  # below columns
INCHES_PER_BAR = 0.42
COLOUR = "#4a6fa5"


def bars(counts: Sequence[tuple[str, int]], title: str) -> bytes:
    """Draw horizontal bars in the order given, each with its count and percentage; those after 30 are summed up."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (as the first lines say)
    from matplotlib.figure import Figure  # noqa: PLC0415

    # Its fonts lack some scripts: then a box is drawn, which is nothing to warn of.
    warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
    shown = list(counts[:MOST_BARS])
    if rest := sum(count for _, count in counts[MOST_BARS:]):
        shown.append((f"{len(counts) - MOST_BARS} more", rest))
    total = sum(count for _, count in shown) or 1
    labels = [textwrap.fill(textwrap.shorten(name, LONGEST_LABEL, placeholder="…"), LABEL_WIDTH) for name, _ in shown]
    values = [count for _, count in shown]

    # Not pyplot, which keeps every figure in a state that threads share.
    figure = Figure(figsize=(8, 1.2 + INCHES_PER_BAR * len(shown)), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    drawn = axes.barh(range(len(shown)), values, color=COLOUR)
    axes.bar_label(drawn, [f"{count:,}  ({count / total:.0%})" for count in values], padding=4)
    # A name is no formula, whatever dollar signs it has.
    axes.set_yticks(range(len(shown)), labels, parse_math=False)
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.set_title(title, loc="left", parse_math=False)
    axes.xaxis.set_visible(False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return _png(figure)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a picture: the series' amounts over the names, stacked or as `lines`.

    NaN is a gap in a line.
    """

    title: str
    series: Mapping[str, Sequence[float]]
    lines: bool = False


def columns(names: Sequence[str], series: Mapping[str, Sequence[float]], title: str) -> bytes:
    """Draw a stacked column for each name; only every few are labeled."""
    return panels(names, [Panel(title, series)])


def panels(names: Sequence[str], parts: Sequence[Panel]) -> bytes:
    """Draw panels one below the other, over the same names."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (as the first lines say)
    from matplotlib.figure import Figure  # noqa: PLC0415

    warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
    figure = Figure(figsize=(8, 1 + 3 * len(parts)), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    step = math.ceil(len(names) / MOST_NAMES) or 1
    for number, part in enumerate(parts, start=1):
        axes = figure.add_subplot(len(parts), 1, number)
        below = [0.0] * len(names)
        for label, amounts in part.series.items():
            shown = textwrap.shorten(label, LONGEST_LABEL, placeholder="…").replace("$", r"\$").lstrip("_")
            if part.lines:
                axes.plot(range(len(names)), amounts, marker="o", label=shown, color=COLOUR)
            else:
                axes.bar(range(len(names)), amounts, bottom=below, label=shown)
                below = [low + amount for low, amount in zip(below, amounts, strict=True)]
        axes.set_xticks(range(0, len(names), step), names[::step])
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set_ylim(bottom=0)
        axes.set_title(part.title, loc="left", parse_math=False)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
