"""Claude: one long-lived client, the model catalog, the prompts as files."""
