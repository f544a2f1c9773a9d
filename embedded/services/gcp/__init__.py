"""Google Cloud behind one address."""

HEALTH = "/_health"
"""Answers 200 when it is there."""
KEY_FILE = "service-account.json"
"""In the service's home: the key of its one service account, in the form in which Google hands out keys."""
