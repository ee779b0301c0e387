"""Notes that a channel, or a person in direct messages, keeps beyond its threads.

wording.py   what a note may say, and when two say the same
asked.py     what a message itself asks to be noted, word for word
expiry.py    until when, as people say it
write.py     who may write one, and how it is written, or offered
reading.py   what Claude gets of them at the start of a thread
card.py      the card below which somebody keeps or discards what is offered
command.py   /parley memory
form.py      the form with a place's notes
"""
