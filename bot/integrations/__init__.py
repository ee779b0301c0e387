"""Where feedback goes beside Slack, and what comes back: `webhook` sends signed JSON, `github` writes issues.

`tracker_events` takes what trackers send; `github_events` reads what GitHub does, and `github_look` finds what it could
not deliver. `errors` says why something did not leave. What an issue holds is decided in `core/triage/issue.py`, what
an event changes in `core/triage/tracker_events.py`.

For knowledge, `pages` fetches pages of the web, `folder` reads files of the operator's, and `sources` says what reads
which kind of source. `public_addresses` keeps connections that people choose out of the operator's own network.
"""
