from __future__ import annotations

import math
import os
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from bot.core import chart
from bot.core.chart import Panel, Unit

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "counts",
    [
        [("Bug report", 12), ("Praise", 3)],
        [("$x^2$ \u65e5\u672c \U0001f525", 1)],
        [("a" * 500, 1), ("b", 0)],
        [(f"category {number}", number) for number in range(60)],
        [],
    ],
)
def test_a_chart_is_a_picture(counts: list[tuple[str, int]]) -> None:
    picture = chart.bars(counts, "60 messages, $1")
    assert picture.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 1040
    assert 100 < height < 2_000


def test_panels_stand_below_each_other() -> None:
    parts = [
        Panel("By category", {"$a$ \u65e5\u672c": [1.0, 2.0], "_hidden": [0.0, 3.0]}),
        Panel("Cost", {"answers": [0.001, 2.5]}, Unit.DOLLARS),
        Panel("Hours", {"median": [float("nan"), 2.0]}, Unit.HOURS, lines=True),
    ]
    picture = chart.panels(["Nov 23", "Nov 24"], parts)
    assert picture.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 1040
    assert 3 * 400 < height < 3 * 700


def test_a_picture_is_opaque() -> None:
    drawn = Image.open(BytesIO(chart.bars([("Bug report", 1)], "1 message"))).convert("RGBA")
    assert drawn.getchannel("A").getextrema() == (255, 255)
    assert drawn.getpixel((0, 0)) == (255, 255, 255, 255)


def test_many_series_become_others() -> None:
    series = {f"category {number}": [1.0, float(number)] for number in range(30)}
    shown = chart.most(series)
    assert list(shown)[-1] == "24 others"
    assert shown["24 others"] == [24.0, math.fsum(range(6, 30))]
    assert math.fsum(sum(amounts) for amounts in shown.values()) == math.fsum(sum(one) for one in series.values())
    assert chart.panels(["Nov 23", "Nov 24"], [Panel("Many", series)]).startswith(b"\x89PNG\r\n")


def test_graver_is_redder_and_darker() -> None:
    scale = ("Low", "Medium", "High", "Critical")
    series = {name: [1.0] for name in ("High", "none", "Low", "Critical")}
    drawn = chart.colors(series, scale)
    by_name = dict(zip(series, drawn, strict=True))
    assert by_name["none"] == chart.NO_COLOR
    green = [int(by_name[name][3:5], 16) for name in ("Low", "High", "Critical")]
    assert green == sorted(green, reverse=True)


def test_counts_have_whole_axes() -> None:
    for most in (1, 2, 3, 7, 40):
        figure = Figure()
        axes = figure.add_subplot()
        axes.bar([0], [most])
        chart.label_amounts(axes, Panel("Posts", {"Bug": [most]}))
        ticks = axes.get_yticks()
        assert all(float(tick).is_integer() for tick in ticks)


@pytest.mark.parametrize("most", [0.00061, 0.003, 0.07, 0.9, 3, 45, 3_000])
def test_sums_are_labeled_exactly(most: float) -> None:
    axes = Figure().add_subplot()
    axes.bar([0], [most])
    chart.label_amounts(axes, Panel("Cost", {"answers": [most]}, unit=Unit.DOLLARS))
    label = axes.yaxis.get_major_formatter()
    ticks = [float(tick) for tick in axes.get_yticks()]
    assert len(ticks) > 1
    assert [float(label(tick).replace("\\$", "").replace(",", "")) for tick in ticks] == pytest.approx(ticks)


def test_the_smallest_sums_have_one_label() -> None:
    axes = Figure().add_subplot()
    axes.bar([0], [0.00005])
    chart.label_amounts(axes, Panel("Cost", {"answers": [0.00005]}, unit=Unit.DOLLARS))
    label = axes.yaxis.get_major_formatter()
    ticks = [float(tick) for tick in axes.get_yticks() if tick <= axes.get_ylim()[1]]
    assert [text for tick in ticks if (text := label(tick))] == [r"\$0.00", r"\$0.0001"]


def test_listed_fonts_are_found(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "MPLCONFIGDIR": str(tmp_path)}

    def run(code: str) -> str:
        command = [sys.executable, "-c", code]
        ran = subprocess.run(command, env=bare, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (ours)
        return ran.stdout.strip()

    asked = "from bot.core import chart; print(chart.has_listed_fonts())"
    assert run(asked) == "False"
    run(chart.LIST_FONTS)
    assert run(asked) == "True"
