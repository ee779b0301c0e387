"""The page in the browser: its API, and its files in `static/`.

actions.py     what a page's viewer does: post, press, choose, submit, react, edit, delete, stop
api.py         the page's HTTP API: its files, its state, its stream of changes, and its actions
blocks.py      blocks as HTML for the page, without their controls
code.py        code in color: HTML whose spans have the classes of Pygments
content.py     what the page says about the bot: its commands and shortcuts, and which model answers
controls.py    interactive elements of messages, modals and the home tab, in the page's own JSON
emoji.py       emoji by the names that Slack gives them
feed.py        the stream of changes to one listening page
markdown.py    Markdown as HTML for the page
messages.py    messages in the page's own JSON
mrkdwn.py      Slack's mrkdwn as HTML for the page
tabs.py        which of the page's tabs shows a modal
typed.py       typed text in Slack's format, and back
unfinished.py  Markdown that is still being written, closed for the moment so that no raw marks are seen
viewer.py      whom a page shows the workspace to
"""
