"""What every answer takes, whatever asked for it.

`fit` decides what of a thread fits, `stream` lets the model write and says what went wrong, `continuation` goes on once
with what was cut, `outcome` keeps what was written until it is shown.
"""
