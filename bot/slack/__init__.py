"""Slack in, Slack out: listeners that hand in what calls for work, and the delivery of answers."""
