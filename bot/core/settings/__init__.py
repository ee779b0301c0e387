"""Settings: shown, changed, explained.

`subcommands` are the words after `/parley`; `command` shows and changes settings, `form` and `form_fields` are the
form, `history` says who changed what; `budget_command` and `persona_command` have commands of their own.
"""
