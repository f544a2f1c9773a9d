"""AWS behind one address."""

HEALTH = "/_health"
"""Answers 200 when AWS is there. No bucket has such a name."""
