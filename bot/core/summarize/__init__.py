"""Summarise a text, a thread, a channel or a file.

typed.py          what was typed: a text, or where to look; since when; wishes
wish.py           wishes in plain words: how long, in what shape, for whom
wording.py        how wishes are worded for the model
source.py         where to look, and whether the asker may
run.py            one request, with what was read and found for it, kept for a second try and for the buttons
answer.py         the answer to the command, and to the buttons below it
text.py  file.py  texts and files: streamed
conversation.py   channels and threads: read, summarised, written down
transcript.py     messages as the model gets them, and how many go into one call
finding.py        the form that the model fills in, and how its links are checked
digest.py         parts side by side, and one summary of them
page.py           what a person reads of it
"""
