"""Settings: shown, changed, explained."""
