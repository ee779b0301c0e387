"""Ordinary texts with nothing in them to hide: logs, orders, code, settings, pages, conversations, in four languages.

Each line is a template; what is in braces is drawn anew for each of its copies, from a seed.
"""

from __future__ import annotations

import random
import re
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COPIES = 7
SEED = 20261130

LOGS = r"""
{day}T{time}Z INFO request id={uuid} path=/api/v{d}/orders/{n6} status=200 took={n3}ms
{day} {time},{n3} WARNING worker-{d} retry {d} of 5 for job {n8}: timeout after {n3}ms
{time} [main] DEBUG c.a.b.TokenService - token expired for session {hex16}, user {n5}
{day} {time} ERROR auth: invalid password for user {word} from 10.{d}.{d}.{n2} port {n5} ssh2
Failed password for invalid user {word} from 192.168.{d}.{n2} port {n5} ssh2
{day} {time} INFO auth: password changed for user id {n6}
level=info ts={day}T{time}Z msg="token refreshed" user_id={n6} ttl=3600
{"level":"warn","msg":"password reset requested","user":{n5},"attempt":{d}}
{"time":"{day}T{time}Z","token_count":{n4},"max_tokens":4096,"model":"claude-haiku-5-5"}
kubelet[{n4}]: pod {word}-{hex8}-{hex5} restarted {d} times, exit code 137
GET /static/app.{hex8}.js HTTP/1.1 304 0 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:{n3}.0)"
nginx: {d}.{d}.{d}.{n2} - - [{n2}/Nov/2026:{time} +0000] "POST /login HTTP/2" 401 {n3}
commit {sha40}
Author: somebody, Date: Mon Nov 30 {time} 2026 +0100
index {hex7}..{hex7} 100644
sha256:{sha64}
docker pull registry.example/app@sha256:{sha64}
build #{n4} passed in {d}m{n2}s, coverage {n2}.{d}%
pass: {n3}, fail: {d}, skip: {d}
tests: {n4} passed, {d} failed, {n2} skipped in {n2}.{n2}s
gc: {n2} collections, {n6} objects, paused {d}.{n3}s
trace_id={hex32} span_id={hex16} parent=0
X-Request-Id: {uuid}
Content-Length: {n5}
ETag: "{hex32}"
Last login: Mon Nov 30 {time} on ttys00{d}
{n10}.{n6} {word}.c:{n3}: warning: unused variable 'token' [-Wunused-variable]
epoch {d}: loss={d}.{n4} acc=0.{n4} tokens/s={n5}
vacuum {n2}% pages {n6} of {n7}, index scans {d}
upstream sent too big header while reading response, client: 10.0.{d}.{n2}, request {n8}
lock wait {n4}ms on row {n9} of table accounts
replica lag {d}.{n2}s at LSN {d}/{HEX8}
[{n5}] Secret mounted at /var/run/secrets/kubernetes.io/serviceaccount
AUTH password=******** accepted for {word}
login ok: password=[redacted] token=*** ip=10.1.{d}.{n2}
could not renew token: 401 Unauthorized (attempt {d} of 3)
oauth: access token is expired since {day} {time}
rate limit: {n4} of 5000 requests left, token resets at {n10}
"""

ORDERS = r"""
Order {n8} of {day} was shipped with tracking number 1Z{HEX8}{n8}
Invoice INV-{n4}-{n6}, customer {n5}, total {n3}.{n2} EUR, due {day}
Rechnung Nr. 2026-{n5} vom {n2}.11.2026 über {n3},{n2} €, Kundennummer {n6}
Facture n° {n6} du {n2}/11/2026, montant {n3},{n2} €, réf. {HEX8}
Pedido {n7}: 3 artículos, total {n3},{n2} €, entrega el {n2}/11/2026
Ticket #{n5} is a duplicate of #{n5}, see {n6}
SKU {HEX4}-{n4}-{HEX4}, batch {n6}, best before {day}
EAN 40{n6}{n4}{d}, quantity {d}, price {d}.{n2}
ISBN 978-3-{n4}-{n4}-{d}
Parcel 00340{n6}{n8}{d} is at the depot
Meter reading {n5} kWh on {day}, meter 1EMH00{n8}
Case {n4}/{n2}, reference {n4}-{n4}-{n4}
Flight LH{n3}, seat {n2}C, booking {HEX6}, gate B{n2}
VAT DE{n9}, HRB {n5} Amtsgericht Köln
Serial {HEX4}-{HEX4}-{HEX4}, firmware v{d}.{d}.{n2}
amount;currency;date;reference
{n3},{n2};EUR;{n2}.11.2026;{n8}
{n5},{word},{day},{n3}.{n2},open
| {n5} | {word} | {n3}.{n2} | {day} |
Revenue {n3},{n3},{n3} in Q3, {d}.{d} % more than in Q2
Coordinates {n2}.{n6}, {d}.{n6}
Room {n3}, extension {n3}, desk {n2}
License plate B-XY {n4}, chassis WVW{HEX6}{n6}
Lotto: 4 8 15 16 23 42, bonus {n2}
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
The timestamp is 1764{n6}{n3} in milliseconds, 1764{n6} in seconds
"""

CODE = r"""
password = get_password()
password = os.environ["DB_PASSWORD_{n2}"]
password = os.getenv("DB_PASSWORD")
password = config.get("db", "password")
password = settings.database.password
password: str
password: str | None = None
password: SecretStr = Field(min_length={d}, max_length=128)
password=password,
password = input("Password: ")
password = getpass.getpass()
self._password = password
self.token = token or self._refresh_token()
if password == confirmation:
if not check_password(password, user.password_hash):
user.set_password(form.cleaned_data["password1"])
token = request.headers.get("Authorization", "")
token = auth.split(" ", 1)[1]
token = secrets.token_urlsafe({n2})
tokens = tokenizer.encode(text, max_length={n3})
max_tokens={n4}, temperature=0.{d}
next_token = response.get("NextToken")
token_type = "bearer"
for token in tokens[{d}:{n2}]:
const token = await getToken({ audience: url });
const { username, password } = req.body;
let apiKey = process.env.API_KEY_{d};
export const API_KEY = import.meta.env.VITE_API_KEY;
headers: { Authorization: `Bearer ${token}` },
headers["X-Api-Key"] = api_key
curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v{d}/orders/{n6}
curl -u "$USER:$PASSWORD" https://example.com/{n4}
mkdir -p build/{word}-{n2} && docker run -p 80{n2}:80 app:{d}.{d}
mysql -u root -p
ssh -p {n4} deploy@example.internal
git log --oneline -n {n2} -p bot/{word}.py
private String password;
public void setPassword(String password) { this.password = password; }
@Value("${db.password}") private String dbPassword;
func Login(user, password string) error {
token := r.URL.Query().Get("token")
let secret = Secret::new(args.secret);
pub struct Token { kind: TokenKind, span: Span<{d}> }
$password = $_POST['password'];
$user->password = Hash::make($request->password);
password VARCHAR({n3}) NOT NULL,
SELECT id, password FROM users WHERE id = {n5};
UPDATE users SET password = :password WHERE id = {n5};
WHERE token = $1 AND expires_at > now()
INSERT INTO t (id, token) VALUES (?, ?), (%s, %s);
<input type="password" name="password" minlength="{d}" autocomplete="current-password">
<label for="password">Password</label>
<meta name="csrf-token" content="">
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
SECRET_KEY = os.environ["SECRET_KEY"]
assert response.json()["token"] is not None
def test_password_{n2}_is_refused(client): ...
raise ValueError("password must have at least {d} characters")
logger.info("token for %s expires in %d s", user, {n4})
return { token: null, expires: {n4} };
type Credentials = { password: string; token?: string };
interface Props { apiKey: string; secret?: string }
password?: string;
password: z.string().min({d}),
body: JSON.stringify({ password, token }),
if (key == KEY_ENTER && pass == {d}) break;
pass
pass  # noqa: S105
x = y if z else pass_through({n3})
bypass: true
compass = {n3}
import {word}_{d} as w
return hashlib.sha256(password.encode()).hexdigest()
0x{HEX8}, 0x{HEX8}, 0b10110
File "/srv/app/{word}.py", line {n3}, in authenticate
    at TokenStore.get (/srv/app/node_modules/auth/lib/token.js:{n3}:{n2})
Traceback (most recent call last): KeyError: 'password'
Caused by: java.lang.IllegalStateException: secret not set at Auth.java:{n3}
"""

SETTINGS = r"""
password: ${DB_PASSWORD}
password: ${{ secrets.DB_PASSWORD }}
password: {{ vault_db_password }}
password: "{{ lookup('env', 'DB_PASSWORD') }}"
password: !vault |
password: <your password>
password: null
password: ""
password: '********'
password: changeme? No: ask Anna.
secretName: tls-{word}-{n2}
secretKeyRef: {name: db-{word}, key: password}
valueFrom: {secretKeyRef: {name: {word}, key: token}}
secrets: inherit
token: ${GITHUB_TOKEN}
token-ttl: {n4}s
tokens: {n6}
max_tokens: {n5}
api_key: "%(api_key)s"
apiKeyRef: {word}
DB_PASSWORD=
DB_PASSWORD=$DB_PASS
DB_PASSWORD_FILE=/run/secrets/db_password
API_TOKEN=<token>
JWT_SECRET=${JWT_SECRET}
PASSWORD_MIN_LENGTH={d}
PASS_MAX_DAYS {n3}
PORT={n4}
LOG_LEVEL=debug
variable "password" { type = string, sensitive = true }
password = var.db_password
password = random_password.db.result
password = data.aws_secretsmanager_secret_version.db.secret_string
image: registry.example/{word}:{d}.{d}.{n2}
replicas: {d}
version: "{d}.{d}.{n2}"
timeout: {n3}s
password_policy: {min: {d}, max: 64}
key: {word}-{n4}
auth: {type: basic}
"""

DOCUMENTS = r"""
Your password must have at least {n2} characters, a capital letter and a number.
Passwords: use a manager. Tokens: rotate them every {n2} days.
The password is wrong.
The password is incorrect, and the account is locked after {d} tries.
The password is stored as a hash.
The token is valid for {n2} minutes.
The secret is in the vault, under {word}/{word}.
Is the password required? The password is optional since version {d}.{n2}.
Password: required. Token: optional.
Password reset: click the link in the e-mail.
Password: see the handover document.
Forgot your password? Ask {word}.
Add `password` and `token` to the form, and remove `secret`.
| password | string | required | the user's password |
| token | string | optional | expires after {n4} s |
| `api_key` | string | the key of your account |
- `--password`: asks for the password
- `--token TOKEN`: the token to use, see `--help`
--password-file PATH  where the password is
Usage: tool --user USER --password PASSWORD --port {n4}
usage: login [--token TOKEN] [--api-key KEY] [--retries {d}]
Set the API key in the environment; the key is never logged.
Access keys: created {day}, last used {day}.
See RFC {n4}, section {d}.{d}, and ISO 27001:2022.
Das Passwort ist falsch.
Das Passwort ist seit {n2} Tagen abgelaufen.
Passwort vergessen? Bitte an die Hotline wenden, Durchwahl {n3}.
Passwort: siehe Übergabedokument
Kennwort: wird per Post geschickt
Das Kennwort muss mindestens {n2} Zeichen haben.
Der Schlüssel ist im Büro, Zimmer {n3}.
Le mot de passe est incorrect.
Mot de passe : à demander à l'accueil
Mot de passe oublié ? Appelez le poste {n3}.
La contraseña es incorrecta.
Contraseña: pídala en recepción, planta {d}
La clave está en la planta {d}.
Der Token ist {n2} Minuten gültig.
Chapter {d}: Secrets of the deep sea
The secret of success is patience.
It is no secret that {n2} % of users forget it.
A token of our thanks: {d} free months.
Boarding pass: gate B{n2}, seat {n2}C
Pass 2: optimize. Pass 3: emit.
The key is under the mat.
Meeting ID {n3} {n4} {n4}
https://example.com/reset-password?step={d}
https://example.com/docs/tokens#expiry
https://github.com/acme/app/pull/{n4}/files#diff-{sha64}
https://acme.slack.com/archives/C0{HEX6}/p1764{n6}{n6}
<@U0{HEX6}> said so in <#C0{HEX6}|general>
"""

CONVERSATIONS = r"""
I forgot my password again, can somebody reset it?
The login says "wrong password" since {day}
password reset mail never arrives, tried {d} times
the new password works, thanks!
my token expired after {d} days, is that normal?
what's the password policy? at least {n2} chars?
can't log in: password rejected on iOS {n2}.{d}
Why is the password field limited to {n2} characters?
pls don't post passwords here: use the vault
secret santa is on {day}, budget {n2} EUR
Passwort-Reset geht nicht, Fehler {n3}
ich habe mein Passwort vergessen, wer kann helfen?
das Passwort wird nicht akzeptiert seit Update {d}.{d}
kein Token mehr übrig: {n4} von 4096
j'ai oublié mon mot de passe, poste {n3}
he olvidado la contraseña, ext. {n3}
who has the key to room {n3}?
API key rotation is planned for {day}, see #{n4}
the API key is missing in staging
api key: ask {word}, not me
token: the smallest unit of text, about {d} characters
Fails with error {n5} on version {d}.{d}.{n2}
Since {day} the export takes {n2} minutes for {n6} rows
Invoice {n6} was charged twice on {day}
Prices went from {n2}.{n2} to {n2}.{n2}
call me at {n2}:{n2}, room {n3}
deploy {hex7} is live, {n2} commits since v{d}.{d}.{d}
Build {n5}: {n4} tests, {d} flaky
we need {n2} more licenses by {day}
IBAN please? and the VAT id?
card was declined with code {n2}, ref {n8}
the card ends in {n4}
Visa or Mastercard? Amex is 2.{d} % dearer
"""

KINDS = {
    "logs": LOGS,
    "orders and numbers": ORDERS,
    "code": CODE,
    "settings": SETTINGS,
    "documents": DOCUMENTS,
    "conversations": CONVERSATIONS,
}
_WORDS = ("billing", "export", "apollo", "gateway", "parser", "mailer", "scheduler", "frontend", "ledger", "anna")
_FIELD = re.compile(r"\{(day|time|uuid|word|sha40|sha64|d|n\d+|hex\d+|HEX\d+)\}")


def lines() -> Iterator[tuple[str, str]]:
    """Yield the corpus: the kind of each line, and the line."""
    draw = random.Random(SEED)  # noqa: S311 (nothing here is a secret)
    for kind, templates in KINDS.items():
        for template in templates.strip("\n").split("\n"):
            copies = COPIES if _FIELD.search(template) else 1
            for _ in range(copies):
                yield kind, _FIELD.sub(lambda match: _drawn(match[1], draw), template)


def _drawn(name: str, draw: random.Random) -> str:
    fixed: dict[str, Callable[[], str]] = {
        "day": lambda: f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
        "time": lambda: f"{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}",
        "uuid": lambda: "-".join(_some(draw, "0123456789abcdef", size) for size in (8, 4, 4, 4, 12)),
        "word": lambda: draw.choice(_WORDS),
        "sha40": lambda: _some(draw, "0123456789abcdef", 40),
        "sha64": lambda: _some(draw, "0123456789abcdef", 64),
        "d": lambda: str(draw.randint(1, 9)),
    }
    if name in fixed:
        return fixed[name]()
    signs, size = name.rstrip(string.digits), int(name.lstrip(string.ascii_letters))
    first = draw.choice("123456789")
    return first + _some(draw, string.digits, size - 1) if signs == "n" else _some(draw, _HEX[signs], size)


_HEX = {"hex": "0123456789abcdef", "HEX": "0123456789ABCDEF"}


def _some(draw: random.Random, signs: str, size: int) -> str:
    return "".join(draw.choice(signs) for _ in range(size))
