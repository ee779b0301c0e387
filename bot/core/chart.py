"""Charts as PNG pictures. Blocking, the first one for about a second: to be called in a thread.

Matplotlib is loaded with the first chart, as it takes longer than the rest of the bot together.
"""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

MOST_BARS = 30
LONGEST_LABEL = 60  # characters
LABEL_WIDTH = 30  # characters in a line
MOST_NAMES = 12  # below columns
INCHES_PER_BAR = 0.42
COLOUR = "#4a6fa5"


def bars(counts: Sequence[tuple[str, int]], title: str) -> bytes:
    """Draw horizontal bars in the order given, each with its number and share; what comes after 30 is summed up."""
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


def columns(names: Sequence[str], series: Mapping[str, Sequence[float]], title: str) -> bytes:
    """Draw a column for each name, of the series' amounts on top of each other; every so many are named."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 (as the first lines say)
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    below = [0.0] * len(names)
    for label, amounts in series.items():
        axes.bar(range(len(names)), amounts, bottom=below, label=label)
        below = [low + amount for low, amount in zip(below, amounts, strict=True)]
    step = math.ceil(len(names) / MOST_NAMES) or 1
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.set_title(title, loc="left", parse_math=False)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def _png(figure: Figure) -> bytes:
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
