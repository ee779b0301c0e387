"""Slack: `inbound` reads, `outbound` posts, `client` calls the Web API, `chat` implements the core's ports."""
