"""Spending: `caps` hold, `paid_model` reserves and settles each call, `retirement` replaces models, `usage` reports."""
