"""What developers run: test suites, checks of notebooks, newest releases."""
