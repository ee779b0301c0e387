"""To Slack: answers, posts, forms and files, within its limits.

answer.py           an answer in a thread
answer_context.py   what an answer needs
answer_messages.py  the messages that an answer is made of, and what is too long for them as a file
boundary.py         where a text can be cut
broadcasts.py       what the bot posts notifies no whole channel (@channel, @here, a group)
buffer.py           what there is of an answer, its text and the work on it, and how much of that a stream shows
buttons.py          buttons and menus as Slack's blocks
canvas_markdown.py  Markdown of canvases, without what Slack refuses a canvas for
cell.py             cells of Markdown tables
ephemeral.py        an answer that only one person sees
fence.py            code blocks of Markdown
first_message.py    the first message of an answer: streamed, posted or edited, as Slack allows
home.py             the home tab: laid out, and published for one person
message.py          how a text of ours becomes a message
modal_view.py       forms as Slack's modals: laid out, opened, replaced
posts.py            messages of ours: posted, changed and deleted, within the rate budget
recovery.py         what earlier tries of a turn left in Slack
snippet_types.py    what Slack calls the language of a file that is uploaded, so that it shows the file colored
split.py            splitting of Markdown into messages, without breaking what belongs together
status.py           agent sessions: a thread's status ("Working…") and its title
stream.py           Slack's own streams
table.py            Markdown tables: where they stand in a text, and the same as Slack's table blocks
tasks.py            the work on an answer, as people see it beside the text
upload.py           files of ours: uploaded to a thread or a channel, once
"""
