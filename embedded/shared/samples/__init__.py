"""Generated sample data that several services offer."""
