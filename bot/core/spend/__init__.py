"""Spending, and what keeps it within budgets.

`budgets` hold, `paid_model` reserves and settles each call, `retirement` replaces models, `usage` reports.
"""
