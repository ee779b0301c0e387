"""What redaction finds, and hides by mistake: `python -m benchmarks.redaction` prints the tables of docs/privacy.md.

Secrets are drawn from a seed, written behind words as people, settings, commands and programs write them, and sent as
plain text, as the bot quotes text for the model, and as a file of JSON. One counts as found when all of it is hidden.
Forms that the rules were not written for are held out, and counted apart. Ordinary texts are those of
`benchmarks.ordinary`, and this repository's own code and pages.
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
from bot.core.privacy.redaction.find import SecretKind, find
from bot.core.prompt_data import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SEED = 7
SECRETS = 4_000  # of each kind
JUDGED = {SecretKind.SECRET, SecretKind.CARD, SecretKind.IBAN}
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
SUFFIXED = (
    *("DB_PASSWORD_PROD={}", "PASSWORD_TEST={}", "passwordProd: {}", '"passwordNew":"{}"', "password_confirmation: {}"),
    *("SECRET_KEY_BASE={}", "API_TOKEN_V2={}", "STRIPE_SECRET_KEY_LIVE={}", "client_secret_value: {}"),
    *("Passwort prod: {}", "Password (staging): {}", "password.prod={}"),
)
SIGNS = (
    *("Password - {}", "Password \u2013 {}", "Password \u2192 {}", "Password => {}", "Password :: {}", "Password\t{}"),
    *("Password:\n{}", "Password:\n\n{}", "Password:\n```\n{}\n```", "password {}"),
)
LANGUAGES = (
    *("clave: {}", "adgangskode: {}", "l\u00f6senord: {}", "heslo: {}", "\u015fifre: {}", "jelsz\u00f3: {}"),
    *(
        "\ube44\ubc00\ubc88\ud638: {}",
        "has\u0142o: {}",
        "\u043f\u0430\u0440\u043e\u043b\u044c: {}",
        "\u5bc6\u7801\uff1a{}",
    ),
    *("\u30d1\u30b9\u30ef\u30fc\u30c9: {}", "salasana: {}", "parola: {}", "passord: {}", "lozinka: {}"),
)
LOGINS = (
    *("credentials: ana / {}", "login/password: ana / {}", "user / pass: ana : {}", "creds: ana | {}"),
    *("Zugangsdaten: ana / {}", "username and password: ana {}", "Login - ana / {}"),
)
# Forms that no rule was written for, and none was changed for after: what to expect of others like these.
HELD_SUFFIXES = (
    *("REPLICA_PASSWORD_EU_WEST={}", "passwordReplica: {}", "API_KEY_PARTNER2={}", "token-legacy: {}"),
    *("password_q3_2026={}", "secretKeyMobile={}", "Password guest wifi: {}"),
)
HELD_SIGNS = (
    *("Password \u27f9 {}", "Password \u25b8 {}", "Password \u2254 {}", "Password \U0001f449 {}"),
    *("Password | {} |", "Password;{}", "Password, {}", "password should be {}", "Password (see below) {}"),
)
HELD_LANGUAGES = (
    *("wagwoord: {}", "nenosiri: {}", "cyfrinair: {}", "pasfhocal: {}", "kontrasenyas: {}"),
    *("\u0563\u0561\u0572\u057f\u0576\u0561\u0562\u0561\u057c: {}", "\u10de\u10d0\u10e0\u10dd\u10da\u10d8: {}"),
)
HELD_LOGINS = (
    *("root // {}", "sign in with ana and {}", "Admin panel: admin / {}", "u: ana p: {}", "login ana:{}"),
    *("account: ana > {}", "logon data: ana / {}"),
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


def in_forms(forms: Sequence[str]) -> Callable[[Draw, int], Iterator[Case]]:
    """Return what yields letters and figures, or tokens, in some of these forms, on lines of their own."""

    def make(draw: Draw, count: int) -> Iterator[Case]:
        for number in range(count):
            secret = (simple, token)[number % 2](draw)
            before, after = draw.choice((("", ""), ("Hi all,\n", "\nThanks!")))
            yield Case(f"{before}{draw.choice(forms).format(secret)}{after}", secret)

    return make


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
OTHER_GAPS = (",", ":", "\u00b7", "*", "|", "    ", "\n", ", ")
HELD_GAPS = (";", " / ", "+", "~", "\u2019", "\\", " | ", " : ", "\r\n", "__", "#", "\u2022")
_GROUPS = ((4, 4, 4, 4), (4, 4, 8), (4, 12), (6, 10), (8, 8), (2,) * 8, (16,))
_FOURS = ((4, 4, 4, 4),)


def card_numbers(
    draw: Draw, count: int = SECRETS, gaps: Sequence[str] = GAPS, groups: Sequence[tuple[int, ...]] = _GROUPS
) -> Iterator[Case]:
    """Yield card numbers, grouped and parted in many ways."""
    for _ in range(count):
        digits = _valid(draw.choice(("4", "51", "55", "2221", "6011", "35")), 16, draw)
        yield Case(f"card {(secret := _grouped(digits, draw.choice(groups), draw.choice(gaps)))} please", secret)


def iban_numbers(draw: Draw, count: int = SECRETS, gaps: Sequence[str] = GAPS) -> Iterator[Case]:
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
        secret = _grouped(whole, sizes, draw.choice(gaps))
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
    "secrets behind a word with a suffix": in_forms(SUFFIXED),
    "secrets behind other signs, or on the next line": in_forms(SIGNS),
    "secrets behind words of other languages": in_forms(LANGUAGES),
    "passwords behind a name": in_forms(LOGINS),
    "card numbers": card_numbers,
    "card numbers in fours, parted by other signs": lambda draw, count: card_numbers(draw, count, OTHER_GAPS, _FOURS),
    "IBANs": iban_numbers,
    "IBANs parted by other signs": lambda draw, count: iban_numbers(draw, count, OTHER_GAPS),
}
HELD_OUT: Mapping[str, Callable[[Draw, int], Iterator[Case]]] = {
    "suffixes": in_forms(HELD_SUFFIXES),
    "signs": in_forms(HELD_SIGNS),
    "languages": in_forms(HELD_LANGUAGES),
    "names and passwords": in_forms(HELD_LOGINS),
    "card numbers": lambda draw, count: card_numbers(draw, count, HELD_GAPS, _GROUPS[:-1]),
    "IBANs": lambda draw, count: iban_numbers(draw, count, HELD_GAPS),
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
    held_out = {f"held out: {name}": make for name, make in HELD_OUT.items()}
    for name, make in {**KINDS, **held_out}.items():
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
