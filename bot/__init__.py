"""Parley: a self-hosted Claude for a team's Slack.

Slack on one side, Claude and the database on the others, the bot's own rules in the middle. The middle imports nobody,
and `app.py` introduces them to each other.

    __main__.py       python -m bot → cli
    cli/              the commands of the operator, a file for each group
    app.py            composition root: builds everything once, starts, drains on SIGTERM
    joining.py        how Slack is joined: by one token, or in all workspaces that install the bot
    web.py            what the bot itself serves: Slack's address, /healthz, /readyz, /metrics
    metrics.py        what an operator's monitoring sees

    reception.py      what listeners hand in becomes durable work, or is answered while Slack waits
    deliveries.py     the form of that work: the id by which it counts once, its lane, its share
    gate.py           who may: asked before messages, commands, presses and forms
    features.py       what people can ask for, by name: each feature enters its commands, presses and forms here
    turns.py          work goes to its use case: a message, a command, a press
    threads.py        what goes on in threads beside turns: edits, summaries of what is old, refusals
    classifying.py    runs of /classify
    triaging.py       feedback: kept, sorted, shown, sent to teams
    dispatch.py       feedback's ways out of the house
    webhook.py        … as signed JSON
    github.py         … as issues
    configuring.py    changes of settings, made known to those who keep settings in mind
    home_tab.py       a person's Home
    notices.py        how many come before you, told to those who ask while as much runs as may
    ledger.py         calls that no turn's record tells of, such as tries that failed
    gone.py           turns that nobody waits for any more
    forgetting.py     words are forgotten on request
    retention.py      … when they are old
    departing.py      … when a workspace has removed the bot

    doctor.py         python -m bot doctor
    privacy.py        python -m bot export, forget, purge
    settings_file.py  python -m bot settings
    installing.py     python -m bot installations
    evaluate.py       python -m bot evaluate
    dry_run.py        python -m bot triage --dry-run
    operating.py      what the last two share

    quarantined.py    a separate process for jobs that seem to kill the bot

    transaction.py    what runs with each turn takes one trip to the database
    settings.py       the sole reader of the environment
    log.py            the sole logging configuration
    calls.py          calls to the model, as the ledger keeps them
    errors.py         the tree of errors, and what a person reads of each

    core/             what the bot is: pure rules and use cases over ports
    slack/            Slack in, Slack out: listeners, delivery of answers
    claude/           Claude: one long-lived client, the model catalogue, prompts as files
    db/               tables, engine, store: one method = one short transaction
    work/             the durable inbox: accept, order, run, retry, take over
    reader/           reads people's files in a separate process, with limits
    playground/       a local Slack-like workspace in the browser, and a rehearsal model
"""

import sys
from pathlib import Path

__version__ = "0.1.0"

PROGRAM = "parley" if Path(sys.argv[0]).stem == "parley" else "python -m bot"
"""How the operator's commands are called here: by the script that an installation has, or in a checkout."""
