"""A local Slack: the workspace, its Web API, its events and interactivity, with Slack's limits.

action_tokens.py  action tokens: each lets the bot search for a while on behalf of the author of one message
blocks.py         blocks: Slack's limits on them in messages and views, and the text that a user reads in them
delivery.py       delivery of events to the bot over signed HTTP or Socket Mode, with Slack's retries
directory.py      the workspace's people, apps, user groups and channels
elements.py       interactive elements: what Slack takes of buttons, menus and inputs
events.py         the Events API: the events that a change in the workspace causes, in Slack's JSON
faults.py         injected faults of Web API calls: of the next calls, or of a reproducible random share
fields.py         form fields: values as the state that Slack sends
files.py          file uploads and downloads over HTTP
interactions.py   interactivity: commands, buttons, menus, shortcuts and forms
method.py         web API methods: their requirements, rate limit, arguments and pagination
objects.py        Slack's JSON objects of the workspace's records, as in the Web API and in events
rate_limits.py    Slack's rate limits
records.py        the records of a workspace
response_urls.py  response URLs: where the bot may respond to an interaction
rules.py          every limit, delay and lifetime of Slack's that the local workspace enforces
socket_mode.py    Socket Mode: the bot's WebSockets, and delivery over any of them
streams.py        streamed messages
tokens.py         the app's tokens in one workspace: issued, refreshed, expired and revoked as by Slack
triggers.py       trigger ids: each lets the bot open one view for a user, within seconds
views.py          views: Slack's limits on modals and home tabs, and how Slack stores them
web_api.py        Slack's Web API over HTTP
wire.py           what every part of the local Slack shares: the type of its JSON, and its errors
workspace.py      the local workspace: its contents, and the rules by which they change
workspaces.py     several workspaces on one server with one app
methods/          the Web API's methods, one module per area; each module ends with its table of methods
"""
