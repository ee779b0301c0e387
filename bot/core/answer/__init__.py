"""Answer in a threaded conversation."""
