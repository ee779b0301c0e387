"""Summarise a text, a thread, a channel or a file.

typed.py        what was typed: a text, or where to look; since when; wishes
wish.py         wishes in plain words: how long, in what shape, for whom
text.py         pasted text: streamed into the channel's thread
transcript.py   messages as the model gets them, and how many go into one call
finding.py      the form that the model fills in, and how its links are checked
digest.py       parts side by side, and one summary of them
page.py         what a person reads of it
"""
