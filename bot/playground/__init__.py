"""A local Slack-like workspace in the browser, and a rehearsal model, for trying the bot with no accounts.

The workspace speaks Slack's wire protocols and the rehearsal model speaks Anthropic's, so the bot that runs here is the
real one, by the real SDKs. Nothing in here knows the bot's own modules.

slack/              the local workspace
anthropic/          a local Messages API
rehearsal/          the model behind it
page/               what the browser shows
knowledge/          documentation of a small product, which its feedback channel answers from
server.py           a web server that starts and stops cleanly
local_workspace.py  the workspace with its server, its connections to the bot, and the page
feedback.py         posts for its feedback channel
playground.py       all of it, with the rehearsal model if no other answers
"""
