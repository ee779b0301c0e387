"""Finding what was said: the words that are looked for, whose channels, and what is shown of it."""
