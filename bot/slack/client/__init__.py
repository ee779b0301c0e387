"""Slack's Web API: tokens, rate limits, look-ups, and how Slack writes things."""
