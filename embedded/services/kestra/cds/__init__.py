"""Class data sharing: an archive of the engine's classes that a start maps into memory."""
