"""Charts as PNG pictures, in one style. Blocking, the first one for half a second: call it in a thread.

Matplotlib is loaded with the first chart, as it takes longer than the rest of the bot together. Where it has never run,
it first lists the machine's fonts, which takes seconds: `LIST_FONTS` does that ahead of time, in another process.

A picture is opaque, so that it is read in dark mode, too, and its letters are large enough for a phone's width.
"""

from __future__ import annotations

import math
import os
import textwrap
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.money import SMALLEST, dollars
from bot.language import _, number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIST_FONTS = "import matplotlib.font_manager"  # not for people: a program, which keeps the list in a file

WIDTH, DPI = 6.5, 160  # inches, dots in one
MOST_BARS = 24
LONGEST_LABEL = 60  # characters
LABEL_WIDTH = 26  # characters in a line
LONGEST_TITLE = 58  # characters in a line
INCHES_PER_BAR = 0.42
INCHES_PER_PANEL = 3.0
MOST_NAMES = 7  # below columns
FEWEST_COLUMNS = 5  # that there is room for: one alone would be a wall
MOST_SERIES = 7  # with the rest of them, which is one

# Okabe and Ito's colors, which people with any color vision can keep apart; the last one is for the rest.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C")
MISSING = "Glyph .* missing from"  # not for people: a warning of matplotlib
NO_COLOR = "#C4C4C4"
SCALE = "YlOrRd"  # of matplotlib: the further up, the darker and redder
PALEST, DARKEST = 0.3, 0.95
STYLE: Any = {
    "font.size": 11.0,
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "figure.constrained_layout.h_pad": 0.12,  # inches around everything
    "figure.constrained_layout.w_pad": 0.12,
    "axes.edgecolor": "#8C8C8C",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "figure.facecolor": "#FFFFFF",
    "savefig.facecolor": "#FFFFFF",
}


class Unit(Enum):
    """What a panel's amounts are."""

    COUNT = "count"
    DOLLARS = "dollars"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a picture: each series' amounts over the names, in stacked columns or as `lines`.

    NaN is a gap in a line. `scale` has series' names from the least to the gravest: their colors show the order, and
    other series are gray.
    """

    title: str
    series: Mapping[str, Sequence[float]]
    unit: Unit = Unit.COUNT
    lines: bool = False
    scale: Sequence[str] = ()


def has_listed_fonts() -> bool:
    """Return whether matplotlib has listed this machine's fonts; it is not loaded for that.

    Source: matplotlib.org/stable/install/environment_variables_faq.html, for Linux.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
    return any(Path(os.environ.get("MPLCONFIGDIR") or cache).glob("fontlist-*.json"))


def bars(counts: Sequence[tuple[str, int]], title: str) -> bytes:
    """Draw horizontal bars in the order given, each with its count and percentage; those after 24 are summed up."""
    shown = list(counts[:MOST_BARS])
    if rest := sum(count for _, count in counts[MOST_BARS:]):
        shown.append((_("{count:,} more", count=len(counts) - MOST_BARS), rest))
    total = sum(count for _, count in shown) or 1
    labels = [textwrap.fill(textwrap.shorten(name, LONGEST_LABEL, placeholder="…"), LABEL_WIDTH) for name, _ in shown]
    values = [count for _, count in shown]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        drawn = axes.barh(range(len(shown)), values, color=COLORS[0])
        axes.bar_label(drawn, [f"{number(count)} ({percent(count / total)})" for count in values], padding=4)
        # A name is not a formula, whatever dollar signs it has.
        axes.set_yticks(range(len(shown)), labels, parse_math=False)
        axes.invert_yaxis()
        axes.margins(x=0.22)
        figure.suptitle(textwrap.fill(title, LONGEST_TITLE), x=0.02, ha="left", parse_math=False)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)

    return _picture(1.2 + INCHES_PER_BAR * len(shown), draw)


def panels(names: Sequence[str], parts: Sequence[Panel]) -> bytes:
    """Draw panels one below the other, over the same names, of which only every few are labeled."""
    step = math.ceil(len(names) / MOST_NAMES) or 1

    def draw(figure: Figure) -> None:
        for row, part in enumerate(parts, start=1):
            axes = figure.add_subplot(len(parts), 1, row)
            _series(axes, part, len(names))
            axes.set_xticks(range(0, len(names), step), names[::step])
            axes.set_xlim(-0.6, max(len(names), FEWEST_COLUMNS) - 0.4)
            label_amounts(axes, part)
            axes.set_title(textwrap.fill(part.title, LONGEST_TITLE), loc="left", parse_math=False)
            if len(part.series) > 1:
                axes.legend(
                    frameon=False,
                    loc="upper center",  # not for people: a place
                    bbox_to_anchor=(0.5, -0.08),
                    ncols=2,
                    fontsize=10,
                )

    return _picture(0.6 + INCHES_PER_PANEL * len(parts) + sum(map(_legend_inches, parts)), draw)


def _legend_inches(part: Panel) -> float:
    return 0.24 * math.ceil(len(_ordered(part)) / 2) if len(part.series) > 1 else 0.0


def _series(axes: Axes, part: Panel, length: int) -> None:
    series = _ordered(part)
    below = [0.0] * length
    for (name, amounts), color in zip(series.items(), colors(series, part.scale), strict=True):
        # Matplotlib reads dollars as a formula, and leaves out what begins with an underscore.
        label = textwrap.shorten(name, LABEL_WIDTH, placeholder="…").replace("$", r"\$").lstrip("_")
        if part.lines:
            axes.plot(range(length), amounts, marker="o", label=label, color=color)
        else:
            axes.bar(range(length), amounts, bottom=below, label=label, color=color)
            below = [low + amount for low, amount in zip(below, amounts, strict=True)]


def _ordered(part: Panel) -> Mapping[str, Sequence[float]]:
    """Return the series as they are drawn: what has no place on the scale comes last."""
    if not part.scale:
        return most(part.series)
    places = {name: place for place, name in enumerate(part.scale)}
    return dict(sorted(part.series.items(), key=lambda each: places.get(each[0], len(places))))


def most(series: Mapping[str, Sequence[float]]) -> Mapping[str, Sequence[float]]:
    """Return the first series, and the rest of them as one if there are too many."""
    if len(series) <= MOST_SERIES:
        return series
    names = list(series)
    first, rest = names[: MOST_SERIES - 1], names[MOST_SERIES - 1 :]
    summed = [math.fsum(amounts) for amounts in zip(*(series[name] for name in rest), strict=True)]
    return {**{name: series[name] for name in first}, _("{count:,} others", count=len(rest)): summed}


def colors(series: Mapping[str, Sequence[float]], scale: Sequence[str]) -> Sequence[str]:
    """Return each series' color: its own, or the one of its place on the scale."""
    if not scale:
        return COLORS[: len(series)]
    from matplotlib import colormaps  # noqa: PLC0415 (as the first lines say)
    from matplotlib.colors import to_hex  # noqa: PLC0415

    step = (DARKEST - PALEST) / max(len(scale) - 1, 1)
    graded = {name: to_hex(colormaps[SCALE](PALEST + step * place)) for place, name in enumerate(scale)}
    return [graded.get(name, NO_COLOR) for name in series]


def label_amounts(axes: Axes, part: Panel) -> None:
    """Label the axis of amounts: counts only at whole numbers."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 (as the first lines say)

    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    # A step of 1.5 or 2.5 would be rounded in its label.
    steps = [1, 2, 5, 10]
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=steps, integer=part.unit is Unit.COUNT, min_n_ticks=1))
    if part.unit is Unit.DOLLARS:
        # Below what is written as a number, all labels would read the same.
        axes.set_ylim(top=max(axes.get_ylim()[1], 1.1 * SMALLEST))
        # Behind a backslash, a dollar sign begins no formula.
        axes.yaxis.set_major_formatter(
            FuncFormatter(
                lambda amount, __: "" if 0 < amount < 0.99 * SMALLEST else dollars(amount).replace("$", r"\$")
            )
        )
    elif part.unit is Unit.HOURS:
        is_short = axes.get_ylim()[1] < 2  # noqa: PLR2004 (hours)
        axes.yaxis.set_major_formatter(
            FuncFormatter(
                lambda hours, __: (
                    _("{count:,} min", count=round(60 * hours)) if is_short else _("{count:,} h", count=hours)
                )
            )
        )
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda count, __: number(round(count))))


def _picture(height: float, draw: Callable[[Figure], None]) -> bytes:
    """Draw a figure of so many inches, as PNG."""
    from matplotlib import rcParams  # noqa: PLC0415 (as the first lines say)
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    # Its fonts lack some scripts: then a box is drawn, which is nothing to warn of.
    warnings.filterwarnings("ignore", message=MISSING, category=UserWarning)
    rcParams.update(STYLE)  # not for a while only: threads share them
    # Not pyplot, which keeps every figure in a state that threads share.
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure)
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
