"""Tests of earning rules, levels, budgets, thanks and corrections."""
