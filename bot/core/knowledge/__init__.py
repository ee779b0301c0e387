"""Knowledge: what a channel or a workspace answers from.

passages.py    a page is cut by its headings into passages
words.py       the words that a passage is found by, in their basic form
terms.py       the words of a question, as they are looked for
stop_words.py  words that do not tell what a question is about
ranking.py     which of the passages that were found fit a question best
statements.py  the statements of a text: what has to have a source
citations.py   which of an answer's statements have a source that says so; the text without the others
phishing.py    sentences that ask people for passwords, keys or codes, which no answer has
found.py       what was found, as the model gets it and as people read of it: title, headings, age
reading.py     what reading a source takes, whatever its kind; site.py, repository.py and chat_sources.py are some
schedule.py    when a source is read again · faults.py: why one can't be read, and the error · report.py: how it went
audience.py    what may be found where other organizations read along
unanswered.py  a question without an answer: kept as a gap; who might know
answer.py      an answer of which each statement has a source, or none at all
command.py     what becomes of /parley knowledge; what was typed is read in settings/knowledge_command.py
form.py        the form with the sources of a channel or of the workspace
source_text.py a source as people write it · adding.py  which may serve a place · listing.py  what they read of them
gaps.py        questions that had no answer, those that are alike together
"""
