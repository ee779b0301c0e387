"""A local Slack: the workspace, its Web API, its events and interactions, with Slack's limits."""
