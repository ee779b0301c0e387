"""A local Slack-like workspace in the browser, and a rehearsal model, for trying the bot with no accounts.

The workspace speaks Slack's wire protocols and the rehearsal model speaks Anthropic's, so the bot that runs here is the
real one, by the real SDKs. Nothing in here knows the bot's own modules.
"""
