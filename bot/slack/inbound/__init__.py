"""From Slack: what it delivers, read into the domain."""
