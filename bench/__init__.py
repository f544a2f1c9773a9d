"""Measurements: each compares in one run and prints ratios."""
