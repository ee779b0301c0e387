"""Finding what was said: the words that are looked for, whose channels, and what is shown of it.

request.py    what follows `/parley find`
terms.py      the words that are looked for
search.py     in which channels the asker may search, and what is found there
relevance.py  how well a message fits, and the part of it that shows that
command.py    /parley find
"""
