"""What runs from the inbox. `app.py` builds each of these and calls its `register`, so that nothing else runs.

`intake` takes what listeners hand in and commits it as `deliveries`; `permissions` asks who may; `registry` says which
use case each command, action and form has; `turns` runs messages, commands and actions. Beside it: `threads`,
`classify`, `triage` (its chain of jobs is in `feedback_chain`), `settings`, `home`, `erasure`, `retention`,
`uninstall`.
"""
