"""What Slack delivers, converted to the domain's values.

actions.py    actions: buttons, menus and shortcuts that people use
addressed.py  whom a text mentions and addresses, by Slack's mentions: the bot, or someone else
agent.py      the agent's own events: Stop, the pane, and the channel that people view beside it
commands.py   the slash commands
http.py       Slack over HTTP: one address for events, commands and interactivity
mention.py    whom a message mentions anywhere: in its text, its blocks, an app's own attachments
messages.py   messages: mentions in channels, direct messages, follow-ups in threads; edits and deletions
modals.py     modals: forms that people submit
payload.py    the shape that every payload must have
socket.py     Slack over Socket Mode: connections that the bot opens, where Slack can't reach it
uninstall.py  the events that say that a workspace has removed the bot
"""
