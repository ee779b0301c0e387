"""Slack: `inbound` reads, `outbound` posts, `client` calls the Web API, `chat` implements the core's ports.

`app` registers the listeners, `manifest` declares the app to Slack; `install` and `workspaces` are for many workspaces.
"""
