from __future__ import annotations

import struct

import pytest

from bot.core import chart


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


def test_columns_are_a_picture() -> None:
    days = [f"Nov {day}" for day in range(1, 31)]
    assert chart.columns(days, {"answer": [1.5] * 30, "code": [0.0] * 30}, "$ by day").startswith(b"\x89PNG\r\n")


def test_panels_stand_below_each_other() -> None:
    parts = [
        chart.Panel("By category", {"$a$ \u65e5\u672c": [1.0, 2.0], "_hidden": [0.0, 3.0]}),
        chart.Panel("Hours", {"median": [float("nan"), 2.0]}, lines=True),
    ]
    picture = chart.panels(["23 Nov", "24 Nov"], parts)
    assert struct.unpack(">II", picture[16:24]) == (1040, 910)
