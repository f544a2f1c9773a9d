"""CloudWatch Logs: groups, streams and events, kept in one SQLite database."""
