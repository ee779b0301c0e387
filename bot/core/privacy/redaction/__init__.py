"""Redaction: what identifies people or opens doors does not leave for the model, and is put back in its answer.

find.py          what is hidden: addresses, numbers, secrets
secret_formats.py  tokens and keys that are known by their form
keyword.py       secrets that are known by the word before them
login.py         passwords that follow a name
secret_words.py  the words for secrets, and those which describe them
number.py        card numbers and IBANs, however they are parted
view.py          a text as it is searched, JSON's escapes undone
piece.py         a long text in pieces, so that searching one blocks no one
placeholder.py   what replaces it, and how that is undone, also in the middle of a stream
model.py         the model that never gets to see them
carry.py         words that go from one channel to another place
"""
