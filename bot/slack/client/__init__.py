"""Slack's Web API: tokens, rate limits, look-ups, and Slack's text formats."""
