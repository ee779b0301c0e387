"""What redaction finds, and hides by mistake: `python -m benchmarks.redaction` prints the tables of docs/privacy.md.

Secrets are drawn from a seed, written behind words as people, settings, commands and programs write them, and sent as
plain text, as the bot quotes text for the model, and as a file of JSON. One counts as found when all of it is hidden.
Ordinary texts are those of `benchmarks.ordinary`, and this repository's own code and pages.
"""

from __future__ import annotations

import base64
import json
import random
import shlex
import string
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.ordinary import lines
from bot.core.quoting import quoted
from bot.core.redaction.find import Kind, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SEED = 7
SECRETS = 4_000  # of each kind
JUDGED = {Kind.SECRET, Kind.CARD, Kind.IBAN}
_SIGNS = string.ascii_letters + string.digits + string.punctuation
_HERE = Path(__file__).parent.parent

Draw = random.Random


class Case(NamedTuple):
    """What is sent, and what of it must not leave."""

    sent: str
    secret: str


def password(draw: Draw) -> str:
    """Draw a password of 8 to 20 signs, any that a keyboard has."""
    return _some(draw, _SIGNS, draw.randint(8, 20))


def token(draw: Draw) -> str:
    """Draw a token as programs make them."""
    raw = draw.randbytes(draw.randint(12, 40))
    return draw.choice((raw.hex(), base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")))


def simple(draw: Draw) -> str:
    """Draw letters and figures, as password managers do where symbols are refused."""
    return _some(draw, string.ascii_letters + string.digits, draw.randint(8, 24))


def _some(draw: Draw, signs: str, size: int) -> str:
    return "".join(draw.choice(signs) for _ in range(size))


# Behind these anything goes up to the next space, behind those what a language's own quotes hold.
PLAIN = (
    *("password: {}", "Password = {}", "my password is {}", "the new password is {} for now", "login bob, pass: {}"),
    *("Kennwort: {}", "Passwort: {}", "das Passwort lautet {}", "contraseña: {}", "mot de passe : {}", "pwd={}"),
    *("DB_PASS={}", "export MYSQL_ROOT_PASSWORD={}", "dbPassword={}", "password for the demo: {}", "Password:\t{}"),
    *("*Password:* {}", "password -> {}", "passphrase: {}", "user=bob password={}", "Wachtwoord: {}", "senha: {}"),
)
KEYS = (
    *("api_key = {}", "API-Key: {}", "token: {}", "access token: {}", "client_secret={}", "Authorization: Bearer {}"),
    *("X-Api-Key: {}", "--token {}", "--api-key={}", "secret: {}", "aws_secret_access_key = {}", "AUTH_TOKEN={}"),
    *("the token is {}", "SECRET_KEY={}", "Authorization: Basic {}", "https://example.com/x?token={}&page=2"),
)
QUOTED: Mapping[str, Callable[[str], str]] = {
    "password = {}": repr,
    "PASSWORD={}": shlex.quote,
    "password: {}": json.dumps,
    '{{"user": "bob", "password": {}}}': json.dumps,
    '  "db_password": {},': json.dumps,
    "mysql --password={}": shlex.quote,
    "login --password {} --verbose": shlex.quote,
    "const password: string = {};": json.dumps,
    "password: '{}'": lambda secret: secret.replace("'", "''"),
    "CREATE USER bob WITH PASSWORD '{}';": lambda secret: secret.replace("'", "''"),
}


def behind_words(draw: Draw, count: int = SECRETS) -> Iterator[Case]:
    """Yield secrets behind words, plain."""
    for number in range(count):
        make = (password, simple)[number % 2]
        forms, make = (KEYS, token) if number % 3 == 2 else (PLAIN, make)  # noqa: PLR2004
        secret = make(draw)
        form = draw.choice(forms)
        before, after = draw.choice((("", ""), ("Hi all,\n", "\nThanks!"), ("see below. ", "")))
        yield Case(f"{before}{form.format(secret)}{after}", secret)


def in_quotes(draw: Draw, count: int = SECRETS) -> Iterator[Case]:
    """Yield passwords in the quotes of languages and shells."""
    for _ in range(count):
        form, quote = draw.choice(list(QUOTED.items()))
        secret = password(draw)
        yield Case(form.format(quote(secret)), quote(secret).strip("'\""))


def as_quoted(cases: Iterator[Case]) -> Iterator[Case]:
    """Send cases as the bot quotes a text for the model."""
    for sent, secret in cases:
        told = f"Classify this.\n\n{quoted('messages', [{'n': 1, 'text': sent}])}\n\nOnly that."
        yield Case(told, json.dumps(secret, ensure_ascii=False)[1:-1].replace("<", "\\u003c"))


def as_file(cases: Iterator[Case]) -> Iterator[Case]:
    """Send cases as lines of a file of JSON."""
    for sent, secret in cases:
        row = json.dumps({"id": 12, "body": sent, "ok": True})
        yield Case(f'{row}\n{{"id": 13}}', json.dumps(secret)[1:-1])


GAPS = (*"  .-/\t", "\u00a0", "\u202f", "\u2009", "\u2013", "\u2011", " - ", "\u200b")
_GROUPS = ((4, 4, 4, 4), (4, 4, 8), (4, 12), (6, 10), (8, 8), (2,) * 8, (16,))


def card_numbers(draw: Draw, count: int = SECRETS) -> Iterator[Case]:
    """Yield card numbers, grouped and parted in many ways."""
    for _ in range(count):
        digits = _valid(draw.choice(("4", "51", "55", "2221", "6011", "35")), 16, draw)
        yield Case(f"card {(secret := _grouped(digits, draw.choice(_GROUPS), draw.choice(GAPS)))} please", secret)


def iban_numbers(draw: Draw, count: int = SECRETS) -> Iterator[Case]:
    """Yield IBANs, grouped and parted in many ways."""
    from stdnum import iban  # noqa: PLC0415 (as `core/redaction` does)

    formats = {
        "DE": "18n",
        "FR": "23n",
        "NL": "4a10n",
        "GB": "4a14n",
        "ES": "20n",
        "AT": "16n",
        "CH": "17n",
        "BE": "12n",
    }
    made = 0
    while made < count:
        country, form = draw.choice(list(formats.items()))
        letters, figures = (4, int(form[2:-1])) if "a" in form else (0, int(form[:-1]))
        account = _some(draw, string.ascii_uppercase, letters) + _some(draw, string.digits, figures)
        whole = country + iban.calc_check_digits(f"{country}00{account}") + account
        if not iban.is_valid(whole):
            continue  # some countries have check digits of their own in there
        made += 1
        sizes = draw.choice(((4,) * 9, (2, 2, 4, 4, 4, 4, 4, 4, 4, 4), (4, 8, 10, 12), (len(whole),), (5,) * 7))
        secret = _grouped(whole, sizes, draw.choice(GAPS))
        yield Case(f"refund to {secret}, thanks", secret)


def _valid(start: str, size: int, draw: Draw) -> str:
    from stdnum import luhn  # noqa: PLC0415 (as above)

    digits = start + _some(draw, string.digits, size - 1 - len(start))
    return digits + luhn.calc_check_digit(digits)


def _grouped(text: str, sizes: tuple[int, ...], gap: str) -> str:
    parts, at = list[str](), 0
    for size in sizes:
        if at < len(text):
            parts.append(text[at : at + size])
            at += size
    return gap.join(parts)


def missed(cases: Iterator[Case]) -> tuple[int, list[Case]]:
    """Return how many cases there are, and those of which something leaves."""
    tried, found = list(cases), list[Case]()
    for case in tried:
        start = case.sent.find(case.secret)
        spans = [(one.start, one.end) for one in find(case.sent, "US")]
        covered = all(any(begin <= at < end for begin, end in spans) for at in range(start, start + len(case.secret)))
        if start < 0 or not covered:
            found.append(case)
    return len(tried), found


KINDS: Mapping[str, Callable[[Draw, int], Iterator[Case]]] = {
    "secrets behind a word, in plain text": behind_words,
    "… as quoted for the model": lambda draw, count: as_quoted(behind_words(draw, count)),
    "… in a file of JSON": lambda draw, count: as_file(behind_words(draw, count)),
    "passwords in quotes of code, settings and shells": in_quotes,
    "… as quoted for the model ": lambda draw, count: as_quoted(in_quotes(draw, count)),
    "card numbers": card_numbers,
    "IBANs": iban_numbers,
}


def mistaken() -> tuple[Counter[str], Counter[str], list[str]]:
    """Return how many ordinary lines there are of each kind, in how many of them something is hidden, and what."""
    totals, wrong, found = Counter[str](), Counter[str](), list[str]()
    for kind, line in (*lines(), *own_lines()):
        totals[kind] += 1
        if taken := [one for one in find(line, "US") if one.kind in JUDGED]:
            wrong[kind] += 1
            found += [f"{kind}: {one.value!r} in {line.strip()[:110]!r}" for one in taken]
    return totals, wrong, found


def own_lines() -> Iterator[tuple[str, str]]:
    """Yield the lines of this repository's code and pages, but those that are about secrets themselves."""
    for kind, folder, pattern in (("this repository's code", "bot", "*.py"), ("this repository's pages", ".", "*.md")):
        paths = (
            sorted((_HERE / folder).rglob(pattern))
            if folder == "bot"
            else [*_HERE.glob(pattern), *(_HERE / "docs").glob(pattern)]
        )
        for path in paths:
            if "redaction" not in path.parts and path.name != "field.md":
                yield from ((kind, line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def main() -> None:
    """Print the tables, and what went wrong."""
    print("| what | tried | all of it hidden |\n|---|---|---|")
    examples = list[str]()
    for name, make in KINDS.items():
        count, left = missed(make(Draw(SEED), SECRETS))
        print(f"| {name.strip()} | {count:,} | {1 - len(left) / count:.2%} |")
        examples += [f"missed: {case.sent!r}" for case in left[:12]]
    print("\n| ordinary text | lines | with something hidden by mistake |\n|---|---|---|")
    totals, wrong, found = mistaken()
    for kind, count in totals.items():
        print(f"| {kind} | {count:,} | {wrong[kind]} |")
    print(f"| all | {totals.total():,} | {wrong.total()} ({wrong.total() / totals.total():.2%}) |")
    print("\n".join(["", *examples, *found]))


if __name__ == "__main__":
    main()
