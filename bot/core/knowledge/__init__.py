"""Knowledge: what a channel or a workspace answers from.

passages.py    a page is cut by its headings into passages
words.py       the words that a passage is found by, in their basic form
terms.py       the words of a question, as they are looked for
stop_words.py  words that do not tell what a question is about
ranking.py     which of the passages that were found fit a question best
statements.py  the statements of a text: what has to have a source
citations.py   which of an answer's statements have a source that says so; the text without the others
found.py       what was found, as the model gets it and as people read of it: title, headings, age
reading.py     what reading a source takes, whatever its kind; site.py, repository.py and chat_sources.py are some
schedule.py    when a source is read again · faults.py: why one can't be read · report.py: how it went
answer.py      an answer of which each statement has a source, or none at all
"""
