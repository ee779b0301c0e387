"""Parley: a self-hosted Claude for a team's Slack.

Slack on one side, Claude and the database on the others, the bot's own rules in the middle. The middle imports nobody,
and `app.py` introduces them to each other.

    __main__.py    python -m bot → cli
    cli/           the commands of the operator, a file for each group
    app.py         composition root: builds everything once, starts, drains on SIGTERM
    reception.py   what listeners hand in becomes durable work, or is answered while Slack waits
    turns.py       work goes to its use case: a message, a command, a press
    features.py    what people can ask for, by name: each feature enters its commands, presses and forms here
    gate.py        who may: asked before messages, commands, presses and forms
    threads.py     what goes on in threads beside turns: edits, summaries of what is old, refusals
    triaging.py    feedback as durable work; dispatch.py, webhook.py and github.py take its records out of the house
    web.py         what the bot itself serves: Slack's address, /healthz, /readyz
    retention.py   what is old is forgotten
    doctor.py      the checks behind `python -m bot doctor`
    settings.py    the sole reader of the environment
    log.py         the sole logging configuration
    errors.py      the tree of errors, and what a person reads of each
    core/          what the bot is: pure rules and use cases over ports
    slack/         Slack in, Slack out: listeners, delivery of answers
    claude/        Claude: one long-lived client, the model catalogue, prompts as files
    db/            tables, engine, store: one method = one short transaction
    work/          the durable inbox: accept, order, run, retry, take over
    playground/    a local Slack-like workspace in the browser, and a rehearsal model
"""
