"""A local Slack: the workspace, its Web API, its events and interactivity, with Slack's limits."""
