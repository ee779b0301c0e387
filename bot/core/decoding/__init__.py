"""Bytes to `text`: which `encoding` a file is in, and what was lost in reading it."""
