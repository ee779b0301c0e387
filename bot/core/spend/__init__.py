"""Spending: caps, the model that they hold for, and what was used."""
