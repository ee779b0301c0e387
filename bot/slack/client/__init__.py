"""Slack's Web API: tokens, rate limits, look-ups, and Slack's text formats.

action_tokens.py    action tokens: what Slack sends with a message so that its author's question can be searched for
api.py              calls to Slack's Web API: translate its errors, wait for its rate limits
blocks_to_text.py   a message as Markdown: its blocks and attachments, or its text if it has none
download.py         downloads of files that people posted
escaping.py         Slack's escapes and mark-up in a text
file_ref.py         files in Slack's JSON
history_message.py  convert a message of Slack's history to the domain's `HistoryMessage`
identity.py         the bot's identity in its workspace
lease_check.py      looks at a turn's lease at the moment when a request of it leaves
lookup.py           links to Slack's messages, channels and files, and people's time zones, as Slack writes them
message_kinds.py    which of Slack's messages count as said by people and apps, and who said them
mrkdwn.py           Slack's mrkdwn as Markdown
names.py            names of people, user groups and channels
own_messages.py     which messages are the bot's own: answers and their parts, files, cards, notices
people.py           who people are: names, ranks, time zones and languages, and for how long that is kept
permalink.py        permalinks: a message's address, written and parsed without asking Slack
rate_limit.py       the rate budget: Slack's rate limits, kept by all replicas together
read_limits.py      how much of a message is read
rich_text.py        rich text, which people type and apps build, as Markdown
search_results.py   Slack's search: the query, and the messages that it returns
tokens.py           tokens: the operator's, or each workspace's own, renewed in time
turn_mark.py        the mark that says which turn a message of ours belongs to
"""
