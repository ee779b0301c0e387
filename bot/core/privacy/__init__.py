"""Privacy: what is hidden from the model, and what is forgotten."""
