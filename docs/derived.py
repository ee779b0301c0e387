"""Write what follows from the code: `make derived`, or `python -m docs.derived`.

That is `manifest.json`, and a row in `docs/commands.md` for each slash command that the page does not have yet: its
usage and its description, to be reworded there.
"""  # noqa: INP001 - a script

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.core.commands import COMMANDS, CommandSpec
from bot.slack.manifest import manifest

ROOT = Path(__file__).parents[1]
LAST = "| `/parley help` |"  # the row before which new ones go


def manifest_file() -> str:
    """Return what `manifest.json` should hold."""
    return json.dumps(manifest(), indent=2) + "\n"


def commands_page(page: str) -> str:
    """Return the page with a row for each command."""
    known = set(re.findall(r"`/([a-z]+)[ `]", page))
    rows = [_row(one) for one in COMMANDS if one.name not in known]
    return page.replace(LAST, "".join(rows) + LAST, 1)


def _row(command: CommandSpec) -> str:
    usage = f"/{command.name} {command.usage_hint}".strip().replace("|", "\\|")
    return f"| `{usage}` | {command.description}. |\n"


def main() -> None:
    """Write the files."""
    page = ROOT / "docs" / "commands.md"
    page.write_text(commands_page(page.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "manifest.json").write_text(manifest_file(), encoding="utf-8")


if __name__ == "__main__":
    main()
