"""Claude: one long-lived client, the model catalogue, the prompts as files."""
