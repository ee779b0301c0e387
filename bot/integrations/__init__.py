"""Where feedback goes beside Slack, and what comes back: `webhook` sends signed JSON, `github` writes issues.

`tracker_events` takes what trackers send; `github_events` reads what GitHub does. What an issue holds is decided in
`core/triage/issue.py`, what an event changes in `core/triage/tracker_events.py`.
"""
