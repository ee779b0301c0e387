"""Where feedback goes beside Slack: `webhook` sends signed JSON, `github` writes issues.

What an issue holds is decided in `core/triage/issue.py`.
"""
