"""The services of the stack: one frozen entry each. Imported by all, imports nothing of the project."""
