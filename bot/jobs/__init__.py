"""What runs from the inbox. `app.py` builds each of these and calls its `register`, so that nothing else runs.

`message_intake` and `interaction_intake` take what listeners hand in and commit it as `deliveries`; `permissions` asks
who may; `registry` says which use case each command, action and form has; `turns` runs messages, commands and actions.
Beside it: `threads`, `classify`, `triage`, `drafts`, `clocks` (the chain of their jobs: `feedback_chain`), `trackers`,
`settings`, `memory`, `feedback_records`, `home`, `knowledge`, `articles`, `erasure`, `retention`, `uninstall`.
`settings_cache` has what each message needs of its channel's settings, `languages` whose language is written. `stop`
and `try_again` are buttons; `queue_notice`, `private_notes` and `spend_notice` tell people something beside an answer;
`arrivals` hands a turn what is said meanwhile; `call_ledger` keeps what calls cost, `discarded` ends what nobody waits
for.
"""
