"""Settings: shown, changed, explained.

`subcommands` are the words after `/parley`; `command` shows and changes settings, `form` and `form_fields` are the form
(`form_layout`, `form_context`, `sections`), `parse` reads what was typed, `cross_checks` holds settings against each
other, `listing`, `place_text` and `value_text` word them, `history` says who changed what. `private_web` says where the
web is on and not applied. `budget_command`, `budget_form`, `persona_command` (`lost_personas`), `triage_command`,
`feedback_command` and `knowledge_command` are commands of their own; `help` is the help.
"""
