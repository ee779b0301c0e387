"""Draw the app's icon for Slack: `python -m docs.icon` writes docs/icon.png."""  # noqa: INP001 - a script

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FILE = Path(__file__).parent / "icon.png"
SIZE = 1024  # pixels; Slack takes from 512 to 2000, and shows 20 to 72: https://docs.slack.dev/reference/methods/apps.icon.set
FINER = 4  # drawn this many times larger, for smooth edges
NIGHT, PAPER, CORAL = "#2b2a33", "#fbf7f0", "#ef7b5a"  # the manifest's background, and two who talk


def draw() -> Image.Image:
    """Draw a P that is a speech bubble, with somebody in it."""
    whole = SIZE * FINER
    picture = Image.new("RGB", (whole, whole), NIGHT)
    pen = ImageDraw.Draw(picture)

    def at(*shares: float) -> list[float]:
        return [share * whole for share in shares]

    def disc(x: float, y: float, radius: float, color: str) -> None:
        pen.ellipse(at(x - radius, y - radius, x + radius, y + radius), fill=color)

    disc(0.53, 0.42, 0.29, PAPER)
    pen.polygon(at(0.24, 0.42, 0.43, 0.42, 0.43, 0.69, 0.24, 0.90), fill=PAPER)
    disc(0.53, 0.42, 0.145, NIGHT)
    disc(0.53, 0.42, 0.085, CORAL)
    return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw().save(FILE, optimize=True)
