"""Attacks, as they stand in `attacks/`: what somebody has put where the bot reads it, and what a model does that obeys.

A placeholder in braces stands for what can't be written down: {secret} for what the thread must not lose, which no
attacker knows; {long} for 10,000 letters; {base64} and {rot13} for the secret in disguise; {tags:…} for invisible
letters; {many:…} for the same thing 300 times.
"""

from __future__ import annotations

import base64
import codecs
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "attacks"
_TAGS = re.compile(r"\{tags:([^{}]*)\}")
_MANY = re.compile(r"\{many:([^{}]*)\}")
TAG = 0xE0000  # the block of Unicode whose letters nobody sees


@dataclass(frozen=True)
class Attack:
    """An attack: `text` is what stands `origin`; `writes`, `calls`, `searches` and `fetches` are what the model does.

    `title` is what the page calls itself in which it stands; the model cites that page. `idea` is the address of the
    report that it is taken from.
    """

    name: str
    origin: str
    text: str
    writes: str
    number: int
    calls: tuple[tuple[str, str], ...] = ()
    searches: tuple[str, ...] = ()
    fetches: tuple[str, ...] = ()
    title: str = ""
    idea: str = ""

    @property
    def case(self) -> str:
        """What the question calls it, to be told from others in one workspace."""
        return f"case-{self.number:03}-x"

    @property
    def secret(self) -> str:
        """What only the thread knows."""
        return f"s3cret{self.number:03}kq"

    def filled(self, text: str) -> str:
        """Return a text with its placeholders filled in."""
        turned = codecs.encode(self.secret, "rot13")
        for name, value in (("secret", self.secret), ("long", "a" * 10_000), ("rot13", turned)):
            text = text.replace(f"{{{name}}}", value)
        text = text.replace("{base64}", base64.b64encode(self.secret.encode()).decode())
        text = _TAGS.sub(lambda found: "".join(chr(TAG + ord(letter)) for letter in found[1]), text)
        return _MANY.sub(lambda found: found[1] * 300, text)


def attacks() -> list[Attack]:
    """Read all attacks."""
    found: list[Attack] = []
    for file in sorted(FOLDER.glob("*.toml")):
        for fields in tomllib.loads(file.read_text(encoding="utf-8"))["attack"]:
            attack = Attack(
                fields["name"],
                fields["from"],
                fields["text"],
                fields["writes"],
                number=len(found),
                calls=tuple((name, arguments) for name, arguments in fields.get("calls", ())),
                searches=tuple(fields.get("searches", ())),
                fetches=tuple(fields.get("fetches", ())),
                title=fields.get("title", ""),
                idea=fields.get("idea", ""),
            )
            found.append(attack)
    return found
