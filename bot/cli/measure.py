"""How well the model does, with nothing posted: `evaluate`, `triage --dry-run`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.shared import configured

if TYPE_CHECKING:
    from bot.cli.shared import Commands


EVALUATE_KNOWLEDGE = "evaluate knowledge"


def register(commands: Commands) -> None:
    """Register the commands."""
    evaluate = commands.add(
        "evaluate",
        "measure how well messages are classified, against labels from people; asks Claude",
        _evaluate,
        example="evaluate labeled.csv --compare claude-sonnet-5-5",
    )
    what = evaluate.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, help="CSV, TSV, JSONL or XLSX with a text and a label in each row")
    what.add_argument("--from-corrections", action="store_true", help="use the corrections that people made in Slack")
    evaluate.add_argument(
        "--channel", default="", help="the channel whose corrections to use, as T012AB/C034CD (default: all)"
    )
    evaluate.add_argument("--text", default="", help="the column with the texts (default: detected)")
    evaluate.add_argument(
        "--label", default="", help="the column with the labels (default: category or label, if there is one)"
    )
    evaluate.add_argument(
        "--categories", type=Path, help="a file with one category per line, as `Name: definition` (default: the labels)"
    )
    evaluate.add_argument("--prompt", type=Path, help="a file with a channel's prompt (default: none)")
    evaluate.add_argument(
        "--compare",
        action="append",
        default=[],
        help="a model's ID, or a prompt's file (.md, .txt), to compare with; can be repeated (default: none)",
    )
    evaluate.add_argument(
        "--min-f1", type=_share, default=0.0, help="exit with 1 if the first macro F1 is lower (default: 0)"
    )
    knowledge = commands.add(
        EVALUATE_KNOWLEDGE,
        "measure how well questions are answered from a channel's knowledge; asks Claude",
        _evaluate_knowledge,
        example="evaluate knowledge questions.csv --channel T012AB/C034CD --min-cited 0.8",
    )
    knowledge.add_argument("file", type=Path, help="CSV, TSV, JSONL or XLSX: question, answer (a page, or none), words")
    knowledge.add_argument("--channel", required=True, help="the channel whose knowledge to ask, as T012AB/C034CD")
    for name, meant in (
        ("found", "pages are among the first five passages"),
        ("cited", "answers cite their page"),
        ("refused", "questions without an answer get none"),
    ):
        sentence = f"exit with 1 if {meant} in a smaller share of cases (default: 0)"
        knowledge.add_argument(f"--min-{name}", type=_share, default=0.0, help=sentence)
    knowledge.add_argument(
        "--max-wrong", type=_share, default=1.0, help="exit with 1 if a larger share of answers is wrong (default: 1)"
    )
    triage = commands.add(
        "triage",
        "show what triage would do with exported posts; asks Claude",
        _triage,
        example="triage --dry-run export.zip",
    )
    triage.add_argument("--dry-run", action="store_true", required=True, help="post nothing and store nothing")
    triage.add_argument("file", type=Path, help="JSON lines with text, user and ts, or Slack's own export (zip)")
    triage.add_argument(
        "--channel",
        default="",
        help="the channel whose settings to use, as T012AB/C034CD (default: the default settings)",
    )


def _share(typed: str) -> float:
    try:
        share = float(typed)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"a share is a number from 0 to 1, not {typed}")
    return share


def _evaluate(options: argparse.Namespace) -> int:
    from bot.cli import evaluate

    given = {name: value for name, value in vars(options).items() if name != "run"}
    told, is_good = asyncio.run(evaluate.run(evaluate.EvaluateOptions(**given), configured()))
    print(told)
    return 0 if is_good else 1


def _evaluate_knowledge(options: argparse.Namespace) -> int:
    from bot.cli import evaluate_knowledge

    given = {name: value for name, value in vars(options).items() if name != "run"}
    asked = evaluate_knowledge.KnowledgeOptions(**given)
    told, is_good = asyncio.run(evaluate_knowledge.run(asked, configured()))
    print(told)
    return 0 if is_good else 1


def _triage(options: argparse.Namespace) -> int:
    from bot.cli import triage_dry_run

    print(asyncio.run(triage_dry_run.run(triage_dry_run.DryRunOptions(options.file, options.channel), configured())))
    return 0
