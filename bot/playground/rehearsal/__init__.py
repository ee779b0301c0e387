"""The rehearsal model: answers by simple rules, without an account.

code.py          code without a model: a few templates, otherwise an honest skeleton
conversation.py  conversation without a model
digest.py        summaries of conversations without a model
form.py          fills in a JSON schema from a text, and chooses categories by shared words
knowledge.py     answers from passages, with a citation for each sentence
languages.py     the programming languages that a request can name
meanings.py      what words suggest: categories, severities, moods, and parts of a product
model.py         the rehearsal model
revision.py      follow-ups on code without a model
summary.py       summaries of texts without a model
text.py          text analysis without a model
tools.py         how the rehearsal model uses tools, by simple rules
"""
