"""Parley: a self-hosted Claude for a team's Slack.

Slack on one side, Claude and the database on the others, the bot's own rules in the middle. The middle imports neither,
and `build.py` introduces them to each other.

    __main__.py       python -m bot → cli
    app.py            starts and drains on SIGTERM what build.py, the composition root, has built and connected
    workspaces.py     how the bot joins Slack, by one token or in each workspace that installs it; what /readyz asks
    web.py            what the bot serves: Slack's address, /healthz, /readyz, /metrics
    metrics.py        what monitoring reads at /metrics
    settings.py       what the operator sets, with defaults (SIGTERM, retention, tries, …); the only reader of .env
    credentials.py    what tokens and keys look like, and what is wrong with one
    log.py            the only logging configuration
    language.py       the bot's sentences in their reader's language; locales/ has the translations
    errors.py         the tree of errors, and what a person reads for each: too large, busy, not invited, …
    transaction.py    a unit of database work that takes one trip to the database
    turn.py           the turn that a task works on: its job, who pays, the calls that it made
    calls.py          calls to the model, as the ledger keeps them

    cli/              the operator's commands; __init__.py lists the modules
    jobs/             when the use cases run, and what happens when they fail: turns, threads, classify, triage, …
      registry.py     what runs each command, button and form · message_intake.py: new, edited and deleted messages
    integrations/     how feedback leaves, and comes back: signed webhooks, calls to GitHub, what trackers send
    core/             the bot's own rules; no SDK, no SQL, no HTTP
      commands.py     every slash command, declared once; mention_commands.py: the same, said after a mention
      actions.py      every button, menu, shortcut and form, declared once
      access.py       who can use the bot where, and which of its commands
      home.py         the App Home
      domain/         values that all share, and how many or long they may be: messages, personas, categories, …
        channel_settings.py  what people can set, with defaults and bounds: longest answer, severities, context
                         (how much of a thread is sent before older messages are summarized), budgets, …
      ports/          what the use cases need from the outside, as small protocols
      answer/         threads: whom to answer, when to stop, catching up, buttons, edits, summaries of long ones
      classify/       /classify: sources, files (table/); a run (start, advance, model_calls, message_batches); render
      triage/         feedback: classify, route, publish, alert, digest, trends (report.py), card, GitHub issues
      summarize/      /summarize: texts, files, threads, channels; which messages count (transcript.py), parts.py
      code/           /code: which blocks are files (changed_files.py), syntax, correct.py; what people read (render.py)
      settings/       /parley: settings, budgets, personas, forms, history, help · articles/ threads that are written up
      privacy/        redaction, forgetting, retention
      spend/          budgets (when a day begins, what people read of them), the model within them, /parley usage
      tools/          what Claude can call while it answers: the loop (rounds.py); find/ memory/ knowledge/ theirs
      attachments/    files that come with a message: how many, how many pages and bytes (limits.py)
      writing/        what every answer takes: what fits, streaming, continuing; what is said around it (notes.py)
      code_blocks/    the fenced code blocks of a text: found and named · decoding/ bytes to text: which encoding
      documents/      kinds of files (kinds.py), what people read of those that can't be read (refusal.py); to text:
                      office files, mail, web pages
      time_span/      times as people type them: 7d, since Monday, last week; the usual and the longest (times.py)
    slack/            inbound/ reads what Slack delivers · outbound/ posts: answers, tables, forms, files; how long a
                      message is (split.py) · client/ calls the Web API, within its rate limits; which messages count
                      (message_kinds.py), and what their blocks say (blocks_to_text.py) · chat/ implements the ports
    claude/           the client, retry.py, catalog.toml (models, prices, retirement), prompts/: what Claude is told
    db/               tables/, a store for each subject, engine.py: how a database is opened, its timeouts and
                      pragmas; personal_data.py: what of people's data is erased, and what is blanked
    work/             the durable inbox: accept, order, run, try again later (retry.py), take over; job_retention.py
    reader/           reads people's files in a separate process, with limits on memory and time
    playground/       a local Slack (slack/directory.py: its people and channels; page/: what the browser shows), and a
                      rehearsal model. It imitates Slack's and Claude's limits; the bot's own are in slack/ and claude/
"""

import sys
from pathlib import Path

__version__ = "0.1.0"

PROGRAM = "parley" if Path(sys.argv[0]).stem == "parley" else "python -m bot"
"""How to call the operator's commands here: by the installed script, or as a module in a checkout."""
