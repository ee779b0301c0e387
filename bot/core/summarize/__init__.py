"""Summarize a text, a file, a thread or a channel.

`parse` reads the command, with the `options` for length and shape; `sources` finds what is meant and checks that the
asker can see it. `paste`, `text` and `file` summarize texts; `conversation` summarizes threads and channels:
`transcript` numbers the messages, `parts` cuts them, `map_reduce` asks part by part over the form in `schema`, `render`
writes the result. `prompts` words the options for the model. `run` keeps what was read and found; `answer` is the
command; `buttons` are below a summary; `context` is what one summary needs.
"""
