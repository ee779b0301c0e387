"""The commands of the operator: `python -m bot …`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import re
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from bot import log, settings
from bot.errors import ChatError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.playground.local_workspace import LocalWorkspace
    from bot.settings import Settings

PLAYGROUND_PORT = 3900
HIGHEST_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status: 2 for faults of the settings, told one a line, without a traceback."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # the database holds what people wrote, and is nobody else's to read
    try:
        return _run(options)
    except SettingsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return 2
    except ChatError as error:
        print(f"Slack did not let the bot in: {error}. `python -m bot doctor` tells more.", file=sys.stderr)
        return 1
    except (OSError, UnicodeError) as error:
        print(f"The bot can't start: {error}.", file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"The database can't be used: {type(error.orig).__name__}. Check DATABASE_URL.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Parley: a self-hosted Claude for a team's Slack."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        return command

    start = add("start", _start, "serve Slack when its tokens are set, else the playground")
    playground = add("playground", _playground, "try the bot in the browser, without any account")
    for command in (start, playground):
        command.add_argument(
            "--port", type=_port, default=PLAYGROUND_PORT, help="of the playground's page; 0: a free one"
        )
        command.add_argument("--no-browser", action="store_true", help="don't open the page")
        command.add_argument("--transport", choices=("socket", "http"), default="socket", help="how the bot is reached")
    serve = add("serve", _serve, "serve Slack")
    serve.add_argument("--migrate", action="store_true", help="bring the database to this version's tables first")
    add("migrate", _migrate, "bring the database to this version's tables")
    _add_acts(add("work", _work, "list, retry or discard what failed for good"))
    _add_evaluation(add("evaluate", _evaluate, "measure how well messages are sorted, against labels that people gave"))
    _add_file_acts(add("settings", _settings, "write the channels' settings to a TOML file, or apply one"))
    triage = add("triage", _triage, "show what would become of exported posts")
    triage.add_argument("--dry-run", action="store_true", required=True, help="it posts nothing and keeps nothing")
    triage.add_argument("file", type=Path, help="JSON lines with text, user and ts, or Slack's own export (zip)")
    triage.add_argument("--channel", default="", help="whose settings, as T012AB/C034CD; the defaults unless told")
    _add_reach(add("export", _export, "print all that is kept of a person, a line of JSON a row"), is_person=True)
    _add_reach(add("forget", _forget, "count the words that are kept of a person, a channel, a workspace; erase them"))
    purge = add("purge", _purge, "let go now what is older than RETENTION_DAYS and the channels' settings allow")
    purge.add_argument("--dry-run", action="store_true", help="only count it, by kind and channel")
    add("key", _key, "make a key for PARLEY_ENCRYPTION_KEY")
    installations = add("installations", _installations, "list the workspaces that installed the bot, or seal anew")
    acts = installations.add_subparsers(required=True, metavar="act", dest="act")
    acts.add_parser("list", help="list them")
    acts.add_parser("reseal", help="seal their tokens with the first key of PARLEY_ENCRYPTION_KEY")
    add("doctor", _doctor, "check tokens, scopes, database and model, and tell the remedies")
    manifest = add("manifest", _manifest, "print the manifest that creates the Slack app")
    manifest.add_argument(
        "--url", default="", help="the bot's public https:// address, for HTTP instead of Socket Mode"
    )
    return parser


def _add_acts(work: argparse.ArgumentParser) -> None:
    acts = work.add_subparsers(required=True, metavar="act", dest="act")
    acts.add_parser("list", help="list it, and count what waits and runs")
    for act, summary in (("retry", "try it again, in its old place"), ("discard", "give it up, its words gone")):
        parser = acts.add_parser(act, help=summary, description=summary)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("reference", nargs="?", help="what its person was told, and `work list` shows")
        which.add_argument("--all", action="store_true", help="all that failed")


def _add_reach(parser: argparse.ArgumentParser, *, is_person: bool = False) -> None:
    id_ = _slack_id
    parser.add_argument("--workspace", type=id_, required=True, help="its Slack id, such as T0123")
    parser.add_argument("--person", type=id_, required=is_person, help="a Slack user id, such as U0123")
    if not is_person:
        parser.add_argument("--channel", type=id_, help="a Slack channel id, such as C0123")
        parser.add_argument("--thread", type=id_, help="the ts of the message that it hangs on")
        parser.add_argument("--yes", action="store_true", help="erase; without it, they are only counted")


def _export(options: argparse.Namespace) -> int:
    from bot import privacy

    url = _configured(settings.environment()).database_url
    asyncio.run(privacy.write_export(url, options.workspace, options.person, print))
    return 0


def _forget(options: argparse.Namespace) -> int:
    from bot import privacy
    from bot.core.forget import Reach

    if options.thread and not options.channel:
        print("A thread needs its --channel, too.", file=sys.stderr)
        return 2
    if options.person and options.channel:
        print("Either a --person or a --channel.", file=sys.stderr)
        return 2
    reach = Reach(options.workspace, options.channel or "", options.thread or "", options.person or "")
    url = _configured(settings.environment()).database_url
    print(asyncio.run(privacy.forget(url, reach, dry=not options.yes)))
    return 0


def _purge(options: argparse.Namespace) -> int:
    from bot import privacy

    read = _configured(settings.environment())
    print(asyncio.run(privacy.purge(read.database_url, read.retention_days, dry=options.dry_run)))
    return 0


def _add_file_acts(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act", dest="act")
    for act, summary in (
        ("export", "write what is set to the file"),
        ("apply", "show what would change, ask, and change it"),
    ):
        of_act = acts.add_parser(act, help=summary, description=summary)
        of_act.add_argument("file", type=Path)
        if act == "apply":
            of_act.add_argument("--yes", action="store_true", help="don't ask")


def _add_evaluation(evaluate: argparse.ArgumentParser) -> None:
    what = evaluate.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, help="CSV, TSV, JSONL or XLSX with a text and a label in each row")
    what.add_argument("--from-corrections", action="store_true", help="what people corrected in Slack")
    evaluate.add_argument("--channel", default="", help="whose corrections, as T012AB/C034CD; all unless told")
    evaluate.add_argument("--text", default="", help="the column with the texts; found by looking unless told")
    evaluate.add_argument("--label", default="", help="the column with the labels; category, label, … unless told")
    evaluate.add_argument("--categories", type=Path, help="a file with a category a line, as `Name: definition`")
    evaluate.add_argument("--prompt", type=Path, help="a file with a channel's prompt")
    evaluate.add_argument("--compare", action="append", default=[], help="a model's id, or a prompt's file (.md, .txt)")
    evaluate.add_argument("--min-f1", type=float, default=0.0, help="exit with 1 where the first macro F1 is less")


def _slack_id(typed: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9]+|\d+\.\d+", typed):
        raise argparse.ArgumentTypeError(f"{typed} is no id of Slack's")
    return typed


def _port(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and int(typed) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"a number from 0 to {HIGHEST_PORT}")
    return int(typed)


def _run(options: argparse.Namespace) -> int:
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _configured(environ: dict[str, str], *, for_slack: bool = False) -> Settings:
    from bot.work import reference

    read = settings.read(environ, for_slack=for_slack)
    log.configure(read.log_level, read.log_format, reference)
    return read


def _start(options: argparse.Namespace) -> int:
    if settings.has_slack_tokens(settings.environment()):
        print("Slack tokens are set, so Parley joins Slack. (`python -m bot playground` starts the playground.)")
        return _serve(argparse.Namespace(migrate=True))
    print("No Slack tokens are set in .env, so this is the playground; the README tells how to join Slack.")
    return _playground(options)


def _serve(options: argparse.Namespace) -> int:
    gc.disable()  # nothing of what the imports make is garbage: looking through it is a fifth of the start
    from bot import app
    from bot.db import migrate

    read = _configured(settings.environment(), for_slack=True)
    settings.hide_from_libraries()

    async def run() -> None:
        if options.migrate:
            await migrate.upgrade(read.database_url)
        await app.serve(read, announce)

    def announce(address: str) -> None:
        how = "Socket Mode" if read.transport == "socket" else f"HTTP at {address}/slack/events"
        print(f"Parley is ready: Slack over {how}, {read.claude_model}, health at {address}/healthz", flush=True)
        if read.serves_many:
            print(f"Workspaces install it at {address}/slack/install", flush=True)

    asyncio.run(run())
    return 0


def _playground(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="parley-playground-") as folder:
        asyncio.run(_play(options, Path(folder)))
    return 0


async def _switch_triage_on(database_url: str, workspace: LocalWorkspace) -> None:
    """Let #support-feedback triage itself, and bugs go to #engineering. Posts come too quickly to be joined."""
    from bot.core.channel_settings import read
    from bot.core.conversation import Place
    from bot.db.engine import Database
    from bot.db.store import SqlStore
    from bot.playground.feedback import CHANNEL

    typed = {
        "triage": "true",
        "together": "0",
        "teams": f"Apps: #{workspace.channel('engineering')}",
        "routes": "Bug report -> Apps; Performance issue -> Apps",
    }
    database = Database.open(database_url)
    try:
        place = Place(workspace.workspace.team_id, workspace.channel(CHANNEL))
        changes = {name: read(name, value, {}) for name, value in typed.items()}
        await SqlStore(database).change_settings(place, changes, workspace.me.id)
    finally:
        await database.close()


async def _play(options: argparse.Namespace, folder: Path) -> None:
    """Run the local workspace, and the real bot in it, unaware of where it is. All is forgotten at the end."""
    from bot import app
    from bot.db import migrate
    from bot.playground import feedback
    from bot.playground.page_api import Command, Shortcut
    from bot.playground.stage import Stage
    from bot.slack.commands import COMMANDS
    from bot.slack.manifest import manifest

    environ = settings.environment()
    if "ANTHROPIC_API_KEY" not in environ:
        _bypass_proxies()
    offered = [Command(f"/{spec.name}", spec.usage_hint, spec.description) for spec in COMMANDS]
    shortcuts = [
        Shortcut(shortcut["callback_id"], shortcut["name"], shortcut["type"])
        for shortcut in manifest()["features"].get("shortcuts", ())
    ]
    async with Stage(offered, shortcuts, port=options.port, with_rehearsal="ANTHROPIC_API_KEY" not in environ) as stage:
        told = {name: value for name, value in environ.items() if not name.startswith("SLACK_")}
        told |= {"DATABASE_URL": f"sqlite:///{folder / 'parley.db'}", "HOST": "127.0.0.1", "PORT": "0"}
        read = _configured(told | stage.environment(options.transport), for_slack=True)
        settings.hide_from_libraries()
        await migrate.upgrade(read.database_url)
        await _switch_triage_on(read.database_url, stage.workspace)

        def announce(address: str) -> None:
            if options.transport == "http":
                stage.deliver_to(f"{address}/slack/events")
            feedback.post(stage.workspace, tell="ANTHROPIC_API_KEY" not in environ)
            print(f"Playground: {stage.url}", flush=True)
            if not options.no_browser and _has_browser():
                webbrowser.open(stage.url)

        await app.serve(read, announce)


def _bypass_proxies() -> None:
    """Drop the proxies from this process: nothing here leaves the machine, and a proxy would not lead back to it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


def _has_browser() -> bool:
    """Tell whether a page would open before a person's eyes: not on a server, where a text browser might take over."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _migrate(_: argparse.Namespace) -> int:
    from bot.db import migrate

    read = _configured(settings.environment())
    asyncio.run(migrate.upgrade(read.database_url))
    print(f"The database is at {migrate.head()}.")
    return 0


def _work(options: argparse.Namespace) -> int:
    from bot.db import migrate
    from bot.db.engine import Database

    url = _configured(settings.environment()).database_url

    async def run() -> int:
        await migrate.check(url)
        database = Database.open(url)
        try:
            if options.act == "list":
                return await _list_failed(database.reader)
            return await _change_failed(database.writer, options.act, options.reference)
        finally:
            await database.close()

    return asyncio.run(run())


async def _change_failed(writer: AsyncEngine, act: str, reference: str | None) -> int:
    from bot.work import failed

    count = await (failed.retry if act == "retry" else failed.discard)(writer, reference)
    if reference and not count:
        print(f"Nothing that failed has the reference {reference}: see `python -m bot work list`.", file=sys.stderr)
        return 1
    print(f"{count} will be tried again." if act == "retry" else f"{count} discarded.")
    return 0


async def _list_failed(reader: AsyncEngine) -> int:
    """Print a line for each failure, and how much is under way; nobody's words."""
    from bot.work import counts, failed

    form = "{:<10} {:<16} {:<17} {:>8}  {}"
    failures = await failed.failures(reader)
    if failures:
        print(form.format("reference", "kind", "failed at (UTC)", "attempts", "cause"))
    for one in failures:
        print(form.format(one.reference, one.kind, f"{one.failed_at:%Y-%m-%d %H:%M}", one.attempts, one.cause))
    all_of_it = await counts.count(reader)
    print(f"{all_of_it.failed} failed, {all_of_it.ready} waiting, {all_of_it.running} running.")
    return 0


def _settings(options: argparse.Namespace) -> int:
    from bot import settings_file

    read = _configured(settings.environment())
    if options.act == "export":
        return settings_file.export_to(options.file, read)
    return settings_file.apply_from(options.file, read, is_sure=options.yes)


def _evaluate(options: argparse.Namespace) -> int:
    from bot import evaluate
    from bot.errors import ModelError, UsageError

    read = _configured(settings.environment())
    given = {name: value for name, value in vars(options).items() if name != "run"}
    try:
        told, is_good = asyncio.run(evaluate.run(evaluate.Options(**given), read))
    except (UsageError, ModelError) as error:
        print(error.sentence, file=sys.stderr)
        return 2
    print(told)
    return 0 if is_good else 1


def _triage(options: argparse.Namespace) -> int:
    from bot import dry_run
    from bot.errors import ModelError, UsageError

    read = _configured(settings.environment())
    try:
        print(asyncio.run(dry_run.run(dry_run.Options(options.file, options.channel), read)))
    except (UsageError, ModelError) as error:
        print(error.sentence, file=sys.stderr)
        return 2
    return 0


def _key(_: argparse.Namespace) -> int:
    from bot.db.vault import new_key

    print(new_key())
    return 0


def _installations(options: argparse.Namespace) -> int:
    from bot import installing

    read = _configured(settings.environment())
    print(asyncio.run((installing.listed if options.act == "list" else installing.reseal)(read)))
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from bot import doctor

    findings = asyncio.run(doctor.examine(_configured(settings.environment())))
    for finding in findings:
        print(finding)
    return 0 if all(finding.is_well for finding in findings) else 1


def _manifest(options: argparse.Namespace) -> int:
    from bot.slack.manifest import manifest

    print(json.dumps(manifest(options.url), indent=2))
    return 0
