"""Other services that feedback is sent to."""
