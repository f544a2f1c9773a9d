"""Where a flow has its tasks."""

SECTIONS = ("tasks", "errors", "finally", "afterExecution")
"""Properties of a flow that list tasks."""
BRANCHES = ("tasks", "then", "else", "defaults", "errors", "finally")
"""Properties of a task that list tasks."""
