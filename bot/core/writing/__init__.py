"""What every answer takes, whatever asked for it.

`fit` decides what of a thread fits, `attachments` opens files (`file_kind`, `picture`), `stream` lets the model write
and says what went wrong, `continuation` goes on once with what was cut, `rejected_files` finds the file that the API
refuses, `outcome` keeps what was written until it is shown.
"""
