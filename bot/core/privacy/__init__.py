"""Privacy: `redaction` hides words from the model, `forget` and `retention` let them go."""
