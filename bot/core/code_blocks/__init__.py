"""The fenced code blocks of a text, and the files that they are."""
