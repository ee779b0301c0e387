"""Redaction: what identifies people or opens doors does not leave for the model, and is put back in its answer.

find.py          what is hidden: addresses, numbers, secrets
placeholder.py   what stands in their place, and the way back, also in the middle of a stream
model.py         the model that never gets to see them
carry.py         words that go from one channel to another place
"""
